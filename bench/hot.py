"""Measure what each step of references/hot-endpoint.md gains on one listing of 50 rows.

usage: hot.py [--rounds N] [--seconds N] [--write]

One uvicorn process on a PostgreSQL, 16 clients. In every round each step is asked for so many
seconds, in turn; what counts is the time of the processor, of the server and of its database, which
a busy machine does not change. Prints a table; --write keeps it in docs/bench and on the page.
Takes two minutes.
"""

import asyncio
import itertools
import statistics
import sys
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import asyncpg
import httpx

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / folder) for folder in (".", "snippets", "snippets/tests")]
from accounts import new_user  # noqa: E402
from fastapi_pro.command_line import parser_of  # noqa: E402
from http_load import load, request  # noqa: E402
from live import LiveServer, live_server  # noqa: E402
from maintain.building.tables import markdown  # noqa: E402
from postgres import postgres_url, scratch_database  # noqa: E402
from processor import seconds_of  # noqa: E402
from results import origin, report  # noqa: E402

CLIENTS = 16
PRODUCTS = "/api/v1/products"
STEPS = {
    "0: objects, `response_model`": PRODUCTS,
    "1: columns": "/hot/columns",
    "2: bytes of `to_json`": "/hot/bytes",
    "3: JSON of PostgreSQL": "/hot/database",
    "4: the driver, no session": "/hot/driver",
    "5: a pool of the driver's": "/hot/pool",
}
SHOWN_ON = ROOT / "references" / "hot-endpoint.md"


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and return the exit code."""
    parser = parser_of(__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=2)
    parser.add_argument("--write", action="store_true")
    args = parser.parse_args(argv)
    apps = str(ROOT / "bench" / "apps")
    with ExitStack() as stack:
        database = stack.enter_context(scratch_database(stack.enter_context(postgres_url())))
        server = live_server(database, "--app-dir", apps, module="steps:app")
        running = stack.enter_context(server)
        asyncio.run(_fill(running.url))
        steps = asyncio.run(measure(running, database, args.rounds, args.seconds))
    report("hot", {"clients": CLIENTS, "steps": steps}, table, SHOWN_ON, write=args.write)
    return 0


async def measure(
    server: LiveServer, database: str, rounds: int, seconds: float
) -> dict[str, dict[str, float]]:
    """Return milliseconds a request of server and database by step: medians of the rounds."""
    spent: dict[str, list[tuple[float, float]]] = {step: [] for step in STEPS}
    connection = await asyncpg.connect(database.replace("+asyncpg", ""))
    for number in range(rounds + 1):
        for step, path in STEPS.items():
            before = await _spent(server, connection)
            requests = itertools.repeat(request("GET", f"{path}?limit=50", {}))
            count = len(await load(server.url, requests, CLIENTS, seconds, 200))
            after = await _spent(server, connection)
            if number:  # the first is for warming up
                ours, its = (1000 * (b - a) / count for a, b in zip(before, after, strict=True))
                spent[step].append((ours, its))
        print("round", number, file=sys.stderr, flush=True)
    await connection.close()
    return {
        step: {
            "server": round(statistics.median(ours for ours, _ in of), 3),
            "database": round(statistics.median(its for _, its in of), 3),
        }
        for step, of in spent.items()
    }


async def _spent(server: LiveServer, connection: asyncpg.Connection) -> tuple[float, float]:
    """Return the seconds of the processor so far, of the server and of what serves it."""
    rows = await connection.fetch(
        "SELECT pid FROM pg_stat_activity WHERE datname = current_database()"
    )
    return seconds_of(server.process.pid), sum(seconds_of(row["pid"]) for row in rows)


async def _fill(url: str) -> None:
    async with httpx.AsyncClient(base_url=url) as client:
        headers = await new_user(client)
        for number in range(60):
            product = {"name": f"Lamp {number}", "price": 1}
            (await client.post(PRODUCTS, json=product, headers=headers)).raise_for_status()


def table(result: Mapping[str, Any]) -> str:
    """Return the table, and what it was measured on."""
    head = ("ms of the processor for a request", "server", "database", "times step 0")
    rows: list[Sequence[object]] = [head]
    plain = next(iter(result["steps"].values()))["server"]
    for step, of in result["steps"].items():
        cells = (of["server"], of["database"])
        rows.append((step, *(f"{ms:.2f}" for ms in cells), f"{plain / of['server']:.1f}"))
    by = origin("hot", result)
    return f"{markdown(rows)}\nUvicorn and the middleware included, {by}"


if __name__ == "__main__":
    sys.exit(main())
