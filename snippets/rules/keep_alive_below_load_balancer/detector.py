"""Servers that close idle connections before the load balancer of their Ingress does."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TypeAlias

from fastapi_pro.auditing.detection import Hit, Program
from fastapi_pro.auditing.libraries.launches import Launch, launches
from fastapi_pro.auditing.libraries.starts import Start, modules_run, starts
from fastapi_pro.auditing.sources import yaml
from fastapi_pro.auditing.sources.deploy_files import kind
from fastapi_pro.auditing.sources.spots import source

_Fronted: TypeAlias = dict[tuple[Path, int], tuple[str, int]]

_IDLE = {"alb": ("AWS", 60), "gce": ("Google", 600), "gce-internal": ("Google", 600)}
_CONFIGURED = re.compile(r"idle_timeout\.timeout_seconds\s*=\s*(\d+)")
_KEEP_ALIVE = {
    "uvicorn": ("timeout-keep-alive", 5),
    "gunicorn": ("keep-alive", 2),
    "hypercorn": ("keep-alive", 5),
    "fastapi run": ("", 5),
}
_NO_OPTION = "Start it with `uvicorn --timeout-keep-alive`: `fastapi run` has no such option"


def detect(program: Program) -> Iterator[Hit]:
    """Yield each start of a server that a load balancer is in front of, and that closes first."""
    fronted = _fronted(program)
    for start in starts(program) if fronted else ():
        launch = start.launch or next(iter(modules_run(program).get(start.path, ())), None)
        keeps = _keep_alive(program, start)
        found = _in_front(program, fronted, launch) if keeps is not None and launch else None
        if found is None or keeps is None or keeps > found[1]:
            continue
        option = _KEEP_ALIVE[start.server][0]
        yield start.place.hit(
            f"{start.server} closes idle connections after {keeps} s, but {found[0]}'s load"
            f" balancer reuses them for {found[1]} s: a request sent just then gets a 502",
            fix=f"`--{option} {found[1] + 15}`" if option else _NO_OPTION,
        )


def _keep_alive(program: Program, start: Start) -> int | None:
    """Return for how many seconds a server keeps an idle connection, None where nobody can tell."""
    if start.server not in _KEEP_ALIVE or start.is_open or start.is_development:
        return None
    if start.server == "gunicorn" and any("gunicorn" in m.path.name for m in program.code):
        return None
    name, default = _KEEP_ALIVE[start.server]
    given = start.option(name)
    return default if given is None else given.number


def _in_front(program: Program, fronted: _Fronted, launch: Launch) -> tuple[str, int] | None:
    """Return whose load balancer is in front of a launch, and its idle timeout.

    The program's only image runs in a container that is given no command.
    """
    if launch.kind == "dockerfile":
        images = [la for la in launches(program) if la.kind == "dockerfile"]
        bare = [la for la in launches(program) if la.kind == "kubernetes" and not la.commands]
        if len(images) != 1 or len(bare) != 1:
            return None
        launch = bare[0]
    if launch.kind != "kubernetes" or launch.body is None:
        return None
    return fronted.get((launch.source.path, launch.body.line))


def _fronted(program: Program) -> _Fronted:
    """Return the containers that an Ingress leads to, with its load balancer's idle timeout."""
    files = [path for path in program.files if kind(path) == "kubernetes"]
    texts = {path: source(path).text for path in files}
    if not any("Ingress" in text for text in texts.values()):
        return {}
    read = [(path, document) for path in files for document in yaml.documents(texts[path])]
    balanced = {}
    for _, document in read:
        if _text(document, "kind") == "Ingress" and (found := _balancer(document)):
            balanced |= dict.fromkeys(_backends(document), found)
    selected = [
        (_labels(document, "spec", "selector"), balanced[name])
        for _, document in read
        if _text(document, "kind") == "Service"
        and (name := _text(document, "metadata", "name")) in balanced
    ]
    return {
        (path, container.line): found
        for path, document in read
        for container in yaml.mappings(document.get("spec", "template", "spec", "containers"))
        for labels, found in selected
        if labels and labels <= _labels(document, "spec", "template", "metadata", "labels")
    }


def _balancer(ingress: yaml.Mapping) -> tuple[str, int] | None:
    """Return whose load balancer an Ingress asks for, and the idle timeout that it gives it."""
    notes = ingress.get("metadata", "annotations")
    written = notes.values if isinstance(notes, yaml.Mapping) else {}
    texts = {name: v.text for name, v in written.items() if isinstance(v, yaml.Scalar)}
    name = _text(ingress, "spec", "ingressClassName") or texts.get("kubernetes.io/ingress.class")
    if name not in _IDLE:
        return None
    attributes = texts.get("alb.ingress.kubernetes.io/load-balancer-attributes", "")
    given = _CONFIGURED.search(attributes)
    owner, seconds = _IDLE[name]
    return owner, int(given[1]) if given else seconds


def _backends(ingress: yaml.Mapping) -> Iterator[str]:
    """Yield the names of the services that an Ingress leads to."""
    yield _text(ingress, "spec", "defaultBackend", "service", "name")
    for rule in yaml.mappings(ingress.get("spec", "rules")):
        for path in yaml.mappings(rule.get("http", "paths")):
            yield _text(path, "backend", "service", "name")


def _labels(document: yaml.Mapping, *keys: str) -> set[tuple[str, str]]:
    found = document.get(*keys)
    values = found.values if isinstance(found, yaml.Mapping) else {}
    return {(name, v.text) for name, v in values.items() if isinstance(v, yaml.Scalar)}


def _text(document: yaml.Mapping, *keys: str) -> str:
    found = document.get(*keys)
    return found.text if isinstance(found, yaml.Scalar) else ""
