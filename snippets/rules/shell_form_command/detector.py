"""A shell that stays between the container and its server."""

import re
from collections.abc import Iterator, Sequence
from itertools import dropwhile

from fastapi_pro.auditing.detection import Hit, Program
from fastapi_pro.auditing.libraries.images import shell_of, starting_images
from fastapi_pro.auditing.libraries.launches import Launch, launches
from fastapi_pro.auditing.libraries.servers import name_of, served
from fastapi_pro.auditing.libraries.starts import modules_run, runs_on_lambda, serves, starts
from fastapi_pro.auditing.sources.shell import Command

_COMES = "SIGTERM never reaches the server, which is killed with requests in flight"
_SUPERVISED = ("procfile", "supervisor")
_SUPERVISORS = {
    "circusd", "dumb-init", "foreman", "goreman", "hivemind", "honcho", "init", "overmind",
    "runsvdir", "s6-svscan", "supervisord",
}  # fmt: skip
_SET = re.compile(r"\w+=")
_ARGUMENTS = re.compile(r"^[ \t]*\"?\$@\"?[ \t]*(?:\n[ \t]*(?:#.*)?)*\Z", re.MULTILINE)


def detect(program: Program) -> Iterator[Hit]:
    """Yield each server that a container starts below a shell."""
    if runs_on_lambda(program):
        return
    images = starting_images(program)
    started = {start.launch for start in starts(program) if start.launch}
    started |= {launch for run in modules_run(program).values() for launch in run}
    for launch in launches(program):
        if launch not in started or launch.is_development or launch.is_mounted:
            continue
        if launch.kind == "script":
            if any(_runs(program, image, launch) for image in _containers(program)):
                yield from _below(program, launch, "the script")
        elif launch in _containers(program) and launch.read_by and not _signals_all(launch):
            yield from _below(program, launch, "`sh -c`", _shell(program, launch))
    for launch in launches(program):
        if launch.kind == "script" and launch not in started:
            yield from _passed_on(program, launch, [i for i in images if i in started])


def _containers(program: Program) -> list[Launch]:
    found = [launch for launch in launches(program) if not launch.is_development]
    return [la for la in found if la.kind in ("dockerfile", "compose", "kubernetes")]


def _runs(program: Program, container: Launch, script: Launch) -> bool:
    """Say whether a container's command is the script, which is then the process that is told."""
    is_named = script.source.path.name in _names(container)
    return is_named and not _signals_all(container) and _belongs(program, script, container)


def _names(launch: Launch) -> list[str]:
    return [name_of(word) for command in launch.commands for word in command.words]


def _belongs(program: Program, script: Launch, container: Launch) -> bool:
    """Say whether a script is the container's: it has none of that name nearer to it.

    Nor is anything nearer to the script that runs it below a process of its own: a Procfile.
    """
    name, near = script.source.path.name, _nearness(script, container)
    for other in launches(program):
        is_namesake = other.kind == "script" and other.source.path.name == name
        if is_namesake and _nearness(other, container) > near:
            return False
        is_above = other.kind in _SUPERVISED and name in _names(other)
        if is_above and _nearness(other, script) > near:
            return False
    return True


def _nearness(one: Launch, other: Launch) -> int:
    """Return how many folders two files share."""
    folders = set(other.source.path.parents)
    return sum(folder in folders for folder in one.source.path.parents)


def _signals_all(launch: Launch) -> bool:
    """Say whether an init process sends signals to all below it."""
    names = _names(launch)
    if not _SUPERVISORS.isdisjoint(names):
        return True
    return "tini" in names and "-g" in names


def _shell(program: Program, launch: Launch) -> str:
    """Return which shell `sh` is: "dash", or one that makes way for its last command, or ""."""
    if launch.read_by != "sh":
        return launch.read_by
    image = launch.stage.image if launch.stage else ""
    if not image and launch.body:
        made = {other.stage.image for other in _containers(program) if other.stage}
        image = made.pop() if len(made) == 1 else ""
    return shell_of(image)


def _below(program: Program, launch: Launch, shell: str, kind: str = "script") -> Iterator[Hit]:
    """Yield the servers that a shell starts and waits for."""
    if "trap" in [command.names[0] for command in launch.commands]:
        return
    for command in launch.commands:
        names = command.names
        run = served(command.words)
        if run is None and not serves(program, command.words):
            continue
        is_reloading = run is not None and "reload" in run.options and launch.kind != "dockerfile"
        if run and (run.server == "fastapi dev" or is_reloading):
            continue
        if "exec" in names[:4] or command.after == "&" or (command.is_conditional and not run):
            continue
        if kind not in ("dash", "script") and not (kind and command.after == "|"):
            continue
        place = run.place if run else command.words[0]
        yield launch.source.at(place).hit(
            f"{shell} stays the parent of `{_short(command)}`: {_COMES}", fix=_fix(launch)
        )


def _short(command: Command) -> str:
    """Return how a command begins, without the variables that are set for it."""
    names = list(dropwhile(_SET.match, command.names)) or command.names
    text = " ".join(names[:3])
    return text if len(text) < 60 else names[0]


def _fix(launch: Launch) -> str:
    return "" if launch.kind == "dockerfile" else "`exec` before the command of the server"


def _passed_on(program: Program, script: Launch, images: Sequence[Launch]) -> Iterator[Hit]:
    """Yield the `"$@"` without `exec` of an entry script, to which the image gives a server."""
    is_last = _ARGUMENTS.search(script.source.text) is not None
    if not is_last or not any(_runs(program, image, script) for image in images):
        return
    for command in script.commands[-1:]:
        yield script.source.at(command.words[0]).hit(
            f'the script stays the parent of `"$@"`: {_COMES}', fix=_fix(script)
        )
