"""A user, before and after there is a row."""

from ...infrastructure.application import InternalEntity, PrimaryKey, TimeStampMixin


class UserUncommitted(InternalEntity):
    """A user to be added."""

    email: str
    full_name: str
    password_hash: str


class UserFlat(UserUncommitted, TimeStampMixin):
    """A user."""

    id: PrimaryKey
