"""What is wrong with the files that the project's code gives to TLS, as a typed error."""

import ssl
import traceback
from collections.abc import Mapping
from types import FrameType
from typing import Any

from bootctl.database.connecting import permanent_fault
from bootctl.errors import SettingsError
from bootctl.project.faults import at, describe

_CALLS = ("load_cert_chain", "load_verify_locations", "create_default_context")


def tls_fault(error: BaseException, place: Mapping[str, Any]) -> SettingsError | None:
    """Return the typed error for ``error`` where a certificate, key or authority is at fault.

    ``ssl`` tells no file's name: what its functions were given does.
    """
    frames = traceback.extract_tb(error.__traceback__)
    loads = any(call in (frame.line or "") for frame in frames[-1:] for call in _CALLS)
    of_ssl = [frame for frame, _ in traceback.walk_tb(error.__traceback__) if _is_ssl(frame)]
    if not (of_ssl or loads) or not isinstance(error, OSError):
        return None
    named = {name: value for frame in of_ssl for name, value in frame.f_locals.items()}
    fault = permanent_fault(error, named)
    said = fault.message if fault else describe(error)
    return SettingsError(
        f"the TLS of the project's code cannot be set up: {said}" + at(place),
        hint="Mount the certificate, key or authority where the code looks for it.",
        **place,
    )


def _is_ssl(frame: FrameType) -> bool:
    return frame.f_code.co_filename == ssl.__file__
