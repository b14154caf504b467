"""Changes of the entrypoint files' texts, each for one thing that differs between projects."""

import json
import re
import shlex
from collections.abc import Collection

from bootctl.init.web import Server

_UV = "uv==0.13.9"
_POETRY = "poetry==2.2.1", "poetry-plugin-export==1.9.0"
_MOUNTS = (
    "RUN --mount=type=secret,id=pip,target=/etc/pip.conf "
    "--mount=type=secret,id=uv,target=/etc/uv/uv.toml \\\n"
    "    --mount=type=cache,target=/root/.cache \\\n"
)
_BOOTCTL = '    && /opt/pip/bin/pip --python /opt/venv install "${BOOTCTL}[${EXTRAS}]"\n'
_IMAGE_INSTALL = {
    "uv": "COPY ${SERVICE}/pyproject.toml ${SERVICE}/uv.lock ./\n"
    f"{_MOUNTS}    /opt/pip/bin/pip install {_UV} \\\n"
    "    && UV_PROJECT_ENVIRONMENT=/opt/venv UV_PYTHON_DOWNLOADS=never UV_LINK_MODE=copy \\\n"
    "        /opt/pip/bin/uv sync --frozen --no-dev --no-install-project \\\n"
    f"{_BOOTCTL}",
    "poetry": "COPY ${SERVICE}/pyproject.toml ${SERVICE}/poetry.lock ./\n"
    f"{_MOUNTS}    /opt/pip/bin/pip install {' '.join(_POETRY)} \\\n"
    "    && /opt/pip/bin/poetry export --output requirements.txt \\\n"
    "    && /opt/pip/bin/pip --python /opt/venv install -r requirements.txt \\\n"
    f"{_BOOTCTL}",
}
_JOB_INSTALL = {
    "uv": (
        "UV_PROJECT_ENVIRONMENT=\"$(python -c 'import sys; print(sys.prefix)')\" "
        "uv sync --frozen --no-dev --no-install-project --inexact",
        'uv pip install --python "$(command -v python)" ',
    ),
    "poetry": (
        f"uvx --from {_POETRY[0]} --with {_POETRY[1]} poetry export --output requirements.lock.txt",
        'uv pip install --python "$(command -v python)" -r requirements.lock.txt ',
    ),
}
_IMAGE_BLOCK = re.compile(r'(?s)COPY \$\{SERVICE\}/pyproject\*.*?"\$\{BOOTCTL\}\[\$\{EXTRAS\}\]"\n')
_JOB_LINE = re.compile(
    r'(?m)^( +(?:- )?)uv pip install --python "\$\(command -v python\)" -r \S+ (.*)$'
)
_JOB_INPUT = re.compile(r"(?m)^  requirements:\n(?:    .*\n)+|^ +REQUIREMENTS: .*\n")
_ROBYN_VARIABLES = re.compile(r"(?m) \\\n +ROBYN_HOST=.*\n +ROBYN_PORT=.*\n +BOOTCTL__.*drain$")
_SETTINGS_LINE = re.compile(r"(?m)^ +SETTINGS__.*\n|^ +# A project that robyn-config made.*\n")
_SETTINGS_ENTRY = re.compile(r"(?m)^ +- name: SETTINGS__.*\n +value: .*\n")
_EXAMPLE = '# CMD ["uvicorn", "package.module:app", "--host", "0.0.0.0", "--port", "8000"]\n'


def with_installer(text: str, installer: str) -> str:
    """Return ``text`` with the project's dependencies as its lock has them."""
    if installer == "requirements":
        return text.replace("-r pyproject.toml", "-r requirements.txt").replace(
            "default: pyproject.toml", "default: requirements.txt"
        )
    if installer not in _JOB_INSTALL:
        return text
    text = _IMAGE_BLOCK.sub(lambda _: _IMAGE_INSTALL[installer], text)
    locked, install = _JOB_INSTALL[installer]
    text = _JOB_LINE.sub(
        lambda line: f"{line[1]}{locked}\n{line[1]}{install}{line[2]}",
        text,
    )
    return _JOB_INPUT.sub("", text)


