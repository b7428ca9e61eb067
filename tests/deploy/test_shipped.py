"""What is shipped under `deploy/` fits the published schemas, and the program it starts."""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import kubernetes_validate
import promql_parser
import pytest
import typer.main
import yaml
from compose_spec import PyCompose

from tests.deploy.composed import DEPLOY, compose, nodes, ours
from workers.cli import app
from workers.opening import OTHERS
from workers.settings import Settings

KUBERNETES = DEPLOY / "kubernetes"
RELEASES = ("1.31", "1.34")
SETTINGS = {f"HOTLINE_{name.upper()}" for name in Settings.model_fields} | OTHERS
COMMANDS = typer.main.get_command(app)
NOT_OURS = {"up", "node_filesystem_avail_bytes", "node_filesystem_size_bytes"}
PROCESSES = {"web", "relay", "project", "react", "clock", "notify", "link"}


def known(words: list[str]) -> bool:
    """Whether the command line has this command with these options."""
    with typer.Context(COMMANDS) as context:
        command, rest = COMMANDS.get_command(context, words[0]), words[1:]
        while rest and hasattr(command, "get_command"):
            command, rest = command.get_command(context, rest[0]), rest[1:]
    options = {option for one in command.params for option in one.opts} if command else set()
    return command is not None and all(word in options for word in rest if word.startswith("--"))


def documents() -> Iterator[tuple[str, dict[str, Any]]]:
    """Every Kubernetes object as written, with its file's name; not kustomize's own."""
    for path in sorted(KUBERNETES.rglob("*.yaml")):
        for one in yaml.safe_load_all(path.read_text(encoding="utf-8")):
            if one["kind"] != "Kustomization":
                yield path.name, one


def containers(one: dict[str, Any]) -> list[dict[str, Any]]:
    pod = one.get("spec", {}).get("template", {}).get("spec", {})
    return [*pod.get("initContainers", []), *pod.get("containers", [])]


def questions() -> Iterator[tuple[str, str]]:
    """Every PromQL expression of the alarms and of the dashboard, with where it stands."""
    rules = yaml.safe_load((DEPLOY / "prometheus" / "alerts.yml").read_text(encoding="utf-8"))
    for group in rules["groups"]:
        yield from ((rule["alert"], rule["expr"]) for rule in group["rules"])
    for panel in json.loads((DEPLOY / "grafana" / "hotline.json").read_text(encoding="utf-8"))["panels"]:
        yield from ((panel["title"], target["expr"]) for target in panel["targets"])


def alarms() -> list[str]:
    rules = yaml.safe_load((DEPLOY / "prometheus" / "alerts.yml").read_text(encoding="utf-8"))
    return [rule["alert"] for group in rules["groups"] for rule in group["rules"]]


def test_the_compose_file_fits_the_compose_specification() -> None:
    """Every service, network and volume is one the specification knows, and what is mounted is there."""
    PyCompose.from_json(json.dumps(compose()))
    for name, one in compose()["services"].items():
        for mounted in (each for each in one.get("volumes", []) if isinstance(each, str)):
            source = mounted.split(":")[0]
            assert source in compose()["volumes"] or (DEPLOY / source).exists(), (name, source)


def test_the_compose_file_starts_every_process_and_three_nodes() -> None:
    """Two webs, one of each other process, a migration, an odd number of nodes, the PostgreSQL the suite runs on."""
    started = [one["command"][0] for one in ours().values()]
    assert sorted(started) == sorted([*PROCESSES, "web", "migrate"])
    assert len(nodes()) == int(ours()["relay"]["environment"]["HOTLINE_NATS_REPLICAS"]) == 3
    assert compose()["services"]["postgres"]["image"] == "postgres:15"


def test_every_command_that_is_started_exists() -> None:
    """Compose, Kubernetes and systemd start only commands and options that the command line has."""
    lines = [one["command"] for one in ours().values()]
    lines += [one["args"] for _, each in documents() for one in containers(each) if one.get("args", ["-"])[0][0] != "-"]
    for unit in (DEPLOY / "systemd").glob("hotline*.service"):
        lines += [line.split() for line in re.findall(r"^ExecStart=\S+/hotline (.*)$", unit.read_text(), re.MULTILINE)]
    assert len(lines) > 15
    assert [line for line in lines if line[0] != "%i" and not known(line)] == []
    assert not known(["web", "--no-such-option"])


def test_every_variable_of_ours_is_a_setting() -> None:
    """No file under deploy/ sets a `HOTLINE_…` that nothing reads."""
    texts = {path: path.read_text(encoding="utf-8") for path in DEPLOY.rglob("*") if path.is_file()}
    named = {name for text in texts.values() for name in re.findall(r"\bHOTLINE_[A-Z_]+[A-Z]\b", text)}
    assert "HOTLINE_NATS_REPLICAS" in named
    assert named - SETTINGS == set()


@pytest.mark.parametrize("release", RELEASES)
def test_kubernetes_objects_fit_their_schemas(release: str) -> None:
    """Every object fits the schema Kubernetes publishes for its kind; what is laid over each process does too."""
    kinds = set()
    for name, one in documents():
        if name == "process.yaml":
            one["spec"]["selector"] = {"matchLabels": {"process": "each"}}
        kubernetes_validate.validate(one, release, strict=True)
        kinds.add(one["kind"])
    assert {"Deployment", "StatefulSet", "Job", "Service", "PodDisruptionBudget", "NetworkPolicy", "Ingress"} <= kinds


