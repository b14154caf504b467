"""What stands beside a service in its compose.yaml, for images that cannot be pulled here.

Debian's PostgreSQL and Redis, and a mail server that writes what it is sent into its log. Each is set up
by the variables of the image in whose place it is.
"""

from tests.support.containers.images import derived_image

_FILES = {
    "Dockerfile": """\
ARG BASE
FROM ${BASE}
RUN apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -y -q \\
    --no-install-recommends postgresql redis-server python3-aiosmtpd
RUN install -d -o postgres -g postgres -m 700 /var/lib/postgresql/data
COPY postgresql.sh /
""",
    "postgresql.sh": """\
set -eu
PATH=$(echo /usr/lib/postgresql/*/bin):$PATH
cd /var/lib/postgresql/data
if [ ! -e PG_VERSION ]; then
    echo "$POSTGRES_PASSWORD" > /tmp/password
    initdb -E UTF8 --locale=C.UTF-8 -A scram-sha-256 -U "$POSTGRES_USER" \\
        --pwfile=/tmp/password $POSTGRES_INITDB_ARGS -D .
    echo "host all all all scram-sha-256" >> pg_hba.conf
    echo "CREATE DATABASE $POSTGRES_DB" | postgres --single -D . postgres
fi
exec postgres -D . -h '*' -k /tmp
""",
}
_OVERRIDE = """\
services:
  desk:
    image: {name}
    ports: !override [127.0.0.1:{port}:8000]
  database:
    image: {image}
    command: sh /postgresql.sh
    user: postgres
  cache:
    image: {image}
    command: redis-server --protected-mode no
  mailing:
    image: {image}
    command: python3 -u -m aiosmtpd -n -l 0.0.0.0:1025 -c aiosmtpd.handlers.Debugging
    init: true
    ports: !override []
"""


def override(name: str, port: int) -> str:
    """What is otherwise than in compose.yaml: three images, what the service's is called, and its port."""
    return _OVERRIDE.format(name=name, port=port, image=derived_image("beside", _FILES))
