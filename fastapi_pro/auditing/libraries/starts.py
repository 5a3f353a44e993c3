"""How the service is started: by which server, with which options, from where."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TypeAlias

from fastapi_pro.auditing.libraries.fastapi import apps
from fastapi_pro.auditing.libraries.given_settings import assigned_before, settings_of
from fastapi_pro.auditing.libraries.launches import Launch, launches
from fastapi_pro.auditing.libraries.manifests import scripts_in
from fastapi_pro.auditing.libraries.servers import (
    Served,
    behind_launchers,
    module_run,
    name_of,
    served,
)
from fastapi_pro.auditing.model import limits, project_files
from fastapi_pro.auditing.model.node import Node
from fastapi_pro.auditing.model.program import Program, fact
from fastapi_pro.auditing.sources.spots import Spot, Word

Place: TypeAlias = Node | Spot

_PYTHON = {
    "uvicorn.run": "uvicorn",
    "uvicorn.Config": "uvicorn",
    "granian.Granian": "granian",
    "granian.server.Granian": "granian",
}
_FROM_ENVIRONMENT = {
    "workers": "WEB_CONCURRENCY",
    "forwarded-allow-ips": "FORWARDED_ALLOW_IPS",
}
_GUNICORN_SETTINGS = {"keepalive": "keep-alive", "threads": "threads"}
_TIANGOLO = re.compile(r"(?:docker\.io/)?tiangolo/uvicorn-gunicorn[\w-]*(?::|$)")
_ASGI = re.compile(r"uvicorn|asgi|Uvicorn|hypercorn")


@dataclass(frozen=True, eq=False)
class Option:
    """The value of an option: None if the file does not tell."""

    value: object
    place: Place

    @property
    def number(self) -> int | None:
        """The value as a number."""
        if isinstance(self.value, str) and self.value.isdecimal():
            return int(self.value)
        return self.value if isinstance(self.value, int) else None

    @property
    def is_on(self) -> bool:
        """Whether a flag is set."""
        return self.value not in (None, False, "false", "False", "0", "")


@dataclass(eq=False)
class Start:
    """One start of the service.

    `server` is "uvicorn", "gunicorn", "hypercorn", "granian", "fastapi run" or "fastapi dev".
    `options` have the names of the command line, without leading hyphens. `is_open` says that there
    may be options that the audit does not see. `launch` runs it, None in Python, where
    `is_deployed` says that an image, a unit or a manifest runs the file; `application` is the
    program's file that it serves, if a name says it: `target`, as in "app.main:app".
    """

    server: str
    place: Place
    options: dict[str, Option]
    launch: Launch | None = None
    is_open: bool = False
    is_conditional: bool = False
    application: Path | None = None
    target: str = ""
    is_deployed: bool = False

    def option(self, name: str) -> Option | None:
        """Return an option, or the variable that stands for it."""
        return self.options.get(name)

    @property
    def path(self) -> Path:
        """The file where it is written."""
        return self.place.module.path if isinstance(self.place, Node) else self.place.path

    @property
    def is_development(self) -> bool:
        """Whether it is started so only while developing."""
        if self.server == "fastapi dev" or (self.launch and self.launch.is_development):
            return True
        if self.is_deployed or (self.launch and self.launch.kind not in ("script", "compose")):
            return False  # an image that reloads is deployed all the same
        reload = self.options.get("reload")
        return reload is not None and reload.is_on

    @property
    def is_on_loopback(self) -> bool:
        """Whether only programs of the same machine reach it."""
        host = self.options.get("host")
        return host is not None and host.value in ("127.0.0.1", "localhost", "::1")

    @property
    def is_uvicorn(self) -> bool:
        """Whether uvicorn itself serves, not gunicorn with its workers."""
        return self.server in ("uvicorn", "fastapi run", "fastapi dev")


@fact
def starts(program: Program) -> list[Start]:
    """Return the starts of the program, in its files and in Python."""
    found = list(_of_python(program))
    for start in found:
        for launch in _running(program, start):
            _add_environment(start.options, program, launch, "")
            start.is_deployed = start.is_deployed or launch.kind not in ("script", "compose")
    for launch in launches(program):
        found += _of_launch(program, launch)
    return found


@fact
def runs_on_lambda(program: Program) -> bool:
    """Say whether AWS Lambda runs the service, by Mangum: a process answers one request at a time.

    An image that reloads, and what Python starts, is for developers then.
    """
    if not any(not call.module.is_tool for call in program.calls_of("mangum.Mangum")):
        return False
    return all(
        start.launch is None
        or start.is_development
        or start.server == "fastapi dev"
        or "reload" in start.options
        for start in starts(program)
    )


def _of_python(program: Program) -> Iterator[Start]:
    for name, server in _PYTHON.items():
        for call in program.calls_of(name):
            options = {
                key.replace("_", "-"): Option(value.constant, value)
                for key, value in call.keywords.items()
                if not value.is_none and not _is_ignored(call, key)
            }
            named = call.argument(0, "app" if server == "uvicorn" else "target").constant
            text = named if isinstance(named, str) else ""
            yield Start(server, call, options, is_open=call.has_unpacking, target=text)
    for module in program.code:
        if "gunicorn" in module.path.name:
            options = {}
            for statement in Node(module, module.tree).own(ast.Assign, ast.AnnAssign):
                for target in statement.targets:
                    setting = _GUNICORN_SETTINGS.get(target.name, target.name.replace("_", "-"))
                    options[setting] = Option(statement.assigned.constant, statement)
            yield Start("gunicorn", Node(module, module.tree), options, is_open=True)


def _is_ignored(call: Node, option: str) -> bool:
    """Say whether uvicorn ignores an option: `Server(Config(app, workers=4))` is one process.

    It has no reloader either.
    """
    supervisor = {"workers": "Multiprocess", "reload": "Reload"}.get(option)
    if supervisor is None or call.called != "uvicorn.Config":
        return False
    return not any(module.says(supervisor) for module in call.program.code)


def _of_launch(program: Program, launch: Launch) -> Iterator[Start]:
    is_found = False
    for command in launch.commands:
        run = served(command.words)
        if run is None and len(command.words) > 1 and launch.stage:
            # an entry script, which runs the rest of the words
            run = served(command.words[1:])
        if run is not None and _is_ours(program, launch, run):
            is_found = True
            options = {
                name: Option(word.text if word.is_known else None, launch.source.at(word))
                for name, word in run.options.items()
            }
            own = assigned_before(launch, command)
            _add_environment(options, program, launch, run.server, own)
            place = launch.source.at(run.place)
            is_open = "config" in run.options or "env-file" in run.options
            named = _module(program, run.application) if run.application else None
            yield Start(
                *(run.server, place, options, launch, is_open, command.is_conditional, named),
                target=run.target,
            )
    if not is_found and launch.stage and _TIANGOLO.match(launch.stage.image):
        if launch.commands or not apps(program):
            return
        options = {}
        _add_environment(options, program, launch, "gunicorn")
        if "WORKER_CLASS" in launch.environment:
            word = launch.environment["WORKER_CLASS"]
            options["worker-class"] = Option(word.text, launch.source.at(word))
        place = launch.source.at(launch.stage.start)
        yield Start("gunicorn", place, options, launch, is_open=True)


def _add_environment(
    options: dict[str, Option],
    program: Program,
    launch: Launch,
    server: str,
    own: dict[str, Word] | None = None,
) -> None:
    """Add the options that a server takes from variables; `own` are set for this command alone."""
    for given, read in [(own or {}, launch.source), *settings_of(program, launch)]:
        for name, word in given.items():
            value = Option(word.text if word.is_known else None, read.at(word))
            for option, variable in _FROM_ENVIRONMENT.items():
                if name == variable:
                    options.setdefault(option, value)
            if server == "uvicorn" and name.startswith("UVICORN_"):
                options.setdefault(name[len("UVICORN_") :].lower().replace("_", "-"), value)
            elif server == "gunicorn" and name == "GUNICORN_CMD_ARGS":
                words = [Word(text, word.line, word.column) for text in word.text.split()]
                run = served([Word("gunicorn", word.line, word.column), *words])
                for key, inner in run.options.items() if run else ():
                    options.setdefault(key, Option(inner.text, read.at(inner)))


def _is_ours(program: Program, launch: Launch, run: Served) -> bool:
    """Say whether a server serves the program, by the words of its command."""
    kind = run.options.get("worker-class") or run.options.get("interface")
    is_asgi = run.server in ("uvicorn", "hypercorn", "fastapi run", "fastapi dev") or bool(
        kind and _ASGI.search(kind.text)
    )
    if not program.modules:
        return is_asgi
    if run.application:
        is_ours = _module(program, run.application) is not None
        return is_ours or _is_nowhere(program, launch, run.application)
    return is_asgi and bool(apps(program))


def _is_nowhere(program: Program, launch: Launch, name: str) -> bool:
    """Say whether no file of the project is the module that a start names."""
    if "wsgi" in name:
        return False
    parts = name.removesuffix(".py").replace(".", "/")
    folders = {launch.source.path.parent, program.root}
    folders |= {folder / below for folder in folders for below in ("src", "backend", "server")}
    written = [f"{parts}.py", f"{parts}/__init__.py"]
    return not any(project_files.is_file(f / path) for f in folders for path in written)


def _module(program: Program, name: str) -> Path | None:
    """Return the file of a module, or of a path, that is named at a start: the outermost one."""
    return next(iter(modules_named(program, name)), None)


def modules_named(program: Program, name: str) -> list[Path]:
    """Return the files that may be the module or path that a start names, the outermost first.

    The first folders of an absolute path are those of the image.
    """
    bare = name.removesuffix(".py").removeprefix("./")
    parts = bare.strip("/").replace("/", ".").split(".")
    for dropped in range(len(parts) if bare.startswith("/") else 1):
        wanted = tuple(parts[dropped:])
        own = _by_last_part(program).get(wanted[-1], ())
        ends = [path for path, given in own if given[-len(wanted) :] == wanted]
        if ends:
            return sorted(ends, key=lambda path: (len(path.parts), path))
    return []


@fact
def _by_last_part(program: Program) -> dict[str, list[tuple[Path, tuple[str, ...]]]]:
    """Return the modules with the parts of their dotted names, by the last part."""
    found: dict[str, list[tuple[Path, tuple[str, ...]]]] = defaultdict(list)
    for module in program.modules:
        path = module.path
        own = path.parent.parts if path.name == "__init__.py" else path.with_suffix("").parts
        found[own[-1]].append((path, own))
    return found


@fact
def modules_run(program: Program) -> dict[Path, list[Launch]]:
    """Return the files that a command runs and that start a server, with their launches.

    The file with the start itself is there too: `python main.py` may call it.
    """
    found: dict[Path, list[Launch]] = {}
    for start in starts(program):
        for launch in _running(program, start):
            for path in {start.path, *_entries(start)}:
                found.setdefault(path, []).append(launch)
    return found


def _running(program: Program, start: Start) -> Iterator[Launch]:
    """Yield the launches whose command runs a file that starts a server, without a condition."""
    entries = _entries(start)
    for launch in launches(program) if entries else ():
        for command in launch.commands:
            is_fit = not launch.is_development and not command.is_conditional
            is_run = is_fit and _file_run(program, command.words, launch) in entries
            if is_run and _is_chosen(start, command.names):
                yield launch


def _is_chosen(start: Start, words: Sequence[str]) -> bool:
    """Say whether the arguments choose the command of typer or click that holds a start."""
    function = start.place.function if isinstance(start.place, Node) else None
    command = (
        next((d for d in function.decorators if d.last_name == "command"), None)
        if function
        else None
    )
    if function is None or command is None or len(words) < 2:
        return True
    named = command.argument(0, "name").constant or function.name.replace("_", "-")
    others = [w for w in words[1:] if w.isidentifier() and not w.endswith(".py")]
    return named in words or function.name in words or not others


def _entries(start: Start) -> set[Path]:
    """Return the files that start a server in Python when they are run: that of the call too."""
    if not isinstance(start.place, Node):
        return set()
    return start.place.program.once(_entries_of, start.place.ast, start.place)


def _entries_of(call: Node, depth: int = 0) -> set[Path]:
    found = {call.module.path}
    for caller in call.function.callers if depth <= limits.CALLS else ():
        found |= _entries_of(caller, depth + 1)
    return found


def serves(program: Program, words: Sequence[Word]) -> bool:
    """Say whether a command runs a file of the program that starts a server."""
    path = _file_run(program, words)
    return path is not None and any(path in _entries(start) for start in starts(program))


def _file_run(program: Program, words: Sequence[Word], launch: Launch | None = None) -> Path | None:
    """Return the file of the program that a command runs: by Python, or as a script of its own."""
    program_run = behind_launchers(words)[:1]
    name = module_run(words)
    if name and launch is not None and (beside := _in_working_folder(launch, name)):
        return beside
    name = name or "".join(_scripts(program).get(name_of(w), "") for w in program_run)
    return (_module(program, name) or _module(program, f"{name}.__main__")) if name else None


def _in_working_folder(launch: Launch, name: str) -> Path | None:
    """Return a file in the folder of the project that is the image's WORKDIR, as its name says.

    In `WORKDIR /srv/worker`, `python main.py` runs `worker/main.py`.
    """
    image = launch if launch.stage else launch.image
    last = PurePosixPath(image.stage.folder).name if image and image.stage else ""
    if not last or name.startswith("/"):
        return None
    file = f"{name.removesuffix('.py').removeprefix('./').replace('.', '/')}.py"
    path = image.source.path.parent / last / file if image else None
    return path if path and project_files.is_file(path) else None


@fact
def _scripts(program: Program) -> dict[str, str]:
    """Return the modules of the commands that pyproject.toml names."""
    found: dict[str, str] = {}
    for folder in (program.root, *(module.path.parent for module in program.code)):
        for name, target in scripts_in(folder).items():
            found.setdefault(name, target.partition(":")[0])
    return found


def scripts_run(program: Program) -> dict[str, Launch]:
    """Return the scripts that images, services and manifests run, with their launches."""
    found: dict[str, Launch] = {}
    for launch in launches(program):
        if launch.kind in ("dockerfile", "compose", "kubernetes"):
            for command in launch.commands:
                for word in command.words:
                    if not word.text.startswith("-"):
                        found.setdefault(name_of(word), launch)
    return found
