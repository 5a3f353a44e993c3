"""What the proof of a rule gets: its bad and its good code, PostgreSQL, and live servers.

Each proof runs once more, as `test_...[swapped]`, with `good.py` as bad and `bad.py` as good: then
it must fail, or it proves nothing. This is done for a sample of the rules, another one for each
commit, and for what differs from it; with `--whole`, for all.
"""

import contextlib
import functools
import gc
import importlib.util
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import tomllib
import warnings
from collections.abc import AsyncIterator, Callable, Iterator
from importlib.metadata import PackageNotFoundError, version
from operator import gt, lt
from pathlib import Path
from types import ModuleType
from uuid import uuid4

import httpx
import pytest
import uvicorn
from packaging.version import Version
from sqlalchemy.ext.asyncio import AsyncEngine
from starlette.types import ASGIApp

from fastapi_pro.paths import ROOT, RULES
from fastapi_pro.rulebook import example, load_rule, rule_folders
from patience import patient
from postgres import scratch_database
from tests.support.sample import chosen

SWAPPED = pytest.param(
    True,
    id="swapped",
    marks=[
        pytest.mark.slow,
        pytest.mark.swapped,
        pytest.mark.xfail(strict=True, reason="bad and good are swapped"),
    ],
)


@functools.cache
def _to_swap(config: pytest.Config) -> list[str]:
    """Return the rules whose proofs this run swaps."""
    names = [folder.name for folder in rule_folders(RULES)]
    return chosen(config, names, len(names) // 12, "snippets/rules")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave the proofs out of the fast lane: most start servers or databases."""
    for item in items:
        if item.path.name == "test_proof.py":
            item.add_marker(pytest.mark.slow)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give each proof its swapped twin."""
    rule = metafunc.definition.path.parent.name
    straight = pytest.param(False, id=pytest.HIDDEN_PARAM)
    is_swapped = rule in _to_swap(metafunc.config)
    metafunc.parametrize("is_swapped", [straight, SWAPPED] if is_swapped else [straight])


@pytest.fixture
def postgres_database(server_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """An empty PostgreSQL database of the test's own; APP_DATABASE_URL names it."""
    with scratch_database(server_url) as url:
        monkeypatch.setenv("APP_DATABASE_URL", url)
        yield url


@pytest.fixture
def sqlite_database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """An empty SQLite file of the test's own; APP_DATABASE_URL names it."""
    url = f"sqlite+aiosqlite:///{tmp_path / 'test.db'}"
    monkeypatch.setenv("APP_DATABASE_URL", url)
    return url


@pytest.fixture(autouse=True)
def _applies(request: pytest.FixtureRequest) -> None:
    """Skip a proof on versions that its rule does not apply to."""
    rule = load_rule(request.path.parent)
    for text, is_outside in [(text, lt) for text in rule.since] + [
        (text, gt) for text in rule.until
    ]:
        package, named = text.split()
        try:
            installed = Version(version(package))
        except PackageNotFoundError:
            continue  # the proof brings the package itself
        if is_outside(installed, Version(named)):
            pytest.skip(f"the rule is not about {package} {installed}")


@pytest.fixture(autouse=True)
def _collected(request: pytest.FixtureRequest, *, is_swapped: bool) -> Iterator[None]:
    """Collect what bad code leaves behind, or its warnings fail a later proof.

    In a thread: greenlet 3.5.6 tidies up after threads that have ended by a call that CPython makes
    in the main thread, in the midst of a collection too, and there it sometimes runs for ever.
    """
    yield
    if request.node.name.startswith("test_bad_") != is_swapped:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            collecting = threading.Thread(target=gc.collect)
            collecting.start()
            collecting.join()


@pytest.fixture
def bad_file(request: pytest.FixtureRequest, *, is_swapped: bool) -> Path:
    """The path of the rule's bad code, for a server or a tool that reads files."""
    return example(request.path.parent, "good" if is_swapped else "bad")


@pytest.fixture
def good_file(request: pytest.FixtureRequest, *, is_swapped: bool) -> Path:
    """The path of the rule's good code."""
    return example(request.path.parent, "bad" if is_swapped else "good")


@contextlib.asynccontextmanager
async def _imported(file: Path, request: pytest.FixtureRequest) -> AsyncIterator[ModuleType]:
    """Import a file afresh, after the test's databases; dispose of the engines it made."""
    for database in {"postgres_database", "sqlite_database"} & set(request.fixturenames):
        request.getfixturevalue(database)
    name = f"rule_{uuid4().hex}"
    spec = importlib.util.spec_from_file_location(name, file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
        yield module
    finally:
        del sys.modules[name]
        for value in vars(module).values():
            if isinstance(value, AsyncEngine):
                await value.dispose()


@pytest.fixture
async def bad(bad_file: Path, request: pytest.FixtureRequest) -> AsyncIterator[ModuleType]:
    """The rule's bad code, imported after the databases that the test asked for."""
    async with _imported(bad_file, request) as module:
        yield module


@pytest.fixture
async def good(good_file: Path, request: pytest.FixtureRequest) -> AsyncIterator[ModuleType]:
    """The rule's good code, imported after the databases that the test asked for."""
    async with _imported(good_file, request) as module:
        yield module


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    return port


@pytest.fixture
def serve() -> Iterator[Callable[[ASGIApp], str]]:
    """Return a function that serves an app with uvicorn in a thread, and returns its address.

    The app runs in a loop of its own: an engine that was used in the test's loop cannot serve.
    """
    started: list[tuple[uvicorn.Server, threading.Thread]] = []

    def start(app: ASGIApp) -> str:
        port = free_port()
        # ws="none": what uvicorn 0.30 imports for it is deprecated
        config = uvicorn.Config(app, port=port, log_level="critical", loop="asyncio", ws="none")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run)
        thread.start()
        started.append((server, thread))
        while not server.started and thread.is_alive():
            time.sleep(0.01)
        return f"http://127.0.0.1:{port}"

    yield start
    for server, thread in started:
        server.should_exit = True
        thread.join(patient(20))


@pytest.fixture
def serve_file(tmp_path: Path) -> Iterator[Callable[..., tuple[str, subprocess.Popen[bytes]]]]:
    """Return a function that runs a server process on a rule's file, and its address and process.

    `start(file, *arguments, server="uvicorn")` serves the `app` of the file; the output goes to
    `server.log` in the test's tmp_path. It returns when the port answers, whatever the status.
    """
    processes: list[subprocess.Popen[bytes]] = []

    def start(
        file: Path, *arguments: str, server: str = "uvicorn"
    ) -> tuple[str, subprocess.Popen[bytes]]:
        port = free_port()
        address = {"uvicorn": f"--port={port}", "gunicorn": f"--bind=127.0.0.1:{port}"}[server]
        environment = os.environ | {"PYTHONPATH": str(file.parent), "HOME": str(tmp_path)}
        with (tmp_path / "server.log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", server, f"{file.stem}:app", address, *arguments],
                cwd=tmp_path, env=environment, stdout=log, stderr=subprocess.STDOUT,
            )  # fmt: skip
        processes.append(process)
        url = f"http://127.0.0.1:{port}"
        deadline = time.monotonic() + patient(30)
        with httpx.Client(base_url=url, timeout=patient(5)) as client:
            while time.monotonic() < deadline and process.poll() is None:
                try:
                    client.get("/")
                except httpx.TransportError:
                    time.sleep(0.05)
                else:
                    return url, process
        raise RuntimeError(f"no answer:\n{(tmp_path / 'server.log').read_text()[-3000:]}")

    yield start
    for process in processes:
        if process.poll() is None:
            process.terminate()
        process.wait(patient(30))


