"""The backend of a project, from what its files say, and nothing of it imported."""

import sys
from pathlib import Path

import pytest

from bootctl.errors import DetectError, SettingsError
from bootctl.project.detect import Detected, detect
from bootctl.project.tortoise import config
from tests.support.projects.alembic import write

ROBYN_SQLALCHEMY = '[tool.robyn-config]\norm = "sqlalchemy"\n'
ROBYN_TORTOISE = '[tool.robyn-config]\norm = "tortoise"\n'
AERICH_SECTION = '[tool.aerich]\ntortoise_orm = "settings.TORTOISE_ORM"\n'
TORTOISE_SECTION = '[tool.tortoise]\ntortoise_orm = "settings.TORTOISE_ORM"\n'
BOTH_DEPENDENCIES = '[project]\nname = "x"\ndependencies = ["alembic>=1.13", "aerich[toml]>=0.8"]\n'
AERICH_FILE = "from tortoise import BaseDBAsyncClient\n\nasync def upgrade(db):\n    return ''\n"
NATIVE_FILE = (
    "from tortoise import migrations\n\nclass Migration(migrations.Migration):\n    pass\n"
)
RAISING = "raise RuntimeError('imported')\n"


def found(root: Path, files: dict[str, str]) -> Detected:
    write(root, files)
    return detect(root)


ALEMBIC_FILES = {"db/env.py": RAISING, "db/versions/a1.py": RAISING}


@pytest.mark.parametrize(
    ("files", "backend", "rank", "what"),
    [
        ({"pyproject.toml": ROBYN_SQLALCHEMY}, "alembic", 1, "robyn-config"),
        ({"pyproject.toml": ROBYN_TORTOISE}, "aerich", 1, "robyn-config"),
        ({"alembic.ini": "[alembic]\n"}, "alembic", 2, "alembic.ini"),
        (
            {"pyproject.toml": '[tool.alembic]\nscript_location = "db"\n'},
            "alembic",
            2,
            "tool.alembic",
        ),
        ({"pyproject.toml": AERICH_SECTION}, "aerich", 3, "tool.aerich"),
        ({"pyproject.toml": TORTOISE_SECTION}, "aerich", 4, "tool.tortoise"),
        (ALEMBIC_FILES, "alembic", 5, "db/env.py"),
        ({"migrations/models/1_x.py": AERICH_FILE}, "aerich", 5, "migrations/models/1_x.py"),
        ({"app/migrations/0001_x.py": NATIVE_FILE}, "tortoise", 5, "app/migrations/0001_x.py"),
        ({"requirements.txt": "alembic==1.13\n"}, "alembic", 6, "alembic"),
    ],
)
def test_each_kind_of_evidence(
    root: Path, files: dict[str, str], backend: str, rank: int, what: str
) -> None:
    detected = found(root, files)
    assert detected.backend == backend
    assert detected.evidence[0].rank == rank
    assert what in detected.evidence[0].what


