"""The warning that some secrets are too weak to be masked wherever they are written."""

from bootctl.output import log
from bootctl.output.redact import redactor


def tell() -> None:
    """Warn of the secrets that are weak, once of each."""
    if weak := redactor.weak():
        log.event(
            "settings.weak_secret",
            f"{', '.join(weak)}: a secret that is a word, a number or a few characters is masked "
            "only where it stands as a credential",
            level="WARNING",
            secrets=weak,
            hint="Use a long random secret, also in development: it is then masked everywhere.",
        )
