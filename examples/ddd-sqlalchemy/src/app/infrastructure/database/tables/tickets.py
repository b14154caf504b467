"""What is asked for."""

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from .base import BaseTable


class TicketsTable(BaseTable):
    """One ticket."""

    __tablename__ = "tickets"

    title: Mapped[str] = mapped_column(String(200))
    body: Mapped[str] = mapped_column(String(4000))
    state: Mapped[str] = mapped_column(String(16), index=True, default="open")
    priority: Mapped[str] = mapped_column(String(8), server_default="normal")
    resolution: Mapped[str | None] = mapped_column(String(1000))
    author_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    assignee_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), index=True)
