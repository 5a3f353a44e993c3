"""What the graders share: the answer's app, its tests, and what the audit says of it."""

import contextlib
import importlib
import io
import json
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path

from asgi_lifespan import LifespanManager
from httpx import ASGITransport, AsyncClient
from starlette.types import ASGIApp

from fastapi_pro.cli import audit
from maintain.evaluating.running import Results, forget, run_pytest
from patience import patient


@asynccontextmanager
async def served(module: str = "app.main", **environment: str) -> AsyncIterator[AsyncClient]:
    """Import the app anew and start it; yield a client of it, which gets a 500 as a 500."""
    app = imported(module, **environment)
    async with LifespanManager(app, startup_timeout=patient(30)) as manager:
        transport = ASGITransport(manager.app, raise_app_exceptions=False)
        async with AsyncClient(transport=transport, base_url="http://test", timeout=60) as client:
            yield client


def imported(module: str = "app.main", **environment: str) -> ASGIApp:
    """Return the `app` of a module of the answer's, with nothing kept from an earlier import."""
    os.environ.update(environment)
    forget(Path.cwd())
    app: ASGIApp = importlib.import_module(module).app
    return app


def own_tests(folder: Path, *arguments: str, changed: Iterable[tuple[Path, str]] = ()) -> Results:
    """Run the answer's tests in a copy of the folder, where some files are replaced by others."""
    with tempfile.TemporaryDirectory() as place:
        copy = Path(place, "copy").resolve()
        shutil.copytree(folder, copy, ignore=shutil.ignore_patterns("__pycache__", ".venv", "*.db"))
        for source, name in changed:
            shutil.copy(source, copy / name)
        return run_pytest(copy, arguments, seconds=patient(60))


def findings(folder: Path, *slugs: str) -> list[str]:
    """Return what the audit finds in a folder: of these rules, or of all."""
    told = io.StringIO()
    select = [f"--select={','.join(slugs)}"] if slugs else []
    with contextlib.redirect_stdout(told), contextlib.redirect_stderr(io.StringIO()):
        audit.main([str(folder), "--format=json", "--jobs=1", "--no-cache", *select])
    found = json.loads(told.getvalue() or "[]")
    return [f"{Path(one['path']).name}:{one['line']} {one['slug']}" for one in found]


def check_passed(results: Results) -> None:
    """Raise AssertionError unless there are tests, and all passed."""
    assert not results.error, results.error
    failed = [f"{name}: {reason}" for name, reason in results.reasons.items() if reason]
    assert not failed, f"{len(failed)} of {len(results.reasons)} fail: {'; '.join(failed)}"
