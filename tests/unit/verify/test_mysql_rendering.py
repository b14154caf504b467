"""What information_schema of MySQL says otherwise than MariaDB's, and names as the servers write them."""

import pytest

from bootctl.verify.catalog.mysql.columns import columns
from bootctl.verify.catalog.mysql.create import column
from bootctl.verify.catalog.mysql.keys import checks, foreign_keys, indexes
from bootctl.verify.catalog.mysql.names import Scope, unqualified
from bootctl.verify.catalog.mysql.queries import TABLES, Server
from bootctl.verify.catalog.mysql.visible import _covers

MYSQL = Server("8.4.3", "shop")
SCOPE = Scope("shop", "shop")


def _column(default: str | None, extra: str = "", expression: str = "", kind: str = "int") -> str:
    row = ["t", 1, "c", kind, "NO", default, expression, extra, None, "", None]
    (found,) = columns([row], {}, SCOPE, MYSQL)
    return column(found)


@pytest.mark.parametrize(
    ("default", "extra", "written"),
    [
        (None, "", "`c` int NOT NULL"),
        ("0", "", "`c` int NOT NULL DEFAULT '0'"),
        ("it's", "", "`c` int NOT NULL DEFAULT 'it''s'"),
        ("NULL", "", "`c` int NOT NULL DEFAULT 'NULL'"),
        ("b'101'", "", "`c` int NOT NULL DEFAULT b'101'"),
        ("(uuid())", "DEFAULT_GENERATED", "`c` int NOT NULL DEFAULT ((uuid()))"),
        (
            "concat(_utf8mb4\\'a\\')",
            "DEFAULT_GENERATED",
            "`c` int NOT NULL DEFAULT (concat(_utf8mb4'a'))",
        ),
        (
            "CURRENT_TIMESTAMP(6)",
            "DEFAULT_GENERATED on update CURRENT_TIMESTAMP(6)",
            "`c` int NOT NULL DEFAULT CURRENT_TIMESTAMP(6) ON UPDATE CURRENT_TIMESTAMP(6)",
        ),
        (None, "auto_increment INVISIBLE", "`c` int NOT NULL AUTO_INCREMENT INVISIBLE"),
    ],
)
def test_defaults_of_mysql(default: str | None, extra: str, written: str) -> None:
    assert _column(default, extra) == written


def test_generated_columns_of_mysql() -> None:
    expression = "json_unquote(json_extract(`d`,_utf8mb4\\'$.a\\'))"
    written = _column(None, "VIRTUAL GENERATED", expression)
    expected = "(json_unquote(json_extract(`d`,_utf8mb4'$.a'))) VIRTUAL NOT NULL"
    assert written == f"`c` int GENERATED ALWAYS AS {expected}"


def test_indexes_of_expressions() -> None:
    rows = [
        ["t", "i", 2, 1, "b", "D", None, "BTREE", "", "YES", None],
        ["t", "i", 1, 1, None, "A", None, "BTREE", "", "YES", "lower(`a`)"],
    ]
    (found,) = indexes(rows, {"t": "InnoDB"}, {}, SCOPE, MYSQL)
    assert found.parts == {"columns": "(lower(`a`)), `b` DESC", "invisible": "yes"}


def test_checks_that_are_not_enforced() -> None:
    rows = [["t", "dear", "Table", "(`a` <> _utf8mb4\\'it\\\\\\'s\\')", "NO"]]
    (found,) = checks(rows, SCOPE, MYSQL)
    assert found.parts == {"definition": "(`a` <> _utf8mb4'it\\'s')", "enforced": "no"}


@pytest.mark.parametrize(
    ("name", "called"),
    [
        ("t_ibfk_12", "t.(`a`)"),
        ("1", "t.(`a`)"),
        ("fk_a", "t.fk_a"),
        ("other_ibfk_1", "t.other_ibfk_1"),
    ],
)
def test_names_that_nobody_gave(name: str, called: str) -> None:
    rows = [["t", name, 1, "a", "far", "o", "id"]]
    (found,) = foreign_keys(rows, {}, SCOPE)
    assert (found.name, found.parts["target"]) == (called, "`far`.`o` (`id`)")


def test_views_without_their_own_schema() -> None:
    text = "select `shop`.`t`.`a` AS `a`,'`shop`.' AS `b` from (`shop`.`t` join `far`.`shop`)"
    expected = "select `t`.`a` AS `a`,'`shop`.' AS `b` from (`t` join `far`.`shop`)"
    assert unqualified(text, "shop") == expected


@pytest.mark.parametrize(
    ("pattern", "schema", "covers"),
    [
        ("*.*", "shop", True),
        ("`shop`.*", "shop", True),
        ("`sho_`.*", "shop", True),
        (r"`my\_shop`.*", "my_shop", True),
        (r"`my\_shop`.*", "myxshop", False),
        ("`my%`.*", "my_shop", True),
        ("`shop`.`t`", "shop", False),
    ],
)
def test_what_a_grant_covers(pattern: str, schema: str, covers: bool) -> None:
    assert _covers(pattern, schema) is covers


@pytest.mark.parametrize(
    ("version", "title", "words"),
    [
        ("8.0.36-28.1", "MySQL 8.0", "JSON_ARRAYAGG"),
        ("10.11.6-MariaDB-log", "MariaDB 10.11", "GROUP_CONCAT"),
        ("5.5.5-11.4.2-MariaDB", "MariaDB 11.4", "GROUP_CONCAT"),
    ],
)
def test_each_server_is_asked_in_its_words(version: str, title: str, words: str) -> None:
    server = Server(version, "shop")
    assert server.title == title
    assert words in TABLES._statement(server)
