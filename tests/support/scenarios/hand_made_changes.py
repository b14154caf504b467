"""Changes that somebody makes to a live database by hand: one of each sort, each to its own object."""

from sqlalchemy import create_engine, inspect

from tests.support.databases.fresh import Database

ALEMBIC_MODELS = """\
import sqlalchemy as sa

metadata = sa.MetaData()


users = sa.Table(
    "users",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("fax", sa.String(20)),
    sa.Column("phone", sa.String(20)),
    sa.Column("weight", sa.Integer),
    sa.Column("city", sa.String(30), nullable=False),
    sa.Column("born", sa.String(10)),
    sa.Column("state", sa.String(10), nullable=False, server_default="new"),
    sa.Column("level", sa.Integer, nullable=False, server_default="1"),
    sa.Column("points", sa.Integer, nullable=False),
)

tags = sa.Table("tags", metadata, sa.Column("id", sa.Integer, primary_key=True))

posts = sa.Table(
    "posts",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("title", sa.String(50), nullable=False, index=True),
    sa.Column("topic", sa.String(50), nullable=False, index=True),
    sa.Column("lang", sa.String(5), nullable=False),
    sa.Column("slug", sa.String(20), nullable=False, unique=True),
    sa.Column("code", sa.String(20), nullable=False, unique=True),
    sa.Column("token", sa.String(20), nullable=False),
    sa.Column("owner_id", sa.Integer, nullable=False),
    sa.Column("author_id", sa.ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    sa.Column("editor_id", sa.ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
)
"""

TORTOISE_MODELS = """\
from tortoise import fields
from tortoise.models import Model


class User(Model):
    id = fields.IntField(primary_key=True)
    fax = fields.CharField(max_length=20, null=True)
    phone = fields.CharField(max_length=20, null=True)
    weight = fields.IntField(null=True)
    city = fields.CharField(max_length=30)
    born = fields.CharField(max_length=10, null=True)
    state = fields.CharField(max_length=10, db_default="new")
    level = fields.IntField(db_default=1)
    points = fields.IntField()

    class Meta:
        table = "users"


class Tag(Model):
    id = fields.IntField(primary_key=True)

    class Meta:
        table = "tags"


class Post(Model):
    id = fields.IntField(primary_key=True)
    title = fields.CharField(max_length=50, db_index=True)
    topic = fields.CharField(max_length=50, db_index=True)
    lang = fields.CharField(max_length=5)
    slug = fields.CharField(max_length=20, unique=True)
    code = fields.CharField(max_length=20, unique=True)
    token = fields.CharField(max_length=20)
    owner_id = fields.IntField()
    author = fields.ForeignKeyField("models.User", related_name="written")
    editor = fields.ForeignKeyField("models.User", related_name="edited")

    class Meta:
        table = "posts"
"""

# A name in braces is that of the index or the constraint of that column.
EVERYWHERE = """\
DROP TABLE tags;
CREATE TABLE extras (id INTEGER NOT NULL PRIMARY KEY);
"""

ALIKE = """\
ALTER TABLE users ADD COLUMN extra VARCHAR(5);
ALTER TABLE users DROP COLUMN fax;
ALTER TABLE users ALTER COLUMN state SET DEFAULT 'old';
ALTER TABLE users ALTER COLUMN level DROP DEFAULT;
ALTER TABLE users ALTER COLUMN points SET DEFAULT 0;
CREATE INDEX extra_lang ON posts (lang);
CREATE INDEX {topic} ON posts (topic, lang);
ALTER TABLE posts ADD CONSTRAINT extra_token UNIQUE (token);
ALTER TABLE posts ADD CONSTRAINT {code} UNIQUE (code, lang);
ALTER TABLE posts ADD CONSTRAINT extra_owner FOREIGN KEY (owner_id) REFERENCES users (id);
ALTER TABLE posts ADD CONSTRAINT {author_id} FOREIGN KEY (author_id) REFERENCES users (id);
"""

POSTGRESQL = """\
ALTER TABLE users ALTER COLUMN phone TYPE VARCHAR(40);
ALTER TABLE users ALTER COLUMN weight TYPE VARCHAR(40);
ALTER TABLE users ALTER COLUMN city DROP NOT NULL;
ALTER TABLE users ALTER COLUMN born SET NOT NULL;
DROP INDEX {title};
DROP INDEX {topic};
ALTER TABLE posts DROP CONSTRAINT {slug};
ALTER TABLE posts DROP CONSTRAINT {code};
ALTER TABLE posts DROP CONSTRAINT {author_id};
ALTER TABLE posts DROP CONSTRAINT {editor_id};
"""

