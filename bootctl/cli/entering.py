"""What is done before a command is called: its log, its project, its settings."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bootctl.cli import process
from bootctl.errors import UsageError

if TYPE_CHECKING:
    from bootctl.config.invocation import Invocation


def enter(project: str) -> Path:
    """Return the project's directory, which is then the working directory."""
    try:
        root = Path(project).resolve()
        os.chdir(root)
        os.scandir(root).close()  # modules are not found in what cannot be listed
    except NotADirectoryError:
        reason = "is not a directory"
    except OSError as error:
        reason = f"cannot be entered: {error.strerror} (uid {os.getuid()})"
    else:
        return root
    raise UsageError(
        f"--project {project} {reason}",
        hint="Name the directory of the service, which this user can read.",
    )


def invocation(root: Path, flags: Mapping[str, Any]) -> "Invocation":
    """Return what a command is called with; the log is then as the settings say."""
    from bootctl.config import sources
    from bootctl.config.invocation import TENANT, Invocation
    from bootctl.output import log, weak_secrets

    loaded = sources.load(root, {**flags})
    if TENANT in process.ENVIRON:
        from bootctl.boot.tenants import single

        loaded = single.loaded(root, loaded, process.ENVIRON)
    log.setup(loaded.settings.log)
    weak_secrets.tell()
    return Invocation(root, loaded, process.ENVIRON)
