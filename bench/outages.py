"""Take the database away in five ways; see what requests get, and when all is well again.

usage: outages.py [--seconds N] [--write]

16 clients list products all the time, another asks /healthz. Then the database is stopped, crashes
(SIGQUIT to the postmaster), has all connections cut, is behind a network that falls silent, or has
its table locked, so that the pool runs empty; after so many seconds all is as before. Prints a
table; --write keeps it in docs/bench and docs/measurements.md. Takes two minutes.
"""

import asyncio
import signal
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import make_url, text

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / folder) for folder in (".", "snippets", "snippets/tests")]
from app.core.db import create_engine  # noqa: E402
from fastapi_pro.command_line import parser_of  # noqa: E402
from live import live_server  # noqa: E402
from maintain.building.tables import markdown  # noqa: E402
from postgres import Postgres, running_postgres, scratch_database  # noqa: E402
from proxy import Proxy, proxied  # noqa: E402
from results import origin, report  # noqa: E402
from sql import execute  # noqa: E402

CLIENTS = 16
PRODUCTS, HEALTH = "/api/v1/products", "/healthz"
SILENT = "the network is silent"
CUT = """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()"""
IDLE = """SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND state LIKE 'idle in transaction%'"""
Answer = tuple[str, str, float, float]  # path, status or error, when it was asked and answered


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and return the exit code."""
    parser = parser_of(__doc__)
    parser.add_argument("--seconds", type=float, default=15, help="how long each fault lasts")
    parser.add_argument("--write", action="store_true")
    args = parser.parse_args(argv)
    measured = {}
    with running_postgres() as postgres:
        for fault in FAULTS:
            measured[fault] = measure(postgres, fault, args.seconds)
            print(fault, measured[fault], file=sys.stderr, flush=True)
    figures = {"clients": CLIENTS, "seconds": args.seconds, "faults": measured}
    report("outages", figures, table, write=args.write)
    return 0


def measure(postgres: Postgres, fault: str, seconds: float) -> dict[str, Any]:
    """Return what requests get while something fails for so long, and what is left of it."""
    with ExitStack() as stack:
        database = stack.enter_context(scratch_database(postgres.url))
        proxy = stack.enter_context(proxied(postgres.port))
        behind = make_url(database).set(port=proxy.port).render_as_string(hide_password=False)
        server = stack.enter_context(live_server(behind if fault == SILENT else database))
        with asking(server.url) as answers:
            time.sleep(1)
            begin = time.monotonic()
            with FAULTS[fault](postgres, proxy, database):
                time.sleep(seconds)
            end = time.monotonic()
            time.sleep(5)
        [idle] = asyncio.run(execute(database, IDLE))
    return {**summary(answers, begin, end), "idle in transaction": idle}


def summary(answers: Sequence[Answer], begin: float, end: float) -> dict[str, Any]:
    """Return what was answered between two moments, and how long errors went on after them."""
    meanwhile = [a for a in answers if a[0] == PRODUCTS and begin <= a[2] < end]
    failed = [answered - begin for path, status, asked, answered in answers
              if path == HEALTH and status != "200" and asked >= begin]  # fmt: skip
    last = max((answered for _, status, _, answered in answers if status != "200"), default=end)
    return {
        "answers": dict(Counter(status for _, status, _, _ in meanwhile)),
        "slowest": round(max(answered - asked for _, _, asked, answered in meanwhile), 1),
        "health fails after": round(min(failed), 1) if failed else None,
        "well after": round(max(last - end, 0), 1),
    }


@contextmanager
def asking(url: str) -> Iterator[list[Answer]]:
    """Let clients ask, in a thread; yield a list that grows with their answers."""
    answers: list[Answer] = []
    ended = threading.Event()

    async def ask(client: httpx.AsyncClient, path: str) -> None:
        while not ended.is_set():
            asked = time.monotonic()
            try:
                status = str((await client.get(path)).status_code)
            except httpx.TransportError as exc:
                status = type(exc).__name__
            answers.append((path, status, asked, time.monotonic()))
            await asyncio.sleep(0.05)

    async def ask_all() -> None:
        async with httpx.AsyncClient(base_url=url, timeout=60) as client:
            await asyncio.gather(*(ask(client, path) for path in [PRODUCTS] * CLIENTS + [HEALTH]))

    thread = threading.Thread(target=lambda: asyncio.run(ask_all()))
    thread.start()
    try:
        yield answers
    finally:
        ended.set()
        thread.join()


@contextmanager
def _stopped(how: signal.Signals, postgres: Postgres, *_: object) -> Iterator[None]:
    postgres.stop(how)
    yield
    postgres.start()


@contextmanager
def _cut(_postgres: Postgres, _proxy: Proxy, database: str) -> Iterator[None]:
    asyncio.run(execute(database, CUT))
    yield


@contextmanager
def _silent(_postgres: Postgres, proxy: Proxy, _database: str) -> Iterator[None]:
    proxy.silence()
    yield
    proxy.resume()


@contextmanager
def _locked(_postgres: Postgres, _proxy: Proxy, database: str) -> Iterator[None]:
    engine = create_engine(database, 1, command_timeout=None)
    with asyncio.Runner() as runner:
        connection = runner.run(engine.connect().start())
        runner.run(connection.execute(text("LOCK TABLE products")))
        yield
        runner.run(connection.close())
        runner.run(engine.dispose())


FAULTS: dict[str, Callable[[Postgres, Proxy, str], AbstractContextManager[None]]] = {
    "the database is stopped": partial(_stopped, signal.SIGINT),
    "the database crashes": partial(_stopped, signal.SIGQUIT),
    "all connections are cut": _cut,
    SILENT: _silent,
    "a lock empties the pool": _locked,
}


def table(result: Mapping[str, Any]) -> str:
    """Return the table, and what it was measured on."""
    rows: list[Sequence[object]] = [
        ("what fails", "requests get meanwhile", "slowest", "`/healthz` fails after",
         "all is well after", "connections left idle in transaction")
    ]  # fmt: skip
    for fault, cell in result["faults"].items():
        got = ", ".join(f"{it} ({count:,})" for it, count in sorted(cell["answers"].items()))
        health = cell["health fails after"]
        told = "not at all" if health is None else f"{health} s"
        well = f"{cell['well after']:.1f} s"
        rows.append((fault, got, f"{cell['slowest']} s", told, well, cell["idle in transaction"]))
    return (
        f"{markdown(rows)}\nEach for {result['seconds']:g} s under {result['clients']} clients, "
        + origin("outages", result)
    )


if __name__ == "__main__":
    sys.exit(main())
