"""The Robyn app. ``python -m notes.server`` serves it on ROBYN_HOST and ROBYN_PORT."""

import json

from robyn import Request, Robyn
from tortoise import Tortoise
from tortoise.context import set_global_context

from notes.database import TORTOISE_ORM, Note

app = Robyn(__file__)


async def connect() -> None:
    """Set Tortoise up for every handler: each runs in a context of its own."""
    set_global_context(await Tortoise.init(TORTOISE_ORM))


app.startup_handler(connect)
app.shutdown_handler(Tortoise.close_connections)


@app.get("/health")
async def health() -> str:
    """Answer once the table can be read."""
    await Note.exists()
    return "ok"


@app.get("/notes")
async def list_notes() -> str:
    """Every note, as JSON."""
    return json.dumps(await Note.all().order_by("id").values("id", "text", "done"))


@app.post("/notes")
async def add_note(request: Request) -> str:
    """Add a note: the body is its text."""
    note = await Note.create(text=str(request.body))
    return json.dumps({"id": note.id})


if __name__ == "__main__":
    app.start(host="127.0.0.1", port=8000)
