"""Pods of the manifests that users copy, run by podman.

Debian's podman knows Pods and Deployments, no Jobs, and restarts a Deployment's init containers when
they have ended. So what runs is the template of a Deployment or Job as a Pod that restarts nothing.
Nor does podman know termination messages: a file is mounted where the manifest says that they are.
"""

import base64
import json
import subprocess
import tempfile
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tests.support.containers.images import podman
from tests.support.containers.manifests import Manifest, choose, copied, rendered
from tests.support.containers.running import Container
from tests.support.servers.ports import free_port

# Those that have ended are kept, to be asked how.
_KEEP_INIT_CONTAINERS = "io.podman.annotations.init.container.type=always"


@dataclass(frozen=True)
class Service:
    """A service in a cluster: its manifests by kind, and the port of its server."""

    name: str
    port: int
    manifests: dict[str, Manifest]


@contextmanager
def service(
    variant: str, image: str, components: Sequence[str] = (), **settings: str
) -> Iterator[Service]:
    """``variant`` of the manifests for a service of its own name, and the Secret of its settings."""
    name, port = f"bootctl-test-{uuid.uuid4().hex[:8]}", free_port()
    repository, tag = image.rsplit(":", 1)
    with tempfile.TemporaryDirectory(prefix="bootctl-k8s-") as folder:
        tree = copied(Path(folder), name)
        choose(tree, variant, components, image={"newName": repository, "newTag": tag})
        manifests = rendered(tree)
    with secret(name, {**settings, "ROBYN_PORT": str(port)}):
        yield Service(name, port, manifests)


@contextmanager
def secret(name: str, values: Mapping[str, str]) -> Iterator[None]:
    """A Secret, in the form in which this podman reads one."""
    encoded = {key: base64.b64encode(value.encode()).decode() for key, value in values.items()}
    with tempfile.NamedTemporaryFile("w", prefix="bootctl-secret-") as file:
        json.dump(encoded, file)
        file.flush()
        podman("secret", "create", name, file.name)
    try:
        yield
    finally:
        podman("secret", "rm", name)


@dataclass(frozen=True)
class Pod:
    """A pod that was started."""

    name: str
    messages: Path

    def container(self, name: str) -> Container:
        """One of its containers, by its name in the manifest."""
        return Container(f"{self.name}-{name}", int(self.inspect(name)["State"]["Pid"]))

    def inspect(self, container: str) -> dict[str, Any]:
        """What podman knows of a container."""
        shown = podman("container", "inspect", f"{self.name}-{container}").stdout
        return dict(json.loads(shown)[0])

    def state(self, container: str) -> tuple[str, int]:
        """Whether a container is created, running or exited, and its exit code."""
        state = self.inspect(container)["State"]
        return state["Status"], state["ExitCode"]

    def message(self, container: str) -> str:
        """A container's termination message."""
        return (self.messages / container).read_text()

    def start(self) -> None:
        """Start it; until its init container has ended."""
        # It fails where that does.
        subprocess.run(["podman", "pod", "start", self.name], capture_output=True, check=False)

    def stop(self) -> None:
        """SIGTERM, and SIGKILL where that has not ended it within ten seconds."""
        podman("pod", "stop", self.name)


@contextmanager
def played(manifest: Manifest, restarts: str = "Never") -> Iterator[Pod]:
    """The pod of a Deployment or Job, when its init container has ended; removed afterwards."""
    with created(manifest, restarts) as pod:
        pod.start()
        yield pod


@contextmanager
def created(manifest: Manifest, restarts: str = "Never") -> Iterator[Pod]:
    """The pod of a Deployment or Job, which is not started yet; removed afterwards."""
    name = manifest["metadata"]["name"]
    with tempfile.TemporaryDirectory(prefix="bootctl-pod-") as folder:
        pod, file = Pod(name, Path(folder)), Path(folder, "pod.yaml")
        file.write_text(yaml.safe_dump(_runnable(manifest, restarts, pod.messages)))
        options = ["--network=host", f"--annotation={_KEEP_INIT_CONTAINERS}", "--start=false"]
        try:
            podman("play", "kube", *options, str(file))
            yield pod
        finally:
            podman("pod", "rm", "--force", "--time", "0", "--ignore", name)


def _runnable(manifest: Manifest, restarts: str, messages: Path) -> Manifest:
    spec = {**manifest["spec"]["template"]["spec"], "restartPolicy": restarts}
    for key in ("initContainers", "containers"):
        spec[key] = [_with_message(container, messages) for container in spec.get(key, ())]
    spec["volumes"] = [*spec["volumes"], *(_message_file(path) for path in messages.iterdir())]
    metadata = {"name": manifest["metadata"]["name"]}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec}


def _with_message(container: dict[str, Any], messages: Path) -> dict[str, Any]:
    file = messages / container["name"]
    file.touch()
    file.chmod(0o666)
    mount = {"name": f"message-{file.name}", "mountPath": container["terminationMessagePath"]}
    return {**container, "volumeMounts": [*container["volumeMounts"], mount]}


def _message_file(path: Path) -> dict[str, Any]:
    return {"name": f"message-{path.name}", "hostPath": {"path": str(path), "type": "File"}}
