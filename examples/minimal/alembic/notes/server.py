"""The Robyn app. ``python -m notes.server`` serves it on ROBYN_HOST and ROBYN_PORT."""

import json

from robyn import Request, Robyn
from sqlalchemy import select

from notes.database import Note, sessions

app = Robyn(__file__)


@app.get("/health")
async def health() -> str:
    """Answer once the table can be read."""
    async with sessions() as session:
        await session.execute(select(Note.id).limit(1))
    return "ok"


@app.get("/notes")
async def list_notes() -> str:
    """Every note, as JSON."""
    async with sessions() as session:
        notes = await session.scalars(select(Note).order_by(Note.id))
        return json.dumps([{"id": note.id, "text": note.text, "done": note.done} for note in notes])


@app.post("/notes")
async def add_note(request: Request) -> str:
    """Add a note: the body is its text."""
    async with sessions() as session:
        note = Note(text=str(request.body))
        session.add(note)
        await session.commit()
        return json.dumps({"id": note.id})


if __name__ == "__main__":
    app.start(host="127.0.0.1", port=8000)
