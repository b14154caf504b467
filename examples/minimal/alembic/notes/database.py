"""The database: an SQLite file beside the project, or whatever ``DATABASE_URL`` names."""

import os
from pathlib import Path

from sqlalchemy import String
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

_FILE = Path(__file__).resolve().parent.parent / "notes.db"
URL = os.environ.get("DATABASE_URL", f"sqlite+aiosqlite:///{_FILE}")

engine = create_async_engine(URL)
sessions = async_sessionmaker(engine, expire_on_commit=False)


class Base(DeclarativeBase):
    """What every table derives from."""


class Note(Base):
    """One note."""

    __tablename__ = "notes"

    id: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[str] = mapped_column(String(500))
    done: Mapped[bool] = mapped_column(default=False, server_default="0")
