"""What Alembic prints of an upgrade, as SQL to be executed by whatever there is."""

import io


class Printed(io.StringIO):
    """What an upgrade would execute: the text, and each of its statements."""

    def __init__(self) -> None:
        super().__init__()
        self.statements: list[str] = []
        self.paramstyle = ""
        """As the driver has it: Alembic prints what that driver would be given."""

    def write(self, text: str) -> int:
        """Alembic writes one statement at a time."""
        if self.paramstyle in ("format", "pyformat"):
            text = text.replace("%%", "%")
        self.statements.append(text)
        return super().write(text)
