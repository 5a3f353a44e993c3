"""Images: which of them start the service, and what is known about their base images."""

import re

from fastapi_pro.auditing.libraries.launches import Launch, launches
from fastapi_pro.auditing.libraries.servers import name_of
from fastapi_pro.auditing.libraries.starts import modules_run, starts
from fastapi_pro.auditing.model.program import Program, fact

_OFFICIAL = re.compile(
    r"(?:docker\.io/|public\.ecr\.aws/docker/|mirror\.gcr\.io/)?(?:library/)?"
    r"(?:python|debian|ubuntu|alpine|node|pypy|nvidia/cuda|pytorch/pytorch|tiangolo/[\w-]+|"
    r"continuumio/\w+|ghcr\.io/astral-sh/uv|astral/uv)(?:[:@]|$)"
)
_PYTHON = re.compile(r"\bpython:?(\d+\.\d+)")
_ALPINE = re.compile(r"alpine")


def has_root(image: str) -> bool:
    """Say whether an image is known to run as root."""
    return bool(_OFFICIAL.match(image)) and "nonroot" not in image


def shell_of(image: str) -> str:
    """Return the `sh` of an image: "dash", "busybox", or "" where it is not known."""
    if not _OFFICIAL.match(image):
        return ""
    return "busybox" if _ALPINE.search(image) else "dash"


@fact
def starting_images(program: Program) -> list[Launch]:
    """Return the images that start the service, or that services start it in; not developers'."""
    starting = {start.launch for start in starts(program) if start.launch}
    starting |= {launch for run in modules_run(program).values() for launch in run}
    starting |= {s.image for s in starting if s.image and not (s.is_development or s.is_mounted)}
    scripts = {launch.source.path.name for launch in starting if launch.kind == "script"}
    return [
        launch
        for launch in launches(program)
        if launch.kind == "dockerfile" and not launch.is_development
        if launch in starting
        or any(name_of(word) in scripts for c in launch.commands for word in c.words)
    ]


@fact
def image_pythons(program: Program) -> list[str]:
    """Return the Python version of each image that starts the service, "" if it is not known."""
    images = [launch.stage.image for launch in starting_images(program) if launch.stage]
    return [match[1] if (match := _PYTHON.search(image)) else "" for image in images]
