"""The Kubernetes manifests are valid, and say of every exit code what the code says."""

import functools
import json
import re
import shlex
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import kubernetes_validate
import pytest

from bootctl.config.settings import Settings
from bootctl.errors import ExitCode
from tests.support.containers.manifests import (
    COMPONENTS,
    TENANTS,
    TREE,
    VARIANTS,
    Manifest,
    choose,
    copied,
    rendered,
    run,
)

# Of the three minor releases that Kubernetes supports, in November 2026.
OLDEST, NEWEST = "1.35", "1.37"

FAILURES = [code for code in ExitCode if code is not ExitCode.DONE]
RETRYABLE = {code for code in FAILURES if code.retryable}
README = (TREE / "README.md").read_text()
COMMANDS = re.findall(r"(?m)^\$ (kubectl .+)$", README)

# What differs between these and the others is how the Job is started.
each_variant = pytest.mark.parametrize("variant", ["base", "job"])


@functools.cache
def manifests(variant: str, components: tuple[str, ...] = ()) -> dict[str, Manifest]:
    with TemporaryDirectory() as folder:
        tree = copied(Path(folder), "notes")
        choose(tree, variant, components)
        return rendered(tree)


def pod(manifest: Manifest) -> dict[str, Any]:
    spec: dict[str, Any] = manifest["spec"]["template"]["spec"]
    return spec


def containers(variant: str) -> dict[str, dict[str, Any]]:
    """Every container of a variant, by its name: there is one of each."""
    pods = [pod(item) for item in manifests(variant).values() if "template" in item["spec"]]
    found = [item for each in pods for item in each.get("initContainers", []) + each["containers"]]
    by_name = {item["name"]: item for item in found}
    assert len(by_name) == len(found) == 2
    return by_name


@pytest.mark.parametrize(
    ("variant", "components"),
    [*((variant, ()) for variant in VARIANTS), ("job", COMPONENTS), ("helm", TENANTS)],
    ids=[*VARIANTS, "components", "tenants"],
)
def test_every_manifest_is_valid(variant: str, components: tuple[str, ...]) -> None:
    for manifest in manifests(variant, components).values():
        for version in (OLDEST, NEWEST):
            assert kubernetes_validate.validate(manifest, version, strict=True) == version


def test_an_unknown_field_is_not_valid() -> None:
    deployment = manifests("base")["Deployment"]
    misspelled = deployment | {"spec": deployment["spec"] | {"replica": 1}}
    with pytest.raises(kubernetes_validate.ValidationError, match="replica"):
        kubernetes_validate.validate(misspelled, NEWEST, strict=True)


def test_the_newest_version_is_the_newest_there_is() -> None:
    assert kubernetes_validate.latest_version().startswith(f"{NEWEST}.")


def test_the_job_runs_what_the_init_container_would() -> None:
    found, base = manifests("job"), pod(manifests("base")["Deployment"])
    job = pod(found["Job"])
    assert job["containers"] == base["initContainers"]
    assert all(job[key] == base[key] for key in ("securityContext", "volumes"))
    assert pod(found["Deployment"]) == {k: v for k, v in base.items() if k != "initContainers"}


@each_variant
def test_containers_are_confined(variant: str) -> None:
    for manifest in (item for item in manifests(variant).values() if "template" in item["spec"]):
        context = pod(manifest)["securityContext"]
        assert context["runAsNonRoot"]
        assert context["runAsUser"] == context["runAsGroup"] == 65532
        assert context["seccompProfile"] == {"type": "RuntimeDefault"}
    for container in containers(variant).values():
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }


@each_variant
def test_only_what_migrates_gets_the_migration_url(variant: str) -> None:
    found = containers(variant)
    assert found["migrate"]["command"] == ["bootctl", "migrate"]
    assert [item["name"] for item in found["migrate"]["env"]] == [
        "BOOTCTL__DATABASE__MIGRATION_URL"
    ]
    assert {"name": "BOOTCTL__MIGRATE__MODE", "value": "wait"} in found["notes"]["env"]
    assert "MIGRATION_URL" not in str(found["notes"])
    assert found["notes"]["envFrom"] == found["migrate"]["envFrom"]


@each_variant
def test_every_container_says_what_it_needs(variant: str) -> None:
    for container in containers(variant).values():
        assert set(container["resources"]["requests"]) == {"cpu", "memory"}


def test_a_drained_node_takes_one_pod_at_a_time() -> None:
    found = manifests("base")
    budget = found["PodDisruptionBudget"]["spec"]
    assert budget["maxUnavailable"] == 1  # what a single replica can be drained with
    labels = found["Deployment"]["spec"]["template"]["metadata"]["labels"]
    assert budget["selector"]["matchLabels"].items() <= labels.items()
    job = manifests("job")["Job"]["spec"]["template"].get("metadata", {}).get("labels", {})
    assert not budget["selector"]["matchLabels"].items() <= job.items()


def test_times_fit_the_settings() -> None:
    settings, spec = Settings(), pod(manifests("base")["Deployment"])
    server = containers("base")["notes"]
    paused = server["lifecycle"]["preStop"]["sleep"]["seconds"]
    assert spec["terminationGracePeriodSeconds"] >= paused + settings.server.stop_timeout + 5
    probe = server["startupProbe"]
    patience = probe["periodSeconds"] * probe["failureThreshold"]
    assert patience > settings.wait.timeout + settings.lock.timeout
    verdict = str(settings.log.termination_message)
    assert all(item["terminationMessagePath"] == verdict for item in containers("base").values())