@pytest.fixture
def two_workers(
    serve_file: Callable[..., tuple[str, subprocess.Popen[bytes]]], tmp_path: Path
) -> Callable[[Path], tuple[str, list[int]]]:
    """Return a function that serves a file with two workers: its address and their ids."""

    def start(file: Path) -> tuple[str, list[int]]:
        url, _supervisor = serve_file(file, "--workers=2")
        deadline = time.monotonic() + patient(20)
        while time.monotonic() < deadline:
            log = (tmp_path / "server.log").read_text()
            if log.count("startup complete") == 2:
                return url, [int(pid) for pid in re.findall(r"server process \[(\d+)\]", log)]
            time.sleep(0.02)
        raise TimeoutError(log)

    return start


@pytest.fixture
def stopped() -> Callable[[int], contextlib.AbstractContextManager[None]]:
    """Return a context that holds one worker, so that the other one answers."""

    @contextlib.contextmanager
    def hold(pid: int) -> Iterator[None]:
        os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(pid, signal.SIGCONT)

    return hold


@pytest.fixture(scope="session")
def python_with_bcrypt(
    tmp_path_factory: pytest.TempPathFactory,
) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Return a function that runs code with a version of bcrypt, which the project lacks."""
    pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text())
    newest = pyproject["tool"]["uv"]["exclude-newer"]

    @functools.cache
    def installed(wanted: str) -> Path:
        library = tmp_path_factory.mktemp("bcrypt")
        subprocess.run(
            [
                *("uv", "pip", "install", "--quiet", "--no-deps", "--python", sys.executable),
                *("--exclude-newer", newest, "--target", library, f"bcrypt=={wanted}"),
            ],
            cwd=library,
            check=True,
        )
        return library

    def run(wanted: str, code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-c", code, *arguments],
            env=os.environ | {"PYTHONPATH": str(installed(wanted))},
            capture_output=True,
            text=True,
            check=False,
        )

    return run
