"""What the groups of settings have in common."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict

ROOT = Path(__file__).resolve().parents[3]
"""The project's directory: relative paths in settings start here."""


class Group(BaseModel):
    """A group of settings; a field that it does not have is refused, so that no typing error hides."""

    model_config = ConfigDict(extra="forbid", frozen=True)
