"""The database: an SQLite file beside the project, or a server."""

from pydantic import SecretStr

from .core import ROOT, Group


class Settings(Group):
    """``SETTINGS__DATABASE__*``; a driver as SQLAlchemy names it, such as ``postgresql+asyncpg``."""

    driver: str = "sqlite+aiosqlite"
    host: str = "localhost"
    port: int = 5432
    user: str = "app"
    password: SecretStr = SecretStr("")
    name: str = "desk"
    pool_size: int = 5
    timeout_seconds: float = 5.0

    @property
    def is_file(self) -> bool:
        """Whether it is SQLite, whose ``name`` is a file."""
        return self.driver.startswith("sqlite")

    @property
    def file(self) -> str:
        """The path of the SQLite file."""
        return f"{ROOT / self.name}.db"
