"""Tokens and sessions: what signs them, and how long they last."""

from typing import Final

from pydantic import Field, SecretStr

from .core import Group

_DEVELOPMENT: Final = "for-development-only-and-refused-in-production"


class Settings(Group):
    """``SETTINGS__AUTHENTICATION__*``."""

    token_secret: SecretStr = Field(SecretStr(_DEVELOPMENT), min_length=32)
    token_algorithm: str = "HS256"  # noqa: S105 -- names an algorithm
    token_ttl_seconds: int = 3600
    session_secret: SecretStr = Field(SecretStr(_DEVELOPMENT), min_length=32)
    session_cookie: str = "desk_session"
    session_ttl_seconds: int = 14 * 24 * 3600
    session_secure: bool = False

    def has_development_secrets(self) -> bool:
        """Return whether one of the secrets is the one that everybody can read here."""
        secrets = (self.token_secret, self.session_secret)
        return any(secret.get_secret_value() == _DEVELOPMENT for secret in secrets)
