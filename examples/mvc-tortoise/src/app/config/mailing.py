"""The mail server, if there is one."""

from pydantic import SecretStr

from .core import Group


class Settings(Group):
    """``SETTINGS__MAILING__*``; without a host no mail is sent, and the log says so."""

    host: str = ""
    port: int = 1025
    username: str = ""
    password: SecretStr = SecretStr("")
    start_tls: bool = False
    timeout_seconds: float = 5.0
    sender: str = "desk@example.com"