def with_server(text: str, server: Server) -> str:
    """Return ``text`` for a server that may be none of Robyn's."""
    if server.kind == "robyn":
        return text
    text = _ROBYN_VARIABLES.sub("", text)
    text = text.replace("int(os.environ['ROBYN_PORT'])", "8000")
    text = text.replace("import http.client, os, sys", "import http.client, sys")
    text = text.replace("Python and Robyn want a", "Python wants a")
    text = text.replace("      BOOTCTL__SERVER__MODE: drain\n", "")
    entrypoint = 'ENTRYPOINT ["bootctl", "run", "--"]\n'
    text = text.replace(entrypoint, f"{entrypoint}{_cmd(server)}")
    if server.command:
        here = shlex.join(server.command).replace("0.0.0.0", "127.0.0.1")  # noqa: S104
        text = re.sub(r"(?m)^(\t\$\(BOOTCTL\) run)$", rf"\1 -- {here}", text)
    return text


def _cmd(server: Server) -> str:
    if server.command:
        return f"CMD {json.dumps(server.command)}\n"
    if server.kind == "own":
        return ""
    return f"# CMD is needed, the server's command: {server.missing}. For example:\n{_EXAMPLE}"


def without_settings(text: str, url: str, cache_url: str) -> str:
    """Return ``text`` for a project without robyn-config's settings: variables name its URLs."""
    text = _SETTINGS_ENTRY.sub("", _SETTINGS_LINE.sub("", text))
    text = re.sub(r" --env SETTINGS__LOGGING__FILE=|--env SETTINGS__LOGGING__FILE= ", "", text)
    text = text.replace("SETTINGS__DATABASE__", "DATABASE_")
    if re.search(r"(?m)^  cache:$", text):
        line = re.compile(r"(?m)^( +)DATABASE_URL: .*\n")
        text = line.sub(rf"\g<0>\g<1>{cache_url}: redis://cache:6379/0\n", text, count=1)
    text = re.sub(r"\bDATABASE_URL\b", url, text)
    return re.sub(
        r"(?m)^ +(?:env|variables|environment):\n(?=( *)(?:steps|script|ports):)", "", text
    )


def with_services(text: str, services: Collection[str]) -> str:
    """Return ``text`` without those of the services beside the project's that are not in ``services``."""
    for name in ("database", "cache", "mailing"):
        if name not in services:
            text = re.sub(rf"(?m)\n^  {name}:.*\n(?:    .*\n)+", "", text, count=1)
            text = re.sub(rf"(?m)^ +SETTINGS__{name.upper()}__.*\n", "", text)
    return text


def with_file(text: str, *, tortoise: bool) -> str:
    """Return ``text`` for a project whose database is a file: in a volume, or a job's own directory."""
    url = "sqlite:///data/notes.db" if tortoise else "sqlite+aiosqlite:////data/notes.db"
    if _VOLUMES in text:
        text = re.sub(r"(?m)^( +DATABASE_URL: ).*@database:.*", rf"\g<1>{url}", text)
        text = text.replace("    ports:\n", "    volumes:\n      - data:/data\n    ports:\n", 1)
        text = text.replace(_VOLUMES, "\nvolumes:\n  data:\n")
    else:
        text = _SERVER.sub("", text)
    text = text.replace(_APP, f"{_APP}{_DATA}")
    return re.sub(r"(EXTRAS=|\[)postgresql\b", r"\1sqlite", text)


_VOLUMES = "\nvolumes:\n  database:\n"
_APP = "COPY --from=build /app /app\n"
_DATA = "COPY --from=python --chown=65532:65532 /collected/home/nonroot /data\n"
_SERVER = re.compile(
    r"(?m)^ +(?:DATABASE_URL|POSTGRES_\w+): .*\n"
    r"|^    services:\n      database:.*\n(?:        .*\n)+"  # of GitHub's job
    r"|^  services:.*\n    - name: .*\n(?:      .*\n)+"  # of GitLab's
)
"""What a job says of a server of the database."""


def without_health(text: str) -> str:
    """Return ``text`` for a project that has no route for its health: any answer is one."""
    text = text.replace(
        "sys.exit(c.getresponse().status != 200)", "sys.exit(c.getresponse().status >= 500)"
    )
    text = text.replace("c.request('GET', '/health')", "c.request('GET', '/')")
    text = text.replace("httpGet: &health\n              path: /health\n", "tcpSocket: &health\n")
    return text.replace("httpGet: *health", "tcpSocket: *health")
