"""A project's Alembic configuration and its migration files, as Alembic itself reads them."""

import configparser
import itertools
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic.config import CommandLine, Config
from alembic.script import Script, ScriptDirectory
from alembic.script.revision import RevisionError, RevisionMap
from alembic.util import CommandError

from bootctl.config.files import is_there, read_source, read_text, read_toml
from bootctl.config.settings import Settings
from bootctl.database.state import History, Revision
from bootctl.errors import HistoryError, Interrupted, SettingsError
from bootctl.output.process_state import directory_kept
from bootctl.output.redact import redactor
from bootctl.project.alembic.faults import project_fault
from bootctl.project.alembic.internals import forget_locations, load_scripts, upgrade_steps
from bootctl.project.code import add_to_path
from bootctl.project.source_files import checksum


class Project:
    """The configuration, the script directory and the history of one Alembic project."""

    def __init__(self, root: Path, settings: Settings) -> None:
        self.root = root
        add_to_path(root)
        self.config = _config(root, settings)
        with _configuration_errors():
            self.script = ScriptDirectory.from_config(self.config)
        self.script.dir = os.path.abspath(self.script.dir)  # env.py may go to another directory
        self._load()
        env = Path(self.script.env_py_location)
        source = read_source(env) if is_there(env) else ""
        redactor.add_source(source)  # it may hold a URL, and errors quote its lines
        self.runs_migrations = "run_migrations(" in source
        """Whether ``env.py`` would, for a database: a loop over tenants may find none."""

    def history(self) -> History:
        """Return the migrations in the code, from base to head."""
        return self._history

    def known(self, revision: str) -> bool:
        """Return whether the code has the revision of exactly this id."""
        return revision in self._by_id

    def revision(self, script: Script) -> Revision:
        """Return the value for one of Alembic's scripts."""
        return self._by_id[script.revision]

    def pending(self, heads: tuple[str, ...]) -> tuple[Revision, ...]:
        """Return what an upgrade from ``heads`` to the code's heads applies, in order."""
        if heads not in self._pending:
            steps = self.steps(heads)
            self._pending[heads] = tuple(self._by_id[step.revision.revision] for step in steps)
        return self._pending[heads]

    def steps(self, heads: tuple[str, ...]) -> Iterable[Any]:
        """Return Alembic's own steps from ``heads`` to the code's heads, in order."""
        return upgrade_steps(self.script, heads)

    def load_again(self) -> None:
        """Load the migration files anew where ``env.py`` has said that they are elsewhere."""
        if self._locations != self._located():
            forget_locations(self.script)
            self._load()

    def _located(self) -> tuple[str, ...]:
        return tuple(map(str, self.script.version_locations or ()))

    def _load(self) -> None:
        self._locations = self._located()
        try:
            with directory_kept():
                scripts = load_scripts(self.script)
        except Interrupted:
            raise
        except BaseException as error:  # whatever they raise
            raise project_fault(error, self.root, "the migration files cannot be loaded") from error
        _refuse_broken(scripts)
        self.script.revision_map = RevisionMap(lambda: scripts)
        try:
            ordered = list(self.script.walk_revisions())[::-1]
        except (CommandError, RevisionError, KeyError) as error:
            raise HistoryError(
                f"the migration files are not one history: {error}",
                hint="Correct the down_revision that is named; `alembic history` shows the chain.",
            ) from error
        self._by_id = {script.revision: self._value(script) for script in ordered}
        self._pending: dict[tuple[str, ...], tuple[Revision, ...]] = {}
        heads = [script for script in scripts if script.revision in self.script.get_heads()]
        _refuse_forks(scripts, heads, self.root)
        revisions = tuple(self._by_id[script.revision] for script in ordered)
        self._history = History(revisions, tuple(sorted(head.revision for head in heads)))

    def _value(self, script: Script) -> Revision:
        path = Path(script.path)
        relative = os.path.relpath(path, self.root)
        return Revision(script.revision, script.doc, relative, checksum(path))


