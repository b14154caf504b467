"""Where the server listens."""

from .core import Group


class Settings(Group):
    """``SETTINGS__SERVER__*``; ``ROBYN_HOST`` and ``ROBYN_PORT`` override them, as Robyn has it."""

    host: str = "127.0.0.1"
    port: int = 8000
    max_body_bytes: int = 64 * 1024
