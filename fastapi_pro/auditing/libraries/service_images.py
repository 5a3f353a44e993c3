"""Which image a service of compose or Kubernetes runs, and what its command is then."""

import os
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from fastapi_pro.auditing.libraries.servers import module_run, served, unfolded
from fastapi_pro.auditing.sources import yaml
from fastapi_pro.auditing.sources.shell import Command
from fastapi_pro.auditing.sources.spots import Word

if TYPE_CHECKING:
    from fastapi_pro.auditing.libraries.launches import Launch

_OTHERS = re.compile(
    r"(?:adminer|clickhouse-server|elasticsearch|grafana|kafka|keycloak|mailhog|mariadb|memcached|"
    r"minio|mongo|mongodb|mysql|nats|nginx|opensearch|pgadmin4|pgvector|postgis|postgres|postgresql|"
    r"prometheus|qdrant|rabbitmq|redis|timescaledb|traefik|valkey|vault|zookeeper)(?:[:@]|$)"
)
"""Images of databases, brokers and proxies."""


def connect(launches: Sequence["Launch"]) -> None:
    """Tell each service which image it runs; options alone follow the image's entry point."""
    images = [launch for launch in launches if launch.kind == "dockerfile"]
    pods = [la for la in launches if la.kind == "kubernetes" and not la.is_before]
    ours = [launch for launch in pods if not is_of_others(launch)]
    deployed = [image for image in images if not image.is_development]
    for launch in launches:
        if launch.kind == "compose":
            launch.image = _built(launch, images)
        elif [launch] == ours and len(deployed) == 1:
            launch.image = deployed[0]
        if launch.image and launch.image.stage and launch.body:
            _follow_entry_point(launch)


def is_of_others(launch: "Launch") -> bool:
    """Say whether a service runs an image that others publish: a database, a broker."""
    if launch.body is None or launch.body.get("build") is not yaml.NOTHING:
        return False
    image = launch.body.get("image")
    if not isinstance(image, yaml.Scalar):
        return False
    return bool(_OTHERS.match(image.text.rpartition("/")[2]))


def build_folder(service: "Launch") -> Path | None:
    """Return the folder that compose builds a service in, None where it builds none."""
    built = service.body.get("build") if service.kind == "compose" and service.body else None
    if built is None or built is yaml.NOTHING:
        return None
    below = _text(built.get("context")) if isinstance(built, yaml.Mapping) else _text(built)
    if "$" in below or "://" in below:
        return None
    return Path(os.path.normpath(service.source.path.parent / (below or ".")))


def _built(service: "Launch", images: Sequence["Launch"]) -> "Launch | None":
    """Return the image that compose builds for a service."""
    folder = build_folder(service)
    if folder is None:
        return None
    built = service.body.get("build") if service.body else yaml.NOTHING
    parts = built if isinstance(built, yaml.Mapping) else yaml.Mapping(0, 0)
    file = _text(parts.get("dockerfile")) or "Dockerfile"
    target = _text(parts.get("target"))
    path = Path(os.path.normpath(folder / file))
    here = [image for image in images if Path(os.path.normpath(image.source.path)) == path]
    return next((image for image in here if not target or image.name == target.lower()), None)


def _follow_entry_point(service: "Launch") -> None:
    """Put the entry point of the image before a command that is only its arguments."""
    entry = service.image.stage.entrypoint if service.image and service.image.stage else None
    listed = entry.listed if entry else None
    override = "command" if service.kind == "kubernetes" else "entrypoint"
    is_own = service.body is None or override in service.body.values
    if not listed or is_own or len(service.commands) != 1 or service.read_by not in ("", "sh"):
        return
    words = service.commands[0].words
    if served(words) or module_run(words):
        return
    first = words[0]
    before = [Word(word.text, first.line, first.column, word.is_known) for word in listed]
    joined = Command([*before, *(replace(word) for word in words)])
    if served(joined.words) or module_run(joined.words):
        service.commands = list(unfolded(joined))
        service.read_by = ""


def _text(value: yaml.Value) -> str:
    return value.text if isinstance(value, yaml.Scalar) else ""
