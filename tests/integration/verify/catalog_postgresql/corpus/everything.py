"""The whole corpus."""

from tests.integration.verify.catalog_postgresql.corpus.columns import COLUMNS
from tests.integration.verify.catalog_postgresql.corpus.constraints import CONSTRAINTS
from tests.integration.verify.catalog_postgresql.corpus.foreign_keys import FOREIGN_KEYS
from tests.integration.verify.catalog_postgresql.corpus.grants import GRANTS
from tests.integration.verify.catalog_postgresql.corpus.indexes import INDEXES
from tests.integration.verify.catalog_postgresql.corpus.others import OTHERS
from tests.integration.verify.catalog_postgresql.corpus.routines import ROUTINES
from tests.integration.verify.catalog_postgresql.corpus.sequences import SEQUENCES
from tests.integration.verify.catalog_postgresql.corpus.tables import TABLES
from tests.integration.verify.catalog_postgresql.corpus.types import TYPES
from tests.integration.verify.catalog_postgresql.corpus.views import VIEWS

CORPUS = (
    *COLUMNS,
    *CONSTRAINTS,
    *FOREIGN_KEYS,
    *GRANTS,
    *INDEXES,
    *OTHERS,
    *ROUTINES,
    *SEQUENCES,
    *TABLES,
    *TYPES,
    *VIEWS,
)
