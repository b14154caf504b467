"""Every knob of the service: ``SETTINGS__GROUP__FIELD``, from the environment or from ``.env``."""

from typing import Literal, Self

from pydantic import Field, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from . import authentication as _authentication
from . import cache as _cache
from . import database as _database
from . import logging as _logging
from . import mailing as _mailing
from . import server as _server
from .core import ROOT

__all__ = ("ROOT", "Settings", "settings")


class Settings(BaseSettings):
    """The one model that the rest of the service reads; nothing else reads the environment."""

    model_config = SettingsConfigDict(
        env_prefix="SETTINGS__",
        env_nested_delimiter="__",
        env_file=ROOT / ".env",
        extra="ignore",
        frozen=True,
    )

    environment: Literal["development", "production"] = "development"
    debug: bool = False
    server: _server.Settings = Field(default_factory=_server.Settings)
    database: _database.Settings = Field(default_factory=_database.Settings)
    cache: _cache.Settings = Field(default_factory=_cache.Settings)
    mailing: _mailing.Settings = Field(default_factory=_mailing.Settings)
    authentication: _authentication.Settings = Field(default_factory=_authentication.Settings)
    logging: _logging.Settings = Field(default_factory=_logging.Settings)

    @model_validator(mode="after")
    def _production_has_secrets_of_its_own(self) -> Self:
        if self.environment == "production" and self.authentication.has_development_secrets():
            raise ValueError(
                "production needs SETTINGS__AUTHENTICATION__TOKEN_SECRET and "
                "SETTINGS__AUTHENTICATION__SESSION_SECRET"
            )
        return self


settings = Settings()
