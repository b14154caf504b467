"""The chain of ten migrations, as Aerich and as Tortoise itself generate them."""

import re
from dataclasses import dataclass
from pathlib import Path

from tests.support.databases.fresh import Database
from tests.support.processes.forked import run
from tests.support.projects.tortoise import AerichProject, NativeProject, TortoiseProject
from tests.support.scenarios.ten_migrations import DATA, STEPS, models_at

PYPROJECT = """\
[tool.{tool}]
tortoise_orm = "settings.TORTOISE_ORM"
location = "./migrations"
src_folder = "./."
"""

MODELS = """\
from tortoise import fields
from tortoise.fields.db_defaults import Now
from tortoise.models import Model


class User(Model):
    id = fields.IntField(primary_key=True)
    email = fields.CharField(max_length=100)  # until unique
    email = fields.CharField(max_length=100, unique=True)  # from unique
    name = fields.CharField(max_length=50)  # until alter
    name = fields.CharField(max_length=80, null=True)  # from alter
    active = fields.BooleanField(default=True, db_default=True)
    balance = fields.DecimalField(max_digits=10, decimal_places=2, null=True)
    joined = fields.DatetimeField(auto_now_add=True, db_default=Now())
    nickname = fields.CharField(max_length=20, null=True)  # from add until rename
    handle = fields.CharField(max_length=20, null=True)  # from rename until drop
    visits = fields.IntField(default=0)  # from add until alter
    visits = fields.IntField(default=5)  # from alter
    ratio = fields.FloatField(default=1.5)  # from add
    groups = fields.ManyToManyField("models.Group")  # from many_to_many

    class Meta:
        table = "users"


class Post(Model):
    id = fields.IntField(primary_key=True)
    title = fields.CharField(max_length=200)
    body = fields.TextField(null=True)
    author = fields.ForeignKeyField("models.User", null=True)  # from foreign_key

    class Meta:
        table = "posts"
        indexes = [("title",)]  # from index


# until drop
class Draft(Model):
    id = fields.IntField(primary_key=True)

    class Meta:
        table = "drafts"


# from many_to_many
class Group(Model):
    id = fields.IntField(primary_key=True)
    title = fields.CharField(max_length=30, unique=True)

    class Meta:
        table = "groups"
"""

# Aerich gives the column the field's default; Tortoise's own migrations only a db_default.
NATIVE_MODELS = re.sub(r"\(default=([\d.]+)\)", r"(default=\1, db_default=\1)", MODELS)

# What Aerich cannot do on SQLite, and what neither tool generates.
AERICH_BY_HAND = {
    ("sqlite", "alter"): """\
        CREATE TABLE "new_users" (
            "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
            "email" VARCHAR(100) NOT NULL,
            "name" VARCHAR(80),
            "active" INT NOT NULL DEFAULT 1,
            "balance" VARCHAR(40),
            "joined" TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
            "nickname" VARCHAR(20),
            "visits" INT NOT NULL DEFAULT 5,
            "ratio" REAL NOT NULL DEFAULT 1.5
        );
        INSERT INTO "new_users" ("id", "email", "name", "active", "joined", "visits", "ratio")
        SELECT "id", "email", "name", "active", "joined", "visits", "ratio" FROM "users";
        DROP TABLE "users";
        ALTER TABLE "new_users" RENAME TO "users";""",
    ("sqlite", "foreign_key"): """\
        ALTER TABLE "posts"
        ADD "author_id" INT REFERENCES "users" ("id") ON DELETE CASCADE;""",
}

# On MySQL, Tortoise's AddField leaves the constraint out.
NATIVE_BY_HAND = {
    ("mariadb", "foreign_key"): "ALTER TABLE posts ADD CONSTRAINT fk_posts_users "
    "FOREIGN KEY (author_id) REFERENCES users (id) ON DELETE CASCADE",
}


@dataclass(frozen=True)
class AerichChain:
    """A project of Aerich."""

    project: TortoiseProject
    models: str
    kind: str

    def make(self, step: str) -> str:
        """Have ``aerich`` make the migration of ``step``; the revision is its file's name."""
        self.project.write("models.py", models_at(step, self.models))
        by_hand = DATA if step == "data" else AERICH_BY_HAND.get((self.kind, step))
        if step == "create":
            self._aerich("init-migrations")
        else:
            empty = ("--empty",) if by_hand else ()
            self._aerich("migrate", "--offline", "--no-input", "--name", step, *empty)
        [path] = self.project.root.glob(f"migrations/models/{STEPS.index(step)}_*.py")
        if by_hand:
            path.write_text(path.read_text().replace('return """', f'return """{by_hand}', 1))
        return path.name

    def _aerich(self, *arguments: str) -> None:
        made = run("aerich", *arguments, cwd=self.project.root)
        assert made.code == 0, made.stdout + made.stderr


@dataclass(frozen=True)
class NativeChain:
    """A project of Tortoise's own migrations."""

    project: TortoiseProject
    models: str
    kind: str

    def make(self, step: str) -> str:
        """Have ``tortoise`` make the migration of ``step``."""
        self.project.write("models.py", models_at(step, self.models))
        by_hand = DATA if step == "data" else NATIVE_BY_HAND.get((self.kind, step))
        empty = ("--empty", "models") if step == "data" else ()
        command = ("tortoise", "makemigrations", *empty, "--name", step)
        made = run(*command, cwd=self.project.root)
        assert made.code == 0, made.stdout + made.stderr
        [path] = self.project.root.glob(f"migrations/*_{step}.py")
        if by_hand:
            body = path.read_text().rstrip().removesuffix("]")
            path.write_text(f"{body}    ops.RunSQL({by_hand!r}),\n    ]\n")
        return f"models.{path.stem}"


def aerich_chain(root: Path, database: Database, models: str = MODELS) -> AerichChain:
    """A project without a migration."""
    project = AerichProject(root, database.tortoise_url)
    project.write("pyproject.toml", PYPROJECT.format(tool="aerich"))
    project.configure()
    return AerichChain(project, models, database.kind)


def native_chain(root: Path, database: Database, models: str = NATIVE_MODELS) -> NativeChain:
    """A project without a migration."""
    project = NativeProject(root, database.tortoise_url)
    project.write("pyproject.toml", PYPROJECT.format(tool="tortoise"))
    project.configure()
    return NativeChain(project, models, database.kind)
