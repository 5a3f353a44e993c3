"""Run pytest on code of an unknown author, in a process that can be killed."""

import contextlib
import multiprocessing
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from fastapi_pro.paths import SNIPPETS

# What nearly every answer imports: once, and each process is a fork of the one that has it.
_PRELOAD = [
    "pytest", "pytest_asyncio", "pytest_timeout", "fastapi", "fastapi.testclient", "httpx",
    "asgi_lifespan", "sqlalchemy.ext.asyncio", "sqlalchemy.dialects.postgresql.asyncpg",
    "sqlalchemy.dialects.sqlite.aiosqlite", "aiosqlite", "asyncpg", "jwt", "pwdlib.hashers.argon2",
    "pydantic_settings", "python_multipart", "email_validator",
]  # fmt: skip
_UNUSED = ["cacheprovider", "hypothesispytest", "pytest_cov", "xdist", "xdist.looponfail"]
_LONGEST = 600  # characters of a reason


@dataclass(eq=False)
class Results:
    """Why each test failed, by pytest's name for it; empty if it passed."""

    reasons: dict[str, str] = field(default_factory=dict)
    error: str = ""  # why others were not run

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note a test that passed, or why it did not."""
        name = report.nodeid
        if report.failed:
            self.reasons[name] = self.reasons.get(name) or _told(report)
        elif report.when == "call" or report.skipped:
            self.reasons.setdefault(name, "skipped" if report.skipped else "")

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Note what cannot be collected."""
        if report.failed:
            self.error = _told(report)

    @property
    def passed(self) -> set[str]:
        """The tests that passed."""
        return {name for name, reason in self.reasons.items() if not reason}


def run_pytest(
    folder: Path,
    arguments: Sequence[str | Path],
    *,
    seconds: float,
    environment: Mapping[str, str] | None = None,
) -> Results:
    """Run pytest with `folder` as the current one, which may write there; never raises for it."""
    is_nested = multiprocessing.parent_process() is not None
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(_PRELOAD)
    start = multiprocessing.get_context("fork").Process if is_nested else context.Process
    ours, theirs = context.Pipe(duplex=False)
    given = (theirs, folder, [str(one) for one in arguments], dict(environment or {}), is_nested)
    process = start(target=_run, args=given)
    process.start()
    theirs.close()
    try:
        if not ours.poll(seconds):
            return Results(error=f"stopped after {seconds:.0f} s")
        results: Results = ours.recv()
    except EOFError:
        process.join()
        return Results(error=f"the process of the tests ended with {process.exitcode}")
    else:
        return results
    finally:  # whatever threads and processes the code has left
        if process.pid is not None and not is_nested:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
        process.kill()
        process.join()


def _run(
    answer: Connection,
    folder: Path,
    arguments: list[str],
    environment: dict[str, str],
    is_nested: bool,  # noqa: FBT001
) -> None:
    """Run pytest in this process, and send what became of it."""
    if is_nested:
        forget(Path.cwd())
    else:
        os.setsid()
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in range(3):
        os.dup2(nothing, descriptor)
    os.environ.update(environment)
    os.chdir(folder)
    sys.dont_write_bytecode = True
    others = [path for path in sys.path if not Path(path).is_relative_to(SNIPPETS)]
    sys.path[:] = [str(folder), *others, str(SNIPPETS / "tests")]
    results = Results()
    left_out = [f"-pno:{name}" for name in _UNUSED]
    code = pytest.main(["-q", *left_out, *arguments], plugins=[results])
    if not results.reasons and not results.error:
        results.error = f"pytest ran no test, and ended with {int(code)}"
    answer.send(results)


def forget(folder: Path) -> None:
    """Let the modules below a folder be imported anew."""
    for name, module in list(sys.modules.items()):
        file = getattr(module, "__file__", None)
        places = [file] if file else list(getattr(module, "__path__", ()))
        if any(Path(place).is_relative_to(folder) for place in places):
            del sys.modules[name]


def _told(report: pytest.TestReport | pytest.CollectReport) -> str:
    crash = getattr(report.longrepr, "reprcrash", None)
    text = crash.message if crash else report.longreprtext.strip().splitlines()[-1:]
    lines = text if isinstance(text, list) else text.splitlines()[:1]
    return ("".join(lines) or "failed").removeprefix("AssertionError: ")[:_LONGEST]
