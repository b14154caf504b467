"""Who uses the service."""

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from .base import BaseTable


class UsersTable(BaseTable):
    """One user."""

    __tablename__ = "users"

    email: Mapped[str] = mapped_column(String(255), unique=True)
    full_name: Mapped[str] = mapped_column(String(100))
    password_hash: Mapped[str] = mapped_column(String(200))