def test_the_environment_names_an_alembic_configuration(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALEMBIC_CONFIG", "deploy/alembic.ini")
    detected = found(root, {"pyproject.toml": AERICH_SECTION})
    assert detected.backend == "alembic"
    assert "deploy/alembic.ini" in detected.evidence[0].what


@pytest.mark.parametrize(
    ("stronger", "backend", "weaker"),
    [
        ({"pyproject.toml": ROBYN_TORTOISE}, "aerich", {"alembic.ini": "[alembic]\n"}),
        (
            {"pyproject.toml": ROBYN_SQLALCHEMY},
            "alembic",
            {"migrations/models/1_x.py": AERICH_FILE},
        ),
        ({"alembic.ini": "[alembic]\n"}, "alembic", {"pyproject.toml": AERICH_SECTION}),
        ({"pyproject.toml": AERICH_SECTION}, "aerich", ALEMBIC_FILES),
        ({"pyproject.toml": TORTOISE_SECTION}, "aerich", ALEMBIC_FILES),
        (ALEMBIC_FILES, "alembic", {"requirements.txt": "aerich\n"}),
        ({"migrations/models/1_x.py": AERICH_FILE}, "aerich", {"requirements.txt": "alembic\n"}),
    ],
)
def test_stronger_evidence_wins(
    root: Path, stronger: dict[str, str], backend: str, weaker: dict[str, str]
) -> None:
    detected = found(root, {**stronger, **weaker})
    assert detected.backend == backend
    ranks = [item.rank for item in detected.evidence]
    assert ranks == sorted(ranks)


@pytest.mark.parametrize("orm", ["alembic", "aerich", "tortoise", "none"])
def test_the_setting_beats_every_evidence(root: Path, orm: str) -> None:
    write(root, {"alembic.ini": "[alembic]\n", "pyproject.toml": AERICH_SECTION})
    detected = detect(root, orm)
    assert detected.backend == orm
    assert f"orm={orm}" in detected.evidence[0].what


@pytest.mark.parametrize(
    ("files", "backends"),
    [
        ({"pyproject.toml": BOTH_DEPENDENCIES}, {"alembic", "aerich"}),
        ({"requirements.txt": "alembic\ntortoise-orm\n"}, {"alembic", "tortoise"}),
        (
            {**ALEMBIC_FILES, "migrations/models/1_x.py": AERICH_FILE},
            {"alembic", "aerich"},
        ),
        (
            {"app/migrations/0001_x.py": NATIVE_FILE, "migrations/models/1_x.py": AERICH_FILE},
            {"tortoise", "aerich"},
        ),
    ],
)
def test_equal_evidence_for_two_is_refused_with_both_shown(
    root: Path, files: dict[str, str], backends: set[str]
) -> None:
    with pytest.raises(DetectError) as caught:
        found(root, files)
    error = caught.value
    assert error.exit_code == 10
    shown = " ".join(error.fields["evidence"])
    for backend in backends:
        assert backend in error.message
        assert backend in error.hint
        assert f"{backend}: " in shown
    assert "BOOTCTL__ORM" in error.hint


def test_no_evidence_is_refused(root: Path) -> None:
    with pytest.raises(DetectError) as caught:
        found(root, {"app.py": "print('hello')\n"})
    assert caught.value.exit_code == 10
    assert str(root) in caught.value.message
    assert "BOOTCTL__ORM=none" in caught.value.hint


@pytest.mark.parametrize(
    ("document", "files", "backend"),
    [
        (TORTOISE_SECTION, {}, "aerich"),
        (TORTOISE_SECTION, {"migrations/models/1_x.py": AERICH_FILE}, "aerich"),
        (TORTOISE_SECTION, {"app/migrations/0001_x.py": NATIVE_FILE}, "tortoise"),
        (TORTOISE_SECTION + AERICH_SECTION, {}, "aerich"),
        (ROBYN_TORTOISE, {}, "aerich"),
        (ROBYN_TORTOISE + AERICH_SECTION, {}, "aerich"),
        (ROBYN_TORTOISE + TORTOISE_SECTION, {"app/migrations/0001_x.py": NATIVE_FILE}, "tortoise"),
        (ROBYN_SQLALCHEMY, {}, "alembic"),
    ],
)
def test_tortoise_is_native_only_where_files_define_a_migration(
    root: Path, document: str, files: dict[str, str], backend: str
) -> None:
    assert found(root, {"pyproject.toml": document, **files}).backend == backend


def test_a_generated_project_lists_both_orms_and_is_no_doubt(root: Path) -> None:
    document = BOTH_DEPENDENCIES + ROBYN_TORTOISE + AERICH_SECTION
    assert found(root, {"pyproject.toml": document}).backend == "aerich"


@pytest.mark.parametrize(
    ("files", "backend"),
    [
        ({"requirements.txt": "SQLAlchemy\nAlembic >= 1.13 ; python_version > '3'\n"}, "alembic"),
        ({"requirements.txt": "# aerich\n-r more.txt\nalembic[tz]~=1.13\n"}, "alembic"),
        ({"requirements.txt": "aerich==0.8\ntortoise-orm\n"}, "aerich"),
        ({"requirements.txt": "Tortoise_ORM>=0.20\n"}, "tortoise"),
        ({"requirements.txt": "alembic @ https://example.org/alembic.whl\n"}, "alembic"),
        ({"pyproject.toml": '[project]\ndependencies = ["alembic"]\n'}, "alembic"),
        ({"pyproject.toml": '[tool.poetry.dependencies]\naerich = "^0.8"\n'}, "aerich"),
        (
            {
                "pyproject.toml": '[tool.poetry.dependencies]\nalembic = {version = "1", extras = []}\n'
            },
            "alembic",
        ),
    ],
)
def test_dependencies(root: Path, files: dict[str, str], backend: str) -> None:
    assert found(root, files).backend == backend


@pytest.mark.parametrize(
    "name", ["alembic-utils", "pytest-alembic", "myaerich", "tortoise-orm-stubs"]
)
def test_a_dependency_of_a_similar_name_is_no_evidence(root: Path, name: str) -> None:
    with pytest.raises(DetectError):
        found(root, {"requirements.txt": f"{name}\n"})


@pytest.mark.parametrize(
    "folder",
    [".venv", "venv", "env", "node_modules", "lib/site-packages", "build", "tests", ".git"],
)
def test_the_code_of_others_is_no_evidence(root: Path, folder: str) -> None:
    write(root, {f"{folder}/{name}": text for name, text in ALEMBIC_FILES.items()})
    write(root, {f"{folder}/migrations/1_x.py": AERICH_FILE})
    if folder in ("venv", "env"):
        write(root, {f"{folder}/pyvenv.cfg": "home = /usr/bin\n"})
    with pytest.raises(DetectError):
        detect(root)


def test_a_project_inside_a_folder_named_migrations_is_judged_by_its_own(tmp_path: Path) -> None:
    root = tmp_path / "migrations" / "service"
    write(root, {"app/jobs.py": AERICH_FILE, "app/birds.py": NATIVE_FILE})
    with pytest.raises(DetectError, match="no ORM"):
        detect(root)


@pytest.mark.parametrize("text", ["def broken(:\n", "\x00", "# coding: nonsense\n", "x = 'é'"])
def test_a_migration_file_that_does_not_parse_is_no_evidence(root: Path, text: str) -> None:
    path = root / "migrations" / "1_x.py"
    path.parent.mkdir()
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(DetectError):
        detect(root)


def test_nothing_of_the_project_is_imported(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(root))
    before = set(sys.modules)
    files = {
        "pyproject.toml": BOTH_DEPENDENCIES + AERICH_SECTION,
        "settings.py": RAISING,
        "app/__init__.py": RAISING,
        "app/migrations/__init__.py": RAISING,
        "app/migrations/0001_x.py": RAISING + NATIVE_FILE,
        "sitecustomize.py": RAISING,
        **ALEMBIC_FILES,
    }
    assert found(root, files).backend == "aerich"
    own = {name for name in set(sys.modules) - before if not name.startswith("encodings")}
    assert not {name for name in own if name.partition(".")[0] in ("app", "settings", "db")}


@pytest.mark.parametrize("name", ["pyproject.toml", "requirements.txt"])
def test_a_file_that_is_not_utf8_is_named(root: Path, name: str) -> None:
    (root / name).write_bytes(b"\xff\xfea\x00")
    with pytest.raises(SettingsError, match=name.replace(".", r"\.")):
        detect(root)


def test_broken_toml_is_named(root: Path) -> None:
    with pytest.raises(SettingsError, match=r"pyproject\.toml is not valid TOML.*line 1"):
        found(root, {"pyproject.toml": "[tool\n"})


@pytest.mark.parametrize(
    "document",
    [
        "tool = 5\n",
        '[tool]\nrobyn-config = "x"\n',
        "[tool]\npoetry = 5\n",
        "project = 5\n",
        "[project]\ndependencies = 5\n",
    ],
)
def test_a_pyproject_of_another_shape_is_no_bug(root: Path, document: str) -> None:
    with pytest.raises((DetectError, SettingsError)):
        found(root, {"pyproject.toml": document})


MANY = {f"a/generated_{number}.py": "" for number in range(5100)}


@pytest.mark.parametrize(
    ("files", "backend"),
    [
        (ALEMBIC_FILES, "alembic"),
        ({"shop/migrations/models/0_init.py": AERICH_FILE}, "aerich"),
        ({"shop/migrations/0001_first.py": NATIVE_FILE}, "tortoise"),
    ],
    ids=["alembic", "aerich", "tortoise"],
)
def test_migrations_behind_many_other_files_are_found(
    root: Path, files: dict[str, str], backend: str
) -> None:
    assert found(root, {**MANY, **files}).backend == backend


@pytest.mark.parametrize(
    ("files", "said"),
    [
        (MANY, "of its 5100 Python files 5000 were searched"),
        ({"a/b/c/d/e/f/g/h/0_init.py": AERICH_FILE}, "a/b/c/d/e/f/g/h is too deep to be searched"),
    ],
    ids=["many", "deep"],
)
def test_a_search_that_was_cut_off_says_so(root: Path, files: dict[str, str], said: str) -> None:
    with pytest.raises(DetectError, match=said) as caught:
        found(root, files)
    assert "BOOTCTL__ORM" in caught.value.hint
    with pytest.raises(SettingsError, match=said):
        config.load(root, {})
