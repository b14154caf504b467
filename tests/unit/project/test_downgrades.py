"""Whether a migration file says how it is undone."""

from pathlib import Path

import pytest

from bootctl.project import downgrades

UPGRADE = "def upgrade():\n    op.create_table('t')\n\n"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (UPGRADE, "it has no downgrade()"),
        (UPGRADE + "def downgrade():\n    pass\n", "its downgrade() does nothing"),
        (UPGRADE + 'def downgrade():\n    """Never."""\n', "its downgrade() does nothing"),
        (UPGRADE + "def downgrade():\n    ...\n", "its downgrade() does nothing"),
        (UPGRADE + "def downgrade():\n    return\n", "its downgrade() does nothing"),
        (UPGRADE + "def downgrade():\n    raise NotImplementedError\n", "its downgrade() raises"),
        (UPGRADE + "def downgrade():\n    op.drop_table('t')\n", ""),
        ("def upgrade():\n    pass\n\ndef downgrade():\n    pass\n", ""),
        (UPGRADE + "from helpers import downgrade\n", ""),
        (UPGRADE + "downgrade = upgrade\n", ""),
        (
            "async def upgrade(db):\n    return 'x'\n\nasync def downgrade(db):\n    return 'y'\n",
            "",
        ),
        ("no python", ""),
    ],
)
def test_why_it_undoes_nothing(tmp_path: Path, text: str, why: str) -> None:
    path = tmp_path / "a.py"
    path.write_text(text)
    assert downgrades.irreversible(path) == why


def test_the_line_of_a_downgrade(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_text(UPGRADE + "def downgrade():\n    pass\n")
    assert downgrades.line(path) == 4
    path.write_text("")
    assert downgrades.line(path) == 1
