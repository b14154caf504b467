"""Changes by hand: views."""

from tests.integration.verify.catalog_postgresql.by_hand import ByHand

VIEWS = (
    ByHand(
        "view changed",
        "CREATE OR REPLACE VIEW adults AS SELECT id, name FROM users WHERE born < '2005-01-01' AND name LIKE '%a%'",
        {"view adults": "definition"},
    ),
    ByHand(
        "view with a column more",
        "CREATE OR REPLACE VIEW adults AS SELECT id, name, score FROM users WHERE born < '2006-01-01' AND name LIKE '%a%'",
        {"view adults": "definition"},
    ),
    ByHand(
        "view with a column renamed",
        "ALTER VIEW adults RENAME COLUMN name TO called",
        {"view adults": "definition", "view adult_names": "definition"},
    ),
    ByHand("view dropped", "DROP VIEW adult_names", {"view adult_names": "-"}),
    ByHand(
        "view added",
        "CREATE VIEW x AS SELECT 1 AS one",
        {"view x": "+", "grant x to pg_monitor": "+"},
    ),
    ByHand(
        "view no longer a barrier",
        "ALTER VIEW adult_names RESET (security_barrier)",
        {"view adult_names": "options"},
    ),
    ByHand(
        "view with a check option",
        "ALTER VIEW adults SET (check_option = local)",
        {"view adults": "options"},
    ),
    ByHand(
        "view default", "ALTER VIEW adults ALTER name SET DEFAULT 'x'", {"column adults.name": "+"}
    ),
    ByHand(
        "materialized view changed",
        "DROP MATERIALIZED VIEW totals; CREATE MATERIALIZED VIEW totals AS SELECT buyer, max(total) AS total FROM orders GROUP BY buyer; CREATE UNIQUE INDEX totals_buyer ON totals (buyer)",
        {"materialized view totals": "definition", "grant totals to pg_monitor": "+"},
    ),
    ByHand(
        "materialized view dropped",
        "DROP MATERIALIZED VIEW totals",
        {"materialized view totals": "-", "index totals.totals_buyer": "-"},
    ),
    ByHand("rule dropped", "DROP RULE no_delete ON cache", {"rule cache.no_delete": "-"}),
    ByHand(
        "rule changed",
        "CREATE OR REPLACE RULE no_delete AS ON DELETE TO cache WHERE old.key = '%' DO INSTEAD NOTHING",
        {"rule cache.no_delete": "definition"},
    ),
    ByHand(
        "rule disabled",
        "ALTER TABLE cache DISABLE RULE no_delete",
        {"rule cache.no_delete": "enabled"},
    ),
)
