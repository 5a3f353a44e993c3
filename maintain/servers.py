"""Compare servers: how each starts, stops and replaces the workers of the reference service.

usage: maintain.py servers [--write]

It prints the table; --write stores it in docs/servers.json and puts it into references/servers.md.
Each server runs a project of new.py with two workers, on PostgreSQL, in an environment that uv
makes of packages published until the date of `exclude-newer`. Takes four minutes on a machine that
does nothing else. Exits with 0, or with 2 if a server does not start. Needs Linux.
"""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from fastapi_pro.command_line import parser_of
from maintain.building.atomic import write_all
from maintain.building.tables import markdown, with_table

ROOT = Path(__file__).resolve().parents[1]
sys.path.append(str(ROOT / "snippets" / "tests"))
from postgres import postgres_url, scratch_database  # noqa: E402

RESULT = ROOT / "docs" / "servers.json"
PAGE = ROOT / "references" / "servers.md"
REPLACED, FINISHED = "a new worker after kill -9", "a request at SIGTERM"
LIFESPANS = "lifespans that ended"
PACKAGES = ("uvicorn", "gunicorn", "uvicorn-worker", "granian", "fastapi-cli")
SERVERS = {
    "uvicorn": "uvicorn measured:app --port {port} --workers 2 --timeout-graceful-shutdown 30",
    "gunicorn -k asgi": "gunicorn measured:app -b 127.0.0.1:{port} -w 2 -k asgi --timeout 5",
    "gunicorn -k uvicorn_worker": "gunicorn measured:app -b 127.0.0.1:{port} -w 2"
    " -k uvicorn_worker.UvicornWorker --timeout 5",
    "granian": "granian measured:app --port {port} --workers 2 --interface asgi"
    " --respawn-failed-workers",
    "fastapi run": "fastapi run measured.py --port {port} --workers 2",
}
NEW = {"ConnectError": "is refused", "ReadTimeout": "**waits**", "200": "is answered"}
# The service, and workers that leave files in FOLDER.
MEASURED = """
import asyncio, os, time
from contextlib import asynccontextmanager
from pathlib import Path
from fastapi import APIRouter
from app.main import app
def tell(what):
    Path(os.environ["FOLDER"], f"{what}-{os.getpid()}").touch()
@asynccontextmanager
async def lifespan(_app):
    yield
    tell("ended")
router = APIRouter(lifespan=lifespan)
@router.get("/worker")
async def worker() -> int:
    return os.getpid()
@router.get("/slow")
async def slow() -> None:
    tell("slow")
    await asyncio.sleep(2)
@router.get("/stuck")
async def stuck() -> None:
    tell("stuck")
    time.sleep(15)
app.include_router(router)
"""