MARIADB = """\
ALTER TABLE users MODIFY phone VARCHAR(40);
ALTER TABLE users MODIFY weight VARCHAR(40);
ALTER TABLE users MODIFY city VARCHAR(30);
ALTER TABLE users MODIFY born VARCHAR(10) NOT NULL;
DROP INDEX {title} ON posts;
DROP INDEX {topic} ON posts;
DROP INDEX {slug} ON posts;
DROP INDEX {code} ON posts;
ALTER TABLE posts DROP FOREIGN KEY {author_id};
ALTER TABLE posts DROP FOREIGN KEY {editor_id};
"""

SQLITE = """\
DROP TABLE posts;
DROP TABLE users;
CREATE TABLE users (
    id INTEGER NOT NULL PRIMARY KEY{autoincrement},
    extra VARCHAR(5),
    phone VARCHAR(40),
    weight VARCHAR(40),
    city VARCHAR(30),
    born VARCHAR(10) NOT NULL,
    state VARCHAR(10) DEFAULT 'old' NOT NULL,
    level INTEGER NOT NULL,
    points INTEGER DEFAULT 0 NOT NULL
);
CREATE TABLE posts (
    id INTEGER NOT NULL PRIMARY KEY{autoincrement},
    title VARCHAR(50) NOT NULL,
    topic VARCHAR(50) NOT NULL,
    lang VARCHAR(5) NOT NULL,
    slug VARCHAR(20) NOT NULL,
    code VARCHAR(20) NOT NULL,
    token VARCHAR(20) NOT NULL,
    owner_id INTEGER NOT NULL,
    author_id INTEGER NOT NULL,
    editor_id INTEGER NOT NULL,
    CONSTRAINT extra_token UNIQUE (token),
    CONSTRAINT extra_code UNIQUE (code, lang),
    CONSTRAINT extra_owner FOREIGN KEY (owner_id) REFERENCES users (id),
    CONSTRAINT extra_author FOREIGN KEY (author_id) REFERENCES users (id)
);
CREATE INDEX extra_lang ON posts (lang);
CREATE INDEX {topic} ON posts (topic, lang);
"""

STATEMENTS = {
    "postgresql": POSTGRESQL + ALIKE,
    "mariadb": MARIADB + ALIKE,
    "sqlite": SQLITE,
}

# A unique constraint counts as an index: databases differ in what they make of one.
DIFFERENCES = [
    "missing table tags",
    "unexpected table extras",
    "unexpected column users.extra",
    "missing column users.fax",
    "changed type users.phone",
    "changed type users.weight",
    "changed nullability users.city",
    "changed nullability users.born",
    "changed default users.state",
    "changed default users.level",
    "changed default users.points",
    "missing index posts (title)",
    "missing index posts (topic)",
    "unexpected index posts (topic, lang)",
    "unexpected index posts (lang)",
    "missing index posts (slug)",
    "missing index posts (code)",
    "unexpected index posts (code, lang)",
    "unexpected index posts (token)",
    "unexpected foreign key posts (owner_id)",
    "missing foreign key posts (author_id)",
    "unexpected foreign key posts (author_id)",
    "missing foreign key posts (editor_id)",
]


def change(database: Database) -> None:
    """Make all the changes."""
    found = {**names(database), "autoincrement": autoincrement(database)}
    script = EVERYWHERE + STATEMENTS[database.kind].format_map(found)
    for statement in script.split(";\n"):
        if statement:
            database.execute(statement)


def autoincrement(database: Database) -> str:
    """How the ids of an SQLite database grow, for a table that is made anew as it was."""
    if database.kind != "sqlite":
        return ""
    [(text,)] = database.execute("SELECT sql FROM sqlite_master WHERE name = 'posts'")
    return " AUTOINCREMENT" if "AUTOINCREMENT" in text else ""


def names(database: Database) -> dict[str, str]:
    """The names of the indexes and constraints of posts, by their column."""
    engine = create_engine(database.sync_url)
    posts = inspect(engine)
    found = [
        *((item["name"], item["column_names"]) for item in posts.get_indexes("posts")),
        *((item["name"], item["column_names"]) for item in posts.get_unique_constraints("posts")),
        *((item["name"], item["constrained_columns"]) for item in posts.get_foreign_keys("posts")),
    ]
    engine.dispose()
    return {str(column): str(name) for name, [column] in found}
