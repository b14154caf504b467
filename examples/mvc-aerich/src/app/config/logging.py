"""The log: on standard error, and in a file that is rotated and compressed."""

from .core import Group


class Settings(Group):
    """``SETTINGS__LOGGING__*``; an empty ``file`` is none, as containers want it."""

    level: str = "INFO"
    format: str = "{time:YYYY-MM-DDTHH:mm:ss.SSSZ} {level: <7} {extra[request_id]} {message}"
    file: str = "logs/desk.log"
    rotation: str = "10 MB"
    retention: int = 10
    compression: str = "gz"
