"""What has to be done before anything else is imported: it is small, and imports next to nothing."""

import os
import signal

SIGNALS = (
    *(signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT),
    *(signal.SIGALRM, signal.SIGXCPU),
)
"""Those that end the process, with a verdict. PID 1 goes on after what else is sent to it."""

FORKS = "BOOTCTL_FORKS"
"""Set for a process that forks others; it names the modules that it imports before."""


def hold_signals() -> None:
    """Have signals wait until there is who handles them.

    Before that, PID 1 would not get SIGTERM, and SIGINT would end in the middle of an import.
    """
    signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)


def open_standard_descriptors() -> None:
    """Have whatever is closed of stdin, stdout and stderr lead nowhere.

    The next file or connection would get its number, and then all that is written to it.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)
