"""The cache, which is Redis or speaks as Redis does."""

from pydantic import SecretStr

from .core import Group


class Settings(Group):
    """``SETTINGS__CACHE__*``; ``use_fake`` keeps entries in the process, for development."""

    use_fake: bool = True
    host: str = "localhost"
    port: int = 6379
    db: int = 0
    password: SecretStr = SecretStr("")
    timeout_seconds: float = 1.0
    ttl_seconds: int = 60