def test_the_job_fails_at_once_where_trying_again_cannot_help() -> None:
    rules = manifests("job")["Job"]["spec"]["podFailurePolicy"]["rules"]
    actions = {
        code: rule["action"]
        for rule in rules
        if rule.get("onExitCodes", {}).get("operator") == "In"
        for code in rule["onExitCodes"]["values"]
    }
    assert actions == {code: "Count" if code.retryable else "FailJob" for code in FAILURES}
    assert not any(code > 128 for code in actions), "a signal is no verdict"


def test_the_job_s_container_restarts_where_trying_again_can_help() -> None:
    (container,) = pod(manifests("job", COMPONENTS)["Job"])["containers"]
    (rule,) = container["restartPolicyRules"]
    assert (container["restartPolicy"], rule["action"]) == ("Never", "Restart")
    assert rule["exitCodes"] == {"operator": "In", "values": sorted(RETRYABLE)}


def test_many_tenants_are_spread_over_the_pods_of_an_indexed_job() -> None:
    found, before = manifests("job", TENANTS), manifests("job")["Job"]["spec"]
    job = found["Job"]["spec"]
    (container,), (plain,) = (
        pod(found["Job"])["containers"],
        pod(manifests("job")["Job"])["containers"],
    )
    assert (job["completionMode"], job["completions"], job["parallelism"]) == ("Indexed", 4, 4)
    count = {"name": "JOB_COMPLETIONS", "value": str(job["completions"])}
    more = {"args": ["--tenants"], "env": [*plain["env"], count]}
    assert container == {**plain, **more, "resources": container["resources"]}
    assert "backoffLimit" not in job  # of all indexes, which there may be thousands of
    assert job["backoffLimitPerIndex"] == before["backoffLimit"]
    actions = [rule["action"] for rule in job["podFailurePolicy"]["rules"]]
    assert actions == ["Ignore", "Count", "FailIndex"]
    (server,) = pod(found["Deployment"])["containers"]
    assert {"name": "BOOTCTL__ORM", "value": "none"} in server["env"]


def test_the_readme_says_of_every_exit_code_what_the_job_does() -> None:
    rows = re.findall(r"(?m)^\| ([\d, ]+) \| (tries again|fails at once):", README)
    actions = {int(code): action for codes, action in rows for code in codes.split(", ")}
    assert actions == {
        code: "tries again" if code.retryable else "fails at once" for code in FAILURES
    }


@pytest.mark.parametrize(
    ("variant", "annotations"),
    [
        (
            "argocd",
            {
                "argocd.argoproj.io/hook": "PreSync",
                "argocd.argoproj.io/hook-delete-policy": "BeforeHookCreation",
            },
        ),
        (
            "helm",
            {
                "helm.sh/hook": "pre-install,pre-upgrade",
                "helm.sh/hook-delete-policy": "before-hook-creation",
            },
        ),
    ],
)
def test_a_hook_is_the_same_job(variant: str, annotations: dict[str, str]) -> None:
    job = manifests("job")["Job"]
    hook = {**job, "metadata": {**job["metadata"], "annotations": annotations}}
    assert manifests(variant) == {**manifests("job"), "Job": hook}


@pytest.mark.slow
def test_helm_takes_the_job_for_a_hook(tmp_path: Path) -> None:
    tree, chart = copied(tmp_path / "k8s", "notes"), tmp_path / "chart"
    choose(tree, "helm")
    (chart / "templates").mkdir(parents=True)
    (chart / "Chart.yaml").write_text("apiVersion: v2\nname: notes\nversion: 0.1.0\n")
    (chart / "templates/notes.yaml").write_text(run("kubectl", "kustomize", tree))
    assert "\nkind: Job\n" in run("helm", "template", "notes", chart)
    resources = run("helm", "template", "notes", chart, "--no-hooks")
    assert "\nkind: Deployment\n" in resources
    assert "\nkind: Job\n" not in resources


def test_every_file_is_as_a_copy_leaves_it(tmp_path: Path) -> None:
    choose(copied(tmp_path, "ledger"), "job", COMPONENTS)
    found = rendered(tmp_path)
    names = {kind: manifest["metadata"]["name"] for kind, manifest in found.items()}
    assert names.pop("Job") == "ledger-migrate"
    assert set(names.values()) == {"ledger"}
    assert pod(found["Job"])["containers"][0]["image"] == "registry.example/ledger:1"


@pytest.mark.parametrize("line", COMMANDS)
def test_every_command_of_the_readme_exists(line: str) -> None:
    # Options are parsed before help is given.
    run(*shlex.split(line), "--help")


@pytest.mark.parametrize("state", ["state", "lastState"])
def test_the_readme_s_path_finds_the_termination_message(state: str, tmp_path: Path) -> None:
    ended = {"name": "migrate", state: {"terminated": {"exitCode": 20, "message": "drift"}}}
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "notes"}}
    (tmp_path / "pod.json").write_text(
        json.dumps(pod | {"status": {"initContainerStatuses": [ended]}})
    )
    paths = {word for line in COMMANDS for word in shlex.split(line) if "jsonpath" in word}
    (path,) = paths
    local = ["--local", "-f", tmp_path / "pod.json", "-o", path]
    assert run("kubectl", "label", *local, "read=yes") == "drift"
