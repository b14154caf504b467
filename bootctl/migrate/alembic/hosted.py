"""A session inside of a run of ``env.py``, for what connects only while that runs.

A function of ``env.py`` that connects may need the event loop that ``env.py`` runs, or an object
that it closes at its end, as the connectors of cloud providers do.
"""

import threading
from contextlib import ExitStack

from sqlalchemy import Engine

from bootctl.database.url import Url
from bootctl.migrate.alembic.databases import Databases, Serve
from bootctl.migrate.alembic.environment import Mode, Run
from bootctl.project.alembic.project import Project

_running = threading.Lock()
"""What Alembic has of a run is the process's: there is one run at a time."""


def hosted(project: Project, databases: Databases, url: Url, serve: Serve) -> None:
    """Run ``env.py`` as far as it connects to ``url``, and have ``serve`` be called there."""
    known = frozenset(url.identity for url in databases.seen)
    run = Run(project, databases, Mode.LOOK, lambda *_: (), known)
    with ExitStack() as alone:
        alone.enter_context(_running)

        def instead(engine: Engine) -> bool:
            if databases.url(engine) != url:
                return False
            run.leave()
            alone.close()
            serve(engine)
            return True

        run.instead = instead
        run()
