"""The settings as far as they are valid, and where each came from."""

import os
from pathlib import Path

from bootctl.boot.doctor.finding import Findings
from bootctl.config import sources
from bootctl.config.settings import Settings, keys, variable
from bootctl.config.sources import Loaded, shown
from bootctl.errors import SettingsError

_AREA = "settings"
_MOST_FAULTS = 20


def loaded(root: Path, flags: dict[str, str], found: Findings) -> Loaded:
    """Return the settings without those that are at fault, which are found."""
    without: set[str] = set()
    for _ in range(_MOST_FAULTS):
        try:
            read = sources.load(root, flags, without=without)
        except SettingsError as fault:
            found.fail(_AREA, fault)
            setting = str(fault.fields.get("setting", ""))
            if not setting or setting in without:
                break
            without |= {setting, variable(setting)}
            for name in {setting, variable(setting)} & os.environ.keys():
                del os.environ[name]
            flags = {key: value for key, value in flags.items() if key != setting}
        else:
            _tell(read, found)
            return read
    return Loaded(Settings(), {key: "default" for key, _ in keys()}, {}, {})


def _tell(read: Loaded, found: Findings) -> None:
    own = {key: origin for key, origin in read.origins.items() if origin != "default"}
    for key, origin in own.items():
        found.ok(_AREA, f"{key} = {shown(read.settings, key)}, from: {origin}")
    if not own:
        found.ok(_AREA, "all of them have their defaults")
