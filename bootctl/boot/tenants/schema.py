"""Whether a tenant's schema is there: in its place, what is made would be in the next of the search path."""

from bootctl.config.invocation import TENANT, Invocation
from bootctl.database import causes
from bootctl.database.plain_connection import connect
from bootctl.database.url import parse
from bootctl.errors import RefusedError
from bootctl.output import log

_SECONDS = 10.0


def refuse_missing(invocation: Invocation) -> None:
    """Raise ``RefusedError`` where the first schema of a tenant's search path is not the session's default."""
    tenants, url = invocation.loaded.settings.tenants, invocation.loaded.settings.database.url
    if TENANT not in invocation.environ or not tenants.search_path or url is None:
        return
    with log.stage("inspect"):
        wanted = schema_of(tenants.search_path, invocation.environ[TENANT])
        try:
            connection = connect(parse(url.get_secret_value()), _SECONDS)
            try:
                [(found,)] = connection.rows("SELECT current_schema()")
            finally:
                connection.close()
        except Exception as error:  # whatever a driver raises
            raise _refused(wanted, f"cannot be asked for: {causes.root_message(error)}") from error
        if found != wanted:
            raise _refused(wanted, "does not exist, or this role may not use it")


def schema_of(search_path: str, tenant: str) -> str:
    """Return the schema that is migrated for ``tenant``."""
    return search_path.split(",")[0].strip().replace("{tenant}", tenant)


def _refused(schema: str, reason: str) -> RefusedError:
    return RefusedError(
        f"the schema {schema} {reason}",
        hint=f'Create it for the role that migrates: CREATE SCHEMA "{schema}" AUTHORIZATION its_role; or '
        "correct tenants.search_path.",
        schema=schema,
    )
