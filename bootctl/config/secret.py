"""A text that is shown nowhere; pydantic's own would have pydantic imported by every boot."""

from bootctl.values import frozen


@frozen
class Secret:
    """A URL that may have a password in it."""

    _text: str

    def get_secret_value(self) -> str:
        """Return the text."""
        return self._text

    def __repr__(self) -> str:
        return "Secret('***')"

    __str__ = __repr__
