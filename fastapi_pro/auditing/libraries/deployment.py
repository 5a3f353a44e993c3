"""How a program is started: what stands beside its code."""

import functools
import re
from pathlib import Path

from fastapi_pro.auditing.libraries.project_packages import folders
from fastapi_pro.auditing.libraries.text_files import read_text
from fastapi_pro.auditing.model.program import Program, fact

_WORKERS = re.compile(r"""(?:--workers|-w)[="',\s]+(\d+)|(?:WEB_CONCURRENCY)[=:\s"']+(\d+)""")


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
        for path in sorted(folder.glob("*gunicorn*.py"))
    )


@functools.cache
def _workers_of(folder: Path) -> int | None:
    for pattern in ("Dockerfile*", "Procfile", "*.sh", "docker-compose*.y*ml", "compose*.y*ml"):
        for path in sorted(folder.glob(pattern)):
            if match := _WORKERS.search(read_text(path)):
                return int(match[1] or match[2])
    for path in sorted(folder.glob("*gunicorn*.py")):
        if match := re.search(r"(?m)^workers\s*=\s*(\d+)\s*(?:#|$)", read_text(path)):
            return int(match[1])
    return None
