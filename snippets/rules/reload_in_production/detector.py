"""A server with a reloader, where no developer starts it."""

import re
from collections.abc import Iterator

from fastapi_pro.auditing.detection import Hit, Node, Program
from fastapi_pro.auditing.libraries.environments import is_for_developers
from fastapi_pro.auditing.libraries.launches import Launch, launches
from fastapi_pro.auditing.libraries.starts import (
    Start,
    modules_run,
    runs_on_lambda,
    scripts_run,
    starts,
)
from fastapi_pro.auditing.libraries.text_files import read_text
from fastapi_pro.auditing.sources.spots import Word

_ENVIRONMENT = re.compile(r"(^|_)(env|environment|mode|stage|debug)$", re.IGNORECASE)
_DEVELOPMENT = re.compile(r"dev|develop|development|local|debug|true|1", re.IGNORECASE)
_INSTALLS_TOOLS = re.compile(
    r"requirements[-_./]?dev|dev[-_]requirements|--(with|group)[ =]dev\b|--dev\b|\[dev\]"
    r"|--all-extras"
)
"""What installs the tools of developers into an image."""
_HOSTS = {
    "render.yaml": re.compile(r"^[ -]*(env|runtime): *[\"']?docker\b", re.MULTILINE),
    "fly.toml": re.compile(r"^app *=", re.MULTILINE),
}
"""Files of hosting services, and what says in them that they build the Dockerfile."""
_COMMAND = re.compile(
    r"dockerCommand|^\[processes\]|^ *(builder|buildpacks|image) *=", re.MULTILINE
)
"""What starts the service with another command, or builds it by other means."""
_OF_IMAGES = ("compose", "dockerfile")
_LEAVE_OUT = "Leave `--reload` out here; developers type it, or `fastapi dev`"
_RUN = "`fastapi run` here; developers type `fastapi dev`"
_NO_RELOAD = "`reload=False`, or by a variable that only developers set"
_COMES = "a changed file ends the requests in flight"


def detect(program: Program) -> Iterator[Hit]:
    """Yield each start that reloads, in an image, a unit, a manifest or a service."""
    for start in () if runs_on_lambda(program) else starts(program):
        if start.launch is None:
            yield from _of_python(program, start)
        elif _reloads(start) and _is_deployed(program, start):
            option = start.option("reload")
            place = option.place if option else start.place
            what = "`--reload`" if option else "`fastapi dev`"
            yield place.hit(
                f"{_who(start.launch)} starts the server with {what}: {_COMES}",
                fix="" if start.launch.kind in _OF_IMAGES else _LEAVE_OUT if option else _RUN,
            )


def _reloads(start: Start) -> bool:
    option = start.option("reload")
    return start.server == "fastapi dev" or (option is not None and option.is_on)


def _is_deployed(program: Program, start: Start) -> bool:
    """Say whether it is how the service runs, not how its developers run it."""
    launch = start.launch
    if launch is None or launch.is_development or start.is_conditional:
        return False
    if any(map(_says_development, launch.environment.items())):
        return False
    if launch.kind == "dockerfile":
        is_for_developers = _INSTALLS_TOOLS.search(launch.source.text) is not None
        if is_for_developers or _is_replaced(program):
            return False
        return _is_hosted(launch) or not _is_mounted(program, launch)
    if launch.kind == "compose":
        return not launch.is_mounted and _is_kept_running(launch)
    if launch.kind == "script":
        runner = scripts_run(program).get(launch.source.path.name)
        return runner is not None and not runner.is_development and not runner.is_mounted
    return True


def _says_development(variable: tuple[str, Word]) -> bool:
    """Say whether a variable names the environment, and it is that of developers."""
    name, value = variable
    return bool(_ENVIRONMENT.search(name) and _DEVELOPMENT.fullmatch(value.text))


def _is_hosted(image: Launch) -> bool:
    """Say whether a hosting service runs the image as it is, by its file beside the Dockerfile."""
    path = image.source.path
    texts = ((read_text(path.parent / name), pattern) for name, pattern in _HOSTS.items())
    return path.name == "Dockerfile" and any(
        pattern.search(text) and not _COMMAND.search(text) for text, pattern in texts
    )


def _is_mounted(program: Program, image: Launch) -> bool:
    """Say whether compose builds an image, and puts the source into it from outside."""
    return any(launch.is_mounted and launch.image is image for launch in launches(program))


def _is_kept_running(launch: Launch) -> bool:
    """Say whether a compose service is for a server: its file's name, `restart`, `deploy`."""
    if launch.is_production or launch.body is None:
        return launch.is_production
    return bool({"restart", "deploy"} & set(launch.body.values))


def _is_replaced(program: Program) -> bool:
    """Say whether a file for production starts the service without reloading."""
    return any(
        start.launch is not None
        and (start.launch.is_production or start.launch.kind == "kubernetes")
        and not _reloads(start)
        for start in starts(program)
    )


def _of_python(program: Program, start: Start) -> Iterator[Hit]:
    option = start.option("reload")
    if option is None or option.value is not True or not start.is_uvicorn:
        return
    if isinstance(option.place, Node) and is_for_developers(option.place):
        return
    workers = start.option("workers")
    if workers and (workers.number or 0) > 1:
        yield option.place.hit(
            f"uvicorn ignores `workers={workers.number}` beside `reload=True`: one process serves,"
            f" and {_COMES}",
            fix=_NO_RELOAD,
        )
        return
    for launch in modules_run(program).get(start.path, ()):
        is_script = launch.kind == "script"
        runner = scripts_run(program).get(launch.source.path.name) if is_script else launch
        if runner is not None and not runner.is_development and not runner.is_mounted:
            message = f"{_who(runner)} runs this, which reloads: {_COMES}"
            yield option.place.hit(message, fix=_NO_RELOAD)
            return


def _who(launch: Launch) -> str:
    if launch.kind in ("compose", "kubernetes"):
        return f"`{launch.name}`" if launch.name else launch.source.path.name
    return launch.source.path.name
