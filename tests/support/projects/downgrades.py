"""What a migration needs to be undone: Tortoise takes it from the steps, the others have code."""

from collections.abc import Sequence

from tests.support.projects.kits import Kit


def downgrade(kit: Kit, statements: Sequence[str], around: str = "") -> str:
    """The end of a migration's file. ``around`` is a ``with`` of Alembic's, without a colon."""
    if not statements or kit.name == "tortoise":
        return ""
    if kit.name == "aerich":
        script = "".join(f"{sql};\n" for sql in statements)
        return f'\n\nasync def downgrade(db):\n    return """{script}"""\n'
    return alembic_function("downgrade", statements, around)


def alembic_function(name: str, statements: Sequence[str], around: str = "") -> str:
    """An ``upgrade`` or ``downgrade``; see ``downgrade``."""
    lines = [f"op.execute({sql!r})" for sql in statements]
    body = [f"with {around}:", *(f"    {line}" for line in lines)] if around else lines
    return "\n".join([f"\n\ndef {name}():", *(f"    {line}" for line in body), ""])
