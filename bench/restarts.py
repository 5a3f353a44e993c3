"""Replace servers under load; count the requests that get no answer.

usage: restarts.py [--rounds N] [--write]

While 16 clients (httpx) add products, both workers of a server get a SIGTERM, one after the other,
or each of two servers does, which is first taken out of the rotation, as a proxy or Kubernetes
does. Prints a table; --write keeps it in docs. Exits with 0, or with 1 where a product is missing
of which a client has read 201. Takes four minutes. Needs Linux.
"""

import asyncio
import itertools
import os
import random
import signal
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / folder) for folder in (".", "snippets", "snippets/tests")]
from accounts import new_user_at  # noqa: E402
from fastapi_pro.command_line import parser_of  # noqa: E402
from live import LiveServer, live_server  # noqa: E402
from maintain.building.tables import markdown  # noqa: E402
from postgres import postgres_url, scratch_database  # noqa: E402
from results import origin, report  # noqa: E402
from sql import execute  # noqa: E402

CLIENTS = 16
SERVERS = {
    "uvicorn": ("--timeout-graceful-shutdown=30",),
    "gunicorn": ("--worker-class=asgi",),
}
NEW, KEPT = "its workers; a connection for each request", "its workers; connections are kept"
ROTATION = "two of it, each first out of the rotation; connections are kept"


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and return the exit code."""
    parser = parser_of(__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--write", action="store_true")
    args = parser.parse_args(argv)
    counts: dict[str, dict[str, dict[str, int]]] = {}
    with postgres_url() as postgres:
        for server in SERVERS:
            for what in (NEW, KEPT, ROTATION):
                cell = measure(postgres, server, what, args.rounds)
                counts.setdefault(server, {})[what] = cell
                print(server, what, cell, file=sys.stderr, flush=True)
    figures = {"rounds": args.rounds, "clients": CLIENTS, "of": counts}
    report("restarts", figures, table, write=args.write)
    return int(any(cell["lost"] for of in counts.values() for cell in of.values()))


def measure(postgres: str, server: str, what: str, rounds: int) -> dict[str, int]:
    """Return how many writes were answered, how many were not, and how many answered are gone."""
    with ExitStack() as stack:
        database = stack.enter_context(scratch_database(postgres))

        def start(workers: int) -> LiveServer:
            options = (*SERVERS[server], f"--workers={workers}")
            return stack.enter_context(live_server(database, *options, server=server))

        servers = [start(1), start(1)] if what == ROTATION else [start(2)]
        urls = [server.url for server in servers]

        async def replace_all() -> None:
            if what != ROTATION:
                await replace_workers(servers[0])
                return
            for number, old in enumerate(servers):
                urls.remove(old.url)
                await asyncio.sleep(1)  # requests end; Kubernetes: preStop
                await asyncio.to_thread(old.stop)
                servers[number] = await asyncio.to_thread(start, 1)
                urls.append(servers[number].url)
                await asyncio.sleep(0.5)

        headers = {"Connection": "close"} if what == NEW else {}
        answered, unanswered = asyncio.run(write_while(replace_all, rounds, urls, headers))
        found = set(asyncio.run(execute(database, "SELECT name FROM products")))
    lost = len(answered - found)
    return {"answered": len(answered), "not answered": unanswered, "lost": lost}


async def write_while(
    replace_all: Callable[[], Awaitable[None]],
    rounds: int,
    urls: Sequence[str],
    headers: Mapping[str, str],
) -> tuple[set[str], int]:
    """Write while servers are replaced; return the names answered, and how many were not.

    `urls` are those of the servers in rotation, which may change meanwhile.
    """
    answered: set[str] = set()
    unanswered = 0
    names = (f"Lamp {number}" for number in itertools.count())
    done = asyncio.Event()
    headers = {**headers, **await new_user_at(urls[0])}

    async def write() -> None:
        nonlocal unanswered
        async with httpx.AsyncClient(headers=headers, timeout=30) as client:
            while not done.is_set():
                product = {"name": next(names), "price": 1}
                try:
                    url = f"{random.choice(urls)}/api/v1/products"
                    (await client.post(url, json=product)).raise_for_status()
                    answered.add(str(product["name"]))
                except httpx.TransportError:
                    unanswered += 1

    async with asyncio.TaskGroup() as group:
        for _ in range(CLIENTS):
            group.create_task(write())
        for _ in range(rounds):
            await replace_all()
        done.set()
    return answered, unanswered


async def replace_workers(server: LiveServer) -> None:
    """End each worker by SIGTERM; go on when it has a successor that serves."""
    for worker in workers(server):
        os.kill(worker, signal.SIGTERM)
        async with asyncio.timeout(60):
            while worker in workers(server) or len(workers(server)) < 2:
                await asyncio.sleep(0.05)
        await asyncio.sleep(2)  # until it has imported the application


def workers(server: LiveServer) -> list[int]:
    """Return the processes below a server that serve."""
    pid = server.process.pid
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    commands = {int(child): Path(f"/proc/{child}/cmdline") for child in children}
    return [child for child, line in commands.items() if "resource_tracker" not in line.read_text()]


def table(result: Mapping[str, Any]) -> str:
    """Return the table, and what it was measured on."""
    rows: list[Sequence[object]] = [
        ("server", "what is replaced", "writes answered", "not answered", "answered and lost")
    ]
    for server, kinds in result["of"].items():
        for kind, counts in kinds.items():
            rows.append((server, kind, *(f"{count:,}" for count in counts.values())))
    return (
        f"{markdown(rows)}\n{2 * result['rounds']} replaced in each, under {result['clients']} "
        f"clients, {origin('restarts', result)}"
    )


if __name__ == "__main__":
    sys.exit(main())