def test_the_overlay_is_built(tmp_path: Path) -> None:
    """Filled in as its examples say, the example of a city becomes objects that fit, each process with its probes."""
    program = shutil.which("kubectl") or shutil.which("kustomize")
    if program is None:
        pytest.skip("neither kubectl nor kustomize is on this machine; the objects one by one are checked above")
    shutil.copytree(KUBERNETES, tmp_path / "k")
    city = tmp_path / "k" / "overlays" / "city"
    for example in city.glob("*.example"):
        shutil.copy(example, example.with_suffix(""))
    (city / "master.key").write_text("not a key\n")
    words = [program, "build"] if program.endswith("kustomize") else [program, "kustomize"]
    built = subprocess.run([*words, str(city)], capture_output=True, text=True, check=True, timeout=60).stdout
    found = list(yaml.safe_load_all(built))
    for one in found:
        kubernetes_validate.validate(one, RELEASES[-1], strict=True)
    processes = {one["metadata"]["name"]: one for one in found if one["kind"] == "Deployment"}
    assert set(processes) == PROCESSES
    for one in processes.values():
        pod = one["spec"]["template"]["spec"]
        assert {"livenessProbe", "readinessProbe", "startupProbe"} <= set(pod["containers"][0])
        assert pod["securityContext"]["runAsNonRoot"] is True


def test_all_nodes_of_the_bus_use_one_configuration() -> None:
    """Kubernetes' copy is the same file, and whatever it asks of the environment is given everywhere."""
    conf = (DEPLOY / "nats.conf").read_text(encoding="utf-8")
    assert (KUBERNETES / "base" / "nats.conf").read_text(encoding="utf-8") == conf
    asked = set(re.findall(r"\$([A-Z_0-9]+)", conf))
    assert "sync_interval: always" in conf
    for one in nodes().values():
        assert set(one["environment"]) == asked
    stateful = next(one for _, one in documents() if one["metadata"]["name"] == "nats" and one["kind"] == "StatefulSet")
    assert {variable["name"] for variable in containers(stateful)[0]["env"]} == asked


@pytest.mark.parametrize(("where", "asked"), list(questions()))
def test_alarms_and_dashboard_ask_for_figures_that_exist(where: str, asked: str) -> None:
    """Every expression is PromQL, and every figure in it is one that some process tells."""
    promql_parser.parse(asked)
    source = Path(__file__).parents[2] / "workers"
    told = "".join(path.read_text(encoding="utf-8") for path in source.rglob("*.py"))
    for name in set(re.findall(r"\b(?:hotline_[a-z_]+|node_[a-z_]+|up)\b", asked)) - NOT_OURS:
        assert f'"{re.sub("_(total|bucket)$", "", name)}"' in told, where


def test_what_is_scraped_is_what_is_started() -> None:
    """Prometheus asks every process of the compose file, at the port it answers on."""
    config = yaml.safe_load((DEPLOY / "prometheus" / "prometheus.yml").read_text(encoding="utf-8"))
    asked = {target for job in config["scrape_configs"] for one in job["static_configs"] for target in one["targets"]}
    assert {f"{name}:{one['command'][-1]}" for name, one in ours().items() if name != "migrate"} <= asked


def test_every_alarm_says_what_to_do() -> None:
    """docs/operations.md has a section for each alarm, and for no other."""
    text = (DEPLOY.parent / "docs" / "operations.md").read_text(encoding="utf-8")
    chapter = text.split("## What to do for each alarm")[1].split("\n## ")[0]
    assert sorted(re.findall(r"^### (\w+)$", chapter, re.MULTILINE)) == sorted(alarms())


def test_every_command_of_the_operators_paper_exists() -> None:
    """Whatever docs/operations.md tells to type after `hotline` is a command with these options; the run by hand starts
    what the compose file starts."""
    text = (DEPLOY.parent / "docs" / "operations.md").read_text(encoding="utf-8")
    typed = [line.split("#")[0].split() for line in re.findall(r"^\.venv/bin/hotline (.*)$", text, re.MULTILINE)]
    assert [words for words in typed if not known(words)] == []
    by_hand = [words[:2] for words in typed if words[0] in PROCESSES or words[0] == "migrate"]
    assert sorted(by_hand) == sorted(one["command"][:2] for one in ours().values())


def test_prometheus_itself_accepts_rules_and_configuration() -> None:
    """Where promtool is at hand it finds nothing wrong."""
    promtool = os.environ.get("HOTLINE_TEST_PROMTOOL") or shutil.which("promtool")
    if promtool is None:
        pytest.skip("promtool (Debian's package prometheus) is not on this machine; the expressions are parsed above")
    config = DEPLOY / "prometheus" / "prometheus.yml"
    done = subprocess.run([promtool, "check", "config", str(config)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_systemd_finds_nothing_wrong_with_the_units(tmp_path: Path) -> None:
    """`systemd-analyze verify` accepts every unit, templates filled in as their comments say."""
    program = shutil.which("systemd-analyze")
    if program is None:
        pytest.skip("systemd-analyze is not on this machine")
    instances = {"hotline@.service": "hotline@relay.service", "hotline-web@.service": "hotline-web@8345.service"}
    for unit in (DEPLOY / "systemd").iterdir():
        text = re.sub(r"ExecStart=\S+", "ExecStart=/bin/true", unit.read_text(encoding="utf-8"))
        (tmp_path / unit.name).write_text(text, encoding="utf-8")
        if unit.name in instances:
            (tmp_path / instances[unit.name]).write_text(text, encoding="utf-8")
    units = [str(path) for path in sorted(tmp_path.iterdir()) if "@." not in path.name]
    done = subprocess.run([program, "verify", "--man=no", *units], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
