"""Migrations that several instances, or workers, run when they start."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from fastapi_pro.auditing.detection import Hit, Node, Program
from fastapi_pro.auditing.libraries.fastapi import lifespans
from fastapi_pro.auditing.libraries.launches import Launch, launches
from fastapi_pro.auditing.libraries.migrations import migration_of
from fastapi_pro.auditing.libraries.servers import name_of
from fastapi_pro.auditing.libraries.sqlalchemy_engines import names_sqlite
from fastapi_pro.auditing.libraries.starts import starts
from fastapi_pro.auditing.libraries.worker_counts import runs_several
from fastapi_pro.auditing.model.call_graph import reached
from fastapi_pro.auditing.sources.spots import source

_LOCK = re.compile(r"advisory|get_lock|lock table|for update", re.IGNORECASE)
_COMES = "they race, and all but one fail"


def detect(program: Program) -> Iterator[Hit]:
    """Yield each `alembic upgrade` at the start of what runs several times."""
    if names_sqlite(program) or _is_locked(program):
        return
    yield from _of_lifespans(program)
    for launch in launches(program):
        count = _instances(program, launch) if not launch.is_development else 0
        migration = migration_of(launch) if count > 1 else None
        if migration is not None:
            yield launch.source.at(migration).hit(
                f"{count} instances run `alembic upgrade` when they start: {_COMES}"
            )


def _of_lifespans(program: Program) -> Iterator[Hit]:
    """Yield what the workers of the service run when they start."""
    if not runs_several(program):
        return
    starting = reached(lifespans(program))
    if any(_LOCK.search(call.text) for function in starting for call in function.calls):
        return
    for function in sorted(starting, key=lambda f: f.place):
        for call in function.calls:
            if _upgrades(call):
                yield call.hit(f"every worker runs the migrations when it starts: {_COMES}")


def _upgrades(call: Node) -> bool:
    """Say whether a call migrates: `command.upgrade`, itself or in a thread, or the program."""
    for expr in (call.func, *call.args):
        if expr.last_name and expr.library_name == "alembic.command.upgrade":
            return True
    if call.last_name not in ("run", "check_call", "call", "system", "Popen", "check_output",
                              "create_subprocess_exec", "create_subprocess_shell"):  # fmt: skip
        return False
    texts = [part.literal for given in call.args for part in given.walk(ast.Constant)]
    words = " ".join(text for text in texts if isinstance(text, str)).split()
    return "alembic" in words and "upgrade" in words


def _instances(program: Program, launch: Launch) -> int:
    """Return how many instances of the service run a launch."""
    if launch.kind in ("compose", "kubernetes"):
        return launch.replicas
    started = {start.launch for start in starts(program) if start.launch}
    images = [la for la in launches(program) if la.kind == "dockerfile" and not la.is_development]
    counts = [1]
    for other in launches(program):
        if other.kind not in ("compose", "kubernetes") or other.is_development:
            continue
        names = [name_of(word) for command in other.commands for word in command.words]
        runs_script = launch.kind == "script" and launch.source.path.name in names
        runs_image = not other.commands and len(images) == 1 and _is_of(launch, images[0])
        is_ours = other.kind == "compose" and other.body and "build" in other.body.values
        if runs_script or (runs_image and (is_ours or images[0] in started)):
            counts.append(other.replicas)
    return max(counts)


def _is_of(launch: Launch, image: Launch) -> bool:
    """Say whether an image runs a launch: it is the image's own, or a script that it starts."""
    names = [name_of(word) for command in image.commands for word in command.words]
    return launch is image or launch.source.path.name in names


def _is_locked(program: Program) -> bool:
    """Say whether Alembic's env.py takes a lock."""
    folders = {program.root, *(path.parent for path in program.files)}
    for module in program.modules:
        folders.add(module.path.parent)
        folders.add(module.path.parent.parent)
    texts = [source(path).text for folder in sorted(folders) for path in _env_files(folder)]
    return any(_LOCK.search(text) for text in texts)


def _env_files(folder: Path) -> Iterator[Path]:
    """Yield the env.py that a folder's alembic.ini leads to."""
    text = source(folder / "alembic.ini").text
    if match := re.search(r"(?m)^script_location[ \t]*=[ \t]*(?:%\(here\)s/)?(\S+)", text):
        yield folder / match[1] / "env.py"
