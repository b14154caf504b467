"""Projects of others that ship an Alembic history, as a service that uses them would migrate them."""

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.support.databases.fresh import Database
from tests.support.paths import ROOT
from tests.support.processes.spawned import Result, environment
from tests.support.projects.alembic import INI, AlembicProject

PACKAGES = ("mlflow-skinny==3.17.2", "jupyterhub==6.1.1", "psycopg2-binary", "pymysql")


@dataclass(frozen=True)
class Upstream:
    """One of them."""

    package: str
    versions: str
    """Where its migrations are, below its package."""
    models: str
    """Imports its models, and gives their ``metadata``."""
    options: str
    """What its own env.py gives to ``context.configure()``."""
    first: str
    """The statements that make what its first migration expects, on ``connection``."""
    from_zero: bool
    """Whether its migrations go on from there; else they are stamped."""


UPSTREAM = {
    "mlflow": Upstream(
        "mlflow",
        "store/db_migrations/versions",
        "import mlflow.store.model_registry.dbmodels.models\n"
        "import mlflow.store.tracking.dbmodels.models\n"
        "import mlflow.store.workspace.dbmodels.models\n"
        "from mlflow.store.db.base_sql_model import Base\n"
        "metadata = Base.metadata\n",
        "render_as_batch=True",
        "from mlflow.store.tracking.dbmodels.initial_models import Base\n"
        "Base.metadata.create_all(connection)\n",
        True,
    ),
    "jupyterhub": Upstream(
        "jupyterhub",
        "alembic/versions",
        "from jupyterhub import orm\nmetadata = orm.Base.metadata\n",
        "transaction_per_migration=True",
        "from jupyterhub import orm\norm.Base.metadata.create_all(connection)\n",
        False,
    ),
}

_CREATE = """\
import sqlalchemy, sys
with sqlalchemy.create_engine(sys.argv[1]).begin() as connection:
"""


@dataclass(frozen=True)
class Installed:
    """An environment that has bootctl and the projects of others."""

    folder: Path

    def run(self, *command: str, cwd: Path) -> Result:
        """Run a program of the environment."""
        program = self.folder / "bin" / command[0]
        done = subprocess.run(
            [program, *command[1:]],
            cwd=cwd,
            env=environment({"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}),
            capture_output=True,
            text=True,
            check=False,
        )
        return Result(done.returncode, done.stdout, done.stderr)

    def project(self, name: str, root: Path, database: Database) -> Upstream:
        """Write a project that has the migrations and models of ``name``."""
        upstream = UPSTREAM[name]
        project = AlembicProject(root)
        versions = next(self.folder.glob(f"lib/python*/site-packages/{upstream.package}"))
        places = f"version_locations = {versions / upstream.versions}:{root / 'own'}\n"
        ini = INI.format(url=database.sync_url.replace("%", "%%"))
        project.write("alembic.ini", f"{ini}{places}path_separator = :\n".replace("= :", "= os"))
        project.env(options=upstream.options)
        project.write("models.py", upstream.models)
        (root / "own").mkdir()
        return upstream

    def create(self, upstream: Upstream, root: Path, database: Database) -> None:
        """Make the tables that its first migration expects, or all of them."""
        body = "".join(f"    {line}\n" for line in upstream.first.splitlines())
        done = self.run("python", "-c", _CREATE + body, database.sync_url, cwd=root)
        assert done.code == 0, done.stderr


def install(folder: Path) -> Installed:
    """Make an environment with bootctl and them."""
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    pip = [folder / "bin/python", "-m", "pip", "install", "-q", "--disable-pip-version-check"]
    subprocess.run([*pip, "-c", ROOT / "constraints.txt", ROOT, *PACKAGES], check=True)
    return Installed(folder)
