"""A database of the tests' own, migrated as everywhere else: by bootctl."""

import os
import subprocess
from pathlib import Path
from tempfile import mkdtemp

_FOLDER = Path(mkdtemp(prefix="desk-tests-"))
os.environ |= {
    "SETTINGS__DATABASE__NAME": str(_FOLDER / "desk"),
    "SETTINGS__LOGGING__FILE": "",
}


def pytest_sessionstart() -> None:
    """Migrate it, before anything is imported that connects."""
    subprocess.run(["bootctl", "migrate", "--quiet"], check=True)