@dataclass
class Running:
    """A server: its process, where it listens, where its log and its workers' files are."""

    process: subprocess.Popen[bytes]
    url: str
    folder: Path


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and return the exit code."""
    parser = parser_of(__doc__)
    parser.add_argument("--write", action="store_true")
    args = parser.parse_args(argv)
    try:
        with tempfile.TemporaryDirectory() as folder, postgres_url() as server:
            python = environment(Path(folder))
            measured = {}
            for name, command in SERVERS.items():
                with scratch_database(server) as url:
                    measured[name] = measure(command, python, url)
                print(name, json.dumps(measured[name]), file=sys.stderr, flush=True)
            versions = _versions(python)
    except RuntimeError as error:
        print(f"maintain.py servers: {error}", file=sys.stderr)
        return 2
    made = {"date": f"{datetime.now(UTC):%Y-%m-%d}", "cores": os.cpu_count()}
    result = {**made, "versions": versions, "servers": measured}
    print(table(result))
    if args.write:
        RESULT.touch()
        page = with_table(PAGE.read_text(encoding="utf-8"), "servers", table(result))
        write_all({RESULT: f"{json.dumps(result, indent=2)}\n".encode(), PAGE: page.encode()})
    return 0


def environment(folder: Path) -> Path:
    """Make a project and an environment with all servers; return its Python."""
    pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    until = pyproject["tool"]["uv"]["exclude-newer"]
    python = folder / "venv" / "bin" / "python"
    install = ["uv", "pip", "install", "-q", "--exclude-newer", until, "--python", str(python)]
    for command in (
        [sys.executable, "-I", "-S", str(ROOT / "scripts" / "new.py"), "shop"],
        ["uv", "venv", "-q", "--python", sys.executable, "venv"],
        [*install, "-r", "shop/pyproject.toml", *PACKAGES],
    ):
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(done.stderr)
    (folder / "shop" / "measured.py").write_text(MEASURED)
    return python


def measure(command: str, python: Path, database_url: str) -> dict[str, str]:
    """Return the results of a server, by the titles of the rows."""
    parts = (measure_work, measure_stop, measure_stuck, measure_bad_setting)
    return {k: v for part in parts for k, v in part(command, python, database_url).items()}


def measure_work(command: str, python: Path, database_url: str) -> dict[str, str]:
    """Say when a server is healthy, what memory it takes, when a dead worker is replaced."""
    started = time.monotonic()
    with running(command, python, database_url) as server:
        ready = time.monotonic() - started
        workers = _wait_for_workers(server, set())
        memory = _memory(server.process.pid)
        killed = time.monotonic()
        os.kill(int(min(workers)), signal.SIGKILL)
        try:
            _wait_for_workers(server, {min(workers)})
            replaced = f"{time.monotonic() - killed:.1f} s"
        except TimeoutError:
            replaced = "**never**"
    return {"healthy after": f"{ready:.1f} s", "memory": f"{memory} MB", REPLACED: replaced}


def measure_stop(command: str, python: Path, database_url: str) -> dict[str, str]:
    """Say what SIGTERM does while a worker has a request of 2 s under way."""
    with running(command, python, database_url) as server, ThreadPoolExecutor() as pool:
        workers = _wait_for_workers(server, set())
        slow = pool.submit(_get, f"{server.url}/slow", 60)
        wait_for(lambda: any(server.folder.glob("slow-*")), 30)
        asked = time.monotonic()
        server.process.send_signal(signal.SIGTERM)
        new = ""
        while new != "ConnectError" and time.monotonic() < asked + 1.3:  # the request goes on
            new = _get(f"{server.url}/worker", 0.5)
        code, seconds = server.process.wait(60), time.monotonic() - asked
        ended = len(list(server.folder.glob("ended-*")))
        return {
            FINISHED: "finishes" if slow.result() == "200" else "**cut off**",
            "a new connection meanwhile": NEW.get(new, new),
            "stop, exit code": f"{seconds:.1f} s, {code}",
            LIFESPANS: f"{ended} of {len(workers)}",
        }


def measure_stuck(command: str, python: Path, database_url: str) -> dict[str, str]:
    """Say whether a worker whose loop is blocked is killed."""
    with running(command, python, database_url) as server:
        started = time.monotonic()
        answer = _get(f"{server.url}/stuck", 60)
        seconds = time.monotonic() - started
    title = "an event loop blocked for 15 s"
    return {title: "is waited for" if answer == "200" else f"is killed after {seconds:.0f} s"}


def measure_bad_setting(command: str, python: Path, database_url: str) -> dict[str, str]:
    """Say whether a server ends where a setting is bad."""
    bad = start(command, python, database_url, {"APP_JWT_SECRET": "short"})
    with bad as server, contextlib.suppress(subprocess.TimeoutExpired):
        return {"a bad setting": f"ends with {server.process.wait(60)}"}
    return {"a bad setting": "**starts workers for ever**"}


@contextmanager
def running(command: str, python: Path, database_url: str) -> Iterator[Running]:
    """Yield a server that is healthy. Raises RuntimeError."""
    with start(command, python, database_url, {}) as server:
        try:
            wait_for(lambda: _get(f"{server.url}/healthz", 5) == "200", 60)
        except TimeoutError:
            log = (server.folder / "log").read_text()[-3000:]
            raise RuntimeError(f"{command}: not healthy\n{log}") from None
        yield server


@contextmanager
def start(
    command: str, python: Path, database_url: str, variables: dict[str, str]
) -> Iterator[Running]:
    """Yield a server that starts; end it, with all its processes."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder, Path(folder, "log").open("wb") as log:
        process = subprocess.Popen(
            [python, "-m", *command.format(port=port).split()],
            cwd=python.parents[2] / "shop",
            env=os.environ
            | {"APP_DATABASE_URL": database_url, "APP_JWT_SECRET": "x" * 40, "FOLDER": folder}
            | variables,
            stdout=log, stderr=log, start_new_session=True,
        )  # fmt: skip
        try:
            yield Running(process, f"http://127.0.0.1:{port}", Path(folder))
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def wait_for(condition: Callable[[], object], seconds: float) -> None:
    """Return once the condition is true. Raises TimeoutError."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError
        time.sleep(0.05)


def table(result: Mapping[str, Any]) -> str:
    """Return the page's table, and what it was measured on."""
    servers = result["servers"]
    packages = {"fastapi run": "fastapi-cli", "gunicorn -k uvicorn_worker": "uvicorn-worker"}
    versions = {s: result["versions"][packages.get(s, s.partition(" ")[0])] for s in servers}
    heads = [f"`{name}` {version}" for name, version in versions.items()]
    rows = [["", *heads]]
    for title in next(iter(servers.values())):
        rows += [[title, *(each[title] for each in servers.values())]]
    when = f"Measured on {result['date']} with {result['cores']} cores, by `maintain.py servers`."
    return f"{markdown(rows)}\n{when}\n"


def _versions(python: Path) -> dict[str, str]:
    code = "import importlib.metadata as m, sys; print(*map(m.version, sys.argv[1:]))"
    versions = subprocess.check_output([python, "-c", code, *PACKAGES], text=True).split()
    return dict(zip(PACKAGES, versions, strict=True))


def _wait_for_workers(server: Running, old: set[str]) -> set[str]:
    """Return both workers' processes, once each has answered and none of the old ones is there."""
    seen: set[str] = set()

    def both_seen() -> bool:
        with contextlib.suppress(httpx.TransportError):
            seen.add(httpx.get(f"{server.url}/worker", timeout=1).text)
        return len(seen - old) == 2

    wait_for(both_seen, 30)
    return seen - old


def _get(url: str, seconds: float) -> str:
    """Return the status of an answer, or the name of the error."""
    try:
        return str(httpx.get(url, timeout=seconds).status_code)
    except httpx.TransportError as exc:
        return type(exc).__name__


def _memory(pid: int) -> int:
    """Return the resident memory of a process and all below it, in MB."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return pages * os.sysconf("SC_PAGE_SIZE") // 1_000_000 + sum(map(_memory, map(int, children)))
