"""Settings of a group, as what pydantic makes of loose values."""

from typing import Any

from bootctl.config import model


def group(name: str, **values: Any) -> Any:
    """The group of this name, with ``values`` by the names of its settings."""
    given = {f"{name}.{key}": value for key, value in values.items()}
    return getattr(model.settings(given, {}), name)
