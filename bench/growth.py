"""Measure how the cost of a request grows: with the rows of a table, with clients, with workers.

usage: growth.py [--rounds N] [--seconds N] [--write]

The listing of the service pages by OFFSET, that of the recipe keyset by the last row seen; both are
asked for the first page and for the last one they give, of 50 each, by one client. Then so many
clients read one row each, of one worker and of two. All are measured in turn, in every round. The
clients run on the same processors. Prints tables of medians; --write keeps them in docs/bench and
docs/measurements.md. Takes four minutes.
"""

import asyncio
import base64
import itertools
import json
import statistics
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / folder) for folder in (".", "snippets", "snippets/tests")]
from accounts import new_user_at  # noqa: E402
from fastapi_pro.command_line import parser_of  # noqa: E402
from http_load import load, p50_p99, request  # noqa: E402
from live import live_server  # noqa: E402
from maintain.building.tables import markdown  # noqa: E402
from postgres import postgres_url, scratch_database  # noqa: E402
from results import origin, report  # noqa: E402
from sql import execute  # noqa: E402
from variants import with_recipe  # noqa: E402

ROWS = (1_000, 10_000, 100_000, 1_000_000)
CLIENTS = (1, 10, 50, 100, 250, 500)
WORKERS = (1, 2)
PAGE = 50
MAX_OFFSET = 100_000  # the service answers 422 to more
INSERT = """INSERT INTO products (name, price, owner_id, created_at)
SELECT 'Lamp ' || n, n, 1, now() FROM generate_series(1, {rows}) AS n"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and return the exit code."""
    parser = parser_of(__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=0.7, help="of each measurement")
    parser.add_argument("--write", action="store_true")
    args = parser.parse_args(argv)
    with postgres_url() as postgres:
        by_rows = measure_rows(postgres, args.rounds, args.seconds)
        by_clients = measure_clients(postgres, args.rounds, args.seconds)
    figures = {"rounds": args.rounds, "rows": by_rows, "clients": by_clients}
    report("growth", figures, table, write=args.write)
    return 0


def measure_rows(postgres: str, rounds: int, seconds: float) -> dict[str, dict[str, float]]:
    """Return the milliseconds of a page, by rows and by page: medians of medians."""
    measured: dict[tuple[int, str], list[float]] = {}
    with ExitStack() as stack:
        source = with_recipe(Path(stack.enter_context(tempfile.TemporaryDirectory())), "keyset")
        urls = {}
        for rows in ROWS:
            database = stack.enter_context(scratch_database(postgres))
            server = stack.enter_context(live_server(database, source=source))
            asyncio.run(new_user_at(server.url))
            asyncio.run(execute(database, INSERT.format(rows=rows)))
            asyncio.run(execute(database, "ANALYZE products"))
            urls[rows] = server.url
        for number in range(rounds):
            for rows, url in urls.items():
                for name, path in _pages(rows).items():
                    requests = itertools.repeat(request("GET", f"/api/v1/{path}", {}))
                    taken = asyncio.run(load(url, requests, 1, seconds, 200))
                    measured.setdefault((rows, name), []).append(statistics.median(taken))
            print("rows, round", number, file=sys.stderr, flush=True)
    medians: dict[str, dict[str, float]] = {}
    for (rows, name), each in measured.items():
        medians.setdefault(str(rows), {})[name] = round(statistics.median(each) * 1000, 1)
    return medians


def _pages(rows: int) -> dict[str, str]:
    """Return the paths of a first and a last page, by OFFSET and by the last row seen."""
    seen = json.dumps({"price": str(rows - PAGE), "id": rows - PAGE})
    after = base64.urlsafe_b64encode(seen.encode()).decode()
    return {
        "OFFSET, first page": f"products?limit={PAGE}",
        "OFFSET, last page": f"products?limit={PAGE}&offset={min(rows - PAGE, MAX_OFFSET)}",
        "keyset, first page": f"catalogue?limit={PAGE}",
        "keyset, last page": f"catalogue?limit={PAGE}&after={after}",
    }


def measure_clients(
    postgres: str, rounds: int, seconds: float
) -> dict[str, dict[str, dict[str, float]]]:
    """Return what so many clients get of so many workers: medians of the rounds."""
    measured: dict[tuple[int, int], list[tuple[float, float, float]]] = {}
    with ExitStack() as stack:
        servers = {}
        for workers in WORKERS:
            database = stack.enter_context(scratch_database(postgres))
            server = stack.enter_context(live_server(database, f"--workers={workers}"))
            headers = asyncio.run(new_user_at(server.url))
            servers[workers] = (server.url, request("GET", "/api/v1/users/1", headers))
        for number, clients in itertools.product(range(rounds + 1), CLIENTS):
            for workers, (url, read) in servers.items():
                requests = itertools.repeat(read)
                taken = asyncio.run(load(url, requests, clients, seconds, 200))
                if number:  # the first round is for warming up
                    of = measured.setdefault((workers, clients), [])
                    of.append((len(taken) / seconds, *p50_p99(taken)))
            print("clients", clients, "round", number, file=sys.stderr, flush=True)
    medians: dict[str, dict[str, dict[str, float]]] = {}
    for (workers, clients), each in measured.items():
        rate, p50, p99 = map(statistics.median, zip(*each, strict=True))
        cell = {"a second": round(rate), "p50": round(p50, 1), "p99": round(p99, 1)}
        medians.setdefault(str(workers), {})[str(clients)] = cell
    return medians


def table(result: Mapping[str, Any]) -> str:
    """Return the tables, and what they were measured on."""
    first = next(iter(result["rows"].values()))
    rows: list[Sequence[object]] = [("products", *(f"{page}, ms" for page in first))]
    for number, medians in result["rows"].items():
        rows.append((f"{int(number):,}", *medians.values()))
    what = ("a second", "p50, ms", "p99, ms")
    heads = [f"workers: {workers}, {w}" for workers in result["clients"] for w in what]
    clients: list[Sequence[object]] = [("clients", *heads)]
    for number in next(iter(result["clients"].values())):
        cells = [list(of[number].values()) for of in result["clients"].values()]
        clients.append((number, *itertools.chain(*cells)))
    return (
        f"{markdown(rows)}\n{markdown(clients)}\nPages of {PAGE}, OFFSET up to {MAX_OFFSET:,}, "
        + origin("growth", result)
    )


if __name__ == "__main__":
    sys.exit(main())
