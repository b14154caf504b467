"""The settings of bootctl and of the service, and the sources that they come from."""

__all__ = [
    "addresses",
    "defaults",
    "dotenv",
    "files",
    "invocation",
    "lists",
    "model",
    "secret",
    "service",
    "setting",
    "settings",
    "sources",
]
