"""Code run by itself: in a fork of a process with the libraries, and with nothing of ours."""

import multiprocessing
import os
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

from tests.support.pages import ROOT

LIBRARIES = [
    "fastapi",
    "sqlalchemy.ext.asyncio",
    "pydantic_settings",
    "structlog",
    "httpx",
    "jwt",
    "pwdlib",
    "pytest",
    "prometheus_client",
]
ENVIRONMENT = {
    "APP_DATABASE_URL": "postgresql+asyncpg://user:password@localhost/app",
    "APP_JWT_SECRET": "a secret for tests, of 32 characters or more",
}


@contextmanager
def alone() -> Iterator[ProcessPoolExecutor]:
    """Yield an executor, each of whose tasks has a new process to itself."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(LIBRARIES)
    with ProcessPoolExecutor(1, mp_context=context, max_tasks_per_child=1) as executor:
        yield executor


def run(code: str, folder: Path) -> None:
    """Run code as a program, in a folder, where the service and its tests can be imported."""
    os.environ.clear()
    os.environ.update(ENVIRONMENT)
    os.chdir(folder)
    sys.path[:0] = ["", str(ROOT / "snippets"), str(ROOT / "snippets" / "tests")]
    sys.modules["__main__"] = program = ModuleType("__main__")
    exec(compile(code, "<block>", "exec"), vars(program))  # noqa: S102 - it is what we prove