def _config(root: Path, settings: Settings) -> Config:
    named = os.environ.get("ALEMBIC_CONFIG", "")
    is_toml = Path(named).name == "pyproject.toml"
    ini = root / (named if named and not is_toml else "alembic.ini")
    pyproject = root / (named if is_toml else "pyproject.toml")
    if named and not (root / named).is_file():
        raise SettingsError(
            f"ALEMBIC_CONFIG names {named}, which is not a file",
            hint="Correct ALEMBIC_CONFIG, or unset it.",
            setting="ALEMBIC_CONFIG",
        )
    toml = pyproject if "alembic" in read_toml(pyproject).get("tool", {}) else None
    if not is_there(ini) and toml is None:
        raise SettingsError(
            "there is neither an alembic.ini nor [tool.alembic] in pyproject.toml",
            hint="Run `alembic init migrations`, or name the file with ALEMBIC_CONFIG.",
        )
    # What env.py finds in config.cmd_opts is what `alembic upgrade heads` would give it.
    arguments = [word for item in settings.alembic.x for word in ("-x", item)]
    options = CommandLine().parser.parse_args([*arguments, "upgrade", "heads"])
    options.autogenerate = False  # the usual process_revision_directives asks for it
    section = settings.alembic.name or (_section(ini) if is_there(ini) else "alembic")
    file = str(ini) if is_there(ini) else None
    if toml is None:
        return Config(file, ini_section=section, cmd_opts=options)
    return Config(file, toml_file=str(toml), ini_section=section, cmd_opts=options)


def _section(ini: Path) -> str:
    """Return the section with the configuration: ``[alembic]``, or the only one like it."""
    parser = configparser.RawConfigParser()
    text = read_text(ini)
    redactor.add_source(text)
    try:
        parser.read_string(text, source=ini.name)
    except configparser.Error as error:
        raise SettingsError(
            f"{ini.name} is not a valid ini file: {type(error).__name__} in line {_line(error)}",
            hint=f"Correct {ini.name} at the line named.",
            file=str(ini),
            line=_line(error),
        ) from None
    candidates = [name for name in parser.sections() if parser.has_option(name, "script_location")]
    if "alembic" in candidates or not candidates:
        return "alembic"
    if len(candidates) > 1:
        raise SettingsError(
            f"{ini.name} has several Alembic sections: {', '.join(candidates)}",
            hint=f"Choose one with BOOTCTL__ALEMBIC__NAME, for example {candidates[0]}.",
            setting="alembic.name",
        )
    return candidates[0]


def _line(error: configparser.Error) -> int | None:
    # The error's own text quotes the line, which may hold a password.
    errors = getattr(error, "errors", None)
    return errors[0][0] if errors else getattr(error, "lineno", None)


@contextmanager
def _configuration_errors() -> Iterator[None]:
    try:
        yield
    except configparser.InterpolationError:
        # Its own text quotes the rest of the value, which may be the end of a password.
        raise SettingsError(
            "alembic.ini has a bare '%' in a value",
            hint="Write every '%' in alembic.ini as '%%', also in sqlalchemy.url.",
        ) from None
    except (CommandError, ValueError, ImportError) as error:
        raise SettingsError(
            f"the Alembic configuration cannot be used: {error}",
            hint="Correct script_location and version_locations; "
            "relative paths start in the project's directory.",
        ) from error


def _refuse_broken(scripts: list[Script]) -> None:
    seen: dict[str, Script] = {}
    for script in scripts:
        if script.revision in seen:
            raise HistoryError(
                f"two migration files have the revision {script.revision}: "
                f"{Path(seen[script.revision].path).name} and {Path(script.path).name}",
                hint="Give one of them a revision of its own, or delete the copy.",
                revision=script.revision,
            )
        seen[script.revision] = script
    for script in scripts:
        for parent in parents_of(script):
            if parent not in seen:
                raise HistoryError(
                    f"{Path(script.path).name} follows revision {parent}, which no file has",
                    hint="Restore the missing file, or correct down_revision.",
                    revision=script.revision,
                    missing=parent,
                )


def _refuse_forks(scripts: list[Script], heads: list[Script], root: Path) -> None:
    """Two heads are a mistake unless labels or separate bases say that they are meant."""
    by_id = {script.revision: script for script in scripts}
    for first, second in itertools.combinations(heads, 2):
        labelled = first.branch_labels ^ second.branch_labels
        if not labelled and _ancestors(first, by_id) & _ancestors(second, by_id):
            files = [os.path.relpath(head.path, root) for head in (first, second)]
            raise HistoryError(
                f"the migration history has two heads: {first.revision} and {second.revision} "
                f"({', '.join(files)})",
                hint="Join them with `alembic merge heads` and commit the file it makes, or let the "
                "down_revision of one name the other.",
                heads=[first.revision, second.revision],
                files=files,
            )


def _ancestors(script: Script, by_id: dict[str, Script]) -> set[str]:
    found: set[str] = set()
    waiting = [script]
    while waiting:
        parents = set(parents_of(waiting.pop())) - found
        found |= parents
        waiting += [by_id[parent] for parent in parents]
    return found


def parents_of(script: Script) -> tuple[str, ...]:
    """Return the revisions that ``script`` follows, by its ``down_revision``."""
    down = script.down_revision
    return (down,) if isinstance(down, str) else tuple(down or ())
