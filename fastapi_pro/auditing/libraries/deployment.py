"""How a program is started: what stands beside its code."""

import functools
import re
from pathlib import Path

from fastapi_pro.auditing.libraries.fastapi_requests import commands
from fastapi_pro.auditing.libraries.project_packages import folders
from fastapi_pro.auditing.libraries.text_files import read_text
from fastapi_pro.auditing.model import project_files
from fastapi_pro.auditing.model.node import Node
from fastapi_pro.auditing.model.program import Program, fact

_WORKERS = re.compile(r"""(?:--workers|-w)[="',\s]+(\d+)|(?:WEB_CONCURRENCY)[=:\s"']+(\d+)""")
_STARTERS = ("Dockerfile*", "Procfile", "*.sh", "docker-compose*.y*ml", "compose*.y*ml")
_SERVER = re.compile(
    r"""\b(?:uvicorn|gunicorn|hypercorn|granian)\b["',\s]+[^\s&|]|\bfastapi["',\s]+run"""
)


@fact
def workers(program: Program) -> int | None:
    """Return how many workers a Dockerfile, Procfile, shell script or gunicorn's file starts."""
    found = (_workers_of(folder) for folder in folders(program))
    return next((count for count in found if count is not None), None)


@fact
def computes_workers(program: Program) -> bool:
    """Say whether gunicorn's file works out how many workers it starts, as from the CPUs."""
    return any(
        re.search(r"(?m)^workers\s*=\s*(?!\d+\s*(?:#|$))\S", read_text(path))
        for folder in folders(program)
        for path in project_files.glob(folder, "*gunicorn*.py")
    )


@fact
def runs_one_process(program: Program) -> bool:
    """Say whether the program starts its server itself, with one worker, or a file says so.

    An application that is handed to `uvicorn.run` as an object cannot have several.
    """
    starts = [call for call in commands(program) if not call.module.is_tool]
    if workers(program) == 1:
        return all(map(_is_of_one, starts))
    if not starts or not all(map(_is_of_one, starts)):
        return False
    return not any(_starts_server(folder) for folder in folders(program))


def _is_of_one(start: Node) -> bool:
    given = start.keyword("workers")
    is_object = not isinstance(start.argument(0, "app").constant, str)
    return given.constant == 1 if given else is_object and not start.has_unpacking


@functools.cache
def _starts_server(folder: Path) -> bool:
    return any(
        _SERVER.search(read_text(path))
        for pattern in _STARTERS
        for path in project_files.glob(folder, pattern)
    ) or bool(project_files.glob(folder, "*gunicorn*.py"))


@functools.cache
def _workers_of(folder: Path) -> int | None:
    for pattern in _STARTERS:
        for path in project_files.glob(folder, pattern):
            if match := _WORKERS.search(read_text(path)):
                return int(match[1] or match[2])
    for path in project_files.glob(folder, "*gunicorn*.py"):
        if match := re.search(r"(?m)^workers\s*=\s*(\d+)\s*(?:#|$)", read_text(path)):
            return int(match[1])
    return None
