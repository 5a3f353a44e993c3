"""An image whose server is root, or a user that Kubernetes cannot check."""

import re
from collections.abc import Iterator

from fastapi_pro.auditing.detection import Hit, Program
from fastapi_pro.auditing.libraries.images import has_root, starting_images
from fastapi_pro.auditing.libraries.launches import launches
from fastapi_pro.auditing.libraries.service_images import is_of_others
from fastapi_pro.auditing.sources import yaml
from fastapi_pro.auditing.sources.deploy_files import kind
from fastapi_pro.auditing.sources.spots import source

_GIVES_UP = re.compile(
    r"\b(?:gosu|su-exec|setpriv|runuser|chpst|s6-setuidgid|setuidgid|capsh|setuid)\b|"
    r"\bsudo -u\b|\bsu -|\bsu \w+ -|--user\b|USER_ID|PUID|GUNICORN_USER"
)
_CHOSEN = re.compile(r"runAsUser|apiVersion: *[\"']?[a-z.]+\.openshift\.io/")
"""What chooses the user of a container: a manifest, or OpenShift, which takes one by chance."""
_ROOT = re.compile(r"(?:root|0)(?::\w+)?")


def detect(program: Program) -> Iterator[Hit]:
    """Yield each image that starts the service as root, and as a name under runAsNonRoot."""
    images = starting_images(program)
    if not images or _gives_root_up(program):
        return
    for launch in images:
        stage = launch.stage
        if stage is None:
            continue
        user = stage.user
        if user is None:
            if has_root(stage.image):
                yield launch.source.at(stage.start).hit(
                    "the last stage sets no USER: the process is root, and may overwrite its"
                    " own code"
                )
        elif user.is_known and _ROOT.fullmatch(user.text):
            yield launch.source.at(user).hit(
                "the server runs as root in its container, and may overwrite its own code"
            )
        elif user.is_known and not re.match(r"\d", user.text) and _must_be_checked(program):
            yield launch.source.at(user).hit(
                f"Kubernetes cannot tell whether `{user.text}` is root: with runAsNonRoot the pod"
                " does not start",
                severity="medium",
                fix="`USER` with the number of the user, or `runAsUser` in the manifest",
            )


def _gives_root_up(program: Program) -> bool:
    """Say whether something else decides as whom the server runs."""
    for launch in launches(program):
        if is_of_others(launch):
            continue
        if launch.kind == "compose" and launch.body and launch.body.get("user") is not yaml.NOTHING:
            return True
        runs = launch.stage.runs if launch.stage else []
        if any(_GIVES_UP.search(run.text) for run in runs):
            return True
        if any(_GIVES_UP.search(" ".join(command.names)) for command in launch.commands):
            return True
    return any(_CHOSEN.search(text) for text in _manifests(program))


def _must_be_checked(program: Program) -> bool:
    return any(re.search(r"runAsNonRoot:\s*true", text) for text in _manifests(program))


def _manifests(program: Program) -> Iterator[str]:
    """Yield the manifests, but those in which only others' images run."""
    for path in program.files:
        if kind(path) == "kubernetes":
            run = [launch for launch in launches(program) if launch.source.path == path]
            if not run or not all(map(is_of_others, run)):
                yield source(path).text
