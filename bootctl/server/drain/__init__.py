"""The init of ``server.mode=drain``: it stays beside the server, and stops a Robyn server properly.

To stay small it is a package of its own, which imports nothing of bootctl or of the service, and
little until a Robyn server is stopped: see ``bootctl.server.launch`` for how it is started. That process has
started the server and blocked every signal, so that none is lost.

Any server gets every signal, and its exit status is passed on; it is killed where it has not stopped
in time. A Robyn server never ends on SIGTERM,
or kills its workers: it is drained. Nobody new is let in at a worker; connections on which nothing
is asked are closed, as their clients would do it; a worker that has none left gets SIGINT, which
runs the shutdown handlers. See ``robyn``.
"""
