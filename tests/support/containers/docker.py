"""``docker``, as entrypoint files and READMEs call it: done by podman, buildah and podman-compose."""

import hashlib
import shlex
import shutil
import sys
from pathlib import Path

from tests.support.containers.images import BUILD, base_image, distroless_image, pip_options, wheels

_DOCKER = """\
#!/bin/sh
case "$1" in
build)
    shift
    for argument; do
        case "$argument" in
        BUILD=*) argument=BUILD={base} ;;
        RUNTIME=*) argument=RUNTIME={distroless} ;;
        esac
        set -- "$@" "$argument"
        shift
    done
    exec buildah bud {options} "$@"
    ;;
compose) shift; COMPOSED=1 exec {compose} --podman-path "$0" "$@" ;;
run)
    shift
    [ "$COMPOSED" ] || set -- --network host "$@" # a composition says itself
    exec podman run --http-proxy=false --pull=never "$@"
    ;;
*) exec podman "$@" ;;
esac
"""


def install(place: Path, *requirements: str, indexed: bool = True) -> Path:
    """Put ``docker`` into ``place``, which belongs first on the ``PATH``.

    What it builds is on a base image that is made here, on which pip finds ``requirements``, in the
    versions that a Dockerfile for a service is told apart by.
    """
    place.mkdir(exist_ok=True)
    # Debian's Python is older than what these are left out for.
    index = wheels(*requirements, "async-timeout")
    options = [*BUILD, *pip_options(index), f"--build-arg=BUILD={base_image()}"]
    if indexed:
        # Layers are kept by their commands, not by what pip found: this extra, which bootctl does
        # not have, tells wheels apart.
        options += [f"--build-arg=EXTRAS=postgresql,{_digest(index)}"]
    compose = Path(sys.executable).with_name("podman-compose")
    program = place / "docker"
    program.write_text(
        _DOCKER.format(
            options=shlex.join(options),
            base=base_image(),
            distroless=distroless_image(),
            compose=compose,
        )
    )
    program.chmod(0o755)
    return place


def give_wheel(project: Path, *requirements: str) -> None:
    """Put bootctl's wheel where the project's Dockerfile has it; ``requirements`` as for ``install``."""
    [wheel] = wheels(*requirements, "async-timeout").glob("robyn_bootctl-*.whl")
    (project / "vendor").mkdir()
    shutil.copy(wheel, project / "vendor")


def _digest(index: Path) -> str:
    """Of this checkout's wheel, and of the versions beside it."""
    [wheel] = index.glob("robyn_bootctl-*.whl")
    names = sorted(path.name for path in index.glob("*.whl"))
    return "x" + hashlib.sha256("".join(names).encode() + wheel.read_bytes()).hexdigest()[:12]
