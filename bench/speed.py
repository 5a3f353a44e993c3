"""Compare the service's speed with a bare FastAPI(), the first draft's way, and the floor.

usage: speed.py [--rounds N] [--seconds N] [--write]

Each is one uvicorn process on one PostgreSQL. In every round each gets each kind of request from 16
clients for so many seconds, in turn; the table shows medians of the rounds, of requests in a second
of the server's processor. What else the machine does changes them, but for all alike: the turns are
short, and ratios are of the same round. Then 16 people log in all the time: how long does everyone
else wait? Prints tables; --write keeps them in docs. Takes three minutes.
"""

import asyncio
import itertools
import json
import statistics
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from operator import truediv
from pathlib import Path
from typing import Any

import httpx

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / folder) for folder in (".", "snippets", "snippets/tests")]
from accounts import ADA, new_user  # noqa: E402
from fastapi_pro.command_line import parser_of  # noqa: E402
from http_load import load, p50_p99, request  # noqa: E402
from live import LiveServer, live_server  # noqa: E402
from maintain.building.tables import markdown  # noqa: E402
from postgres import postgres_url, scratch_database  # noqa: E402
from processor import seconds_of  # noqa: E402
from results import origin, report  # noqa: E402

CLIENTS = 16
APPS = {
    "this service": "app.main:app",
    "bare FastAPI()": "bare:app",
    "first draft": "first_draft:app",
    "asyncpg, Starlette": "raw:app",
}
PRODUCTS = "/api/v1/products"
Requests = Callable[[Mapping[str, str]], Iterator[bytes]]


def _new_products(headers: Mapping[str, str]) -> Iterator[bytes]:
    for number in itertools.count():
        body = json.dumps({"name": f"Lamp {number}", "price": 1}).encode()
        yield request("POST", PRODUCTS, {**headers, "Content-Type": "application/json"}, body)


KINDS: dict[str, tuple[int, Requests]] = {
    "read one": (200, lambda h: itertools.repeat(request("GET", "/api/v1/users/1", h))),
    "list 50": (200, lambda _: itertools.repeat(request("GET", f"{PRODUCTS}?limit=50", {}))),
    "create": (201, _new_products),
    "health": (200, lambda _: itertools.repeat(request("GET", "/healthz", {}))),
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and return the exit code."""
    parser = parser_of(__doc__)
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--seconds", type=float, default=0.25)
    parser.add_argument("--write", action="store_true")
    args = parser.parse_args(argv)
    with ExitStack() as stack:
        database = stack.enter_context(scratch_database(stack.enter_context(postgres_url())))
        servers = {}
        for name, module in APPS.items():  # the first one makes the tables
            apps = str(ROOT / "bench" / "apps")
            server = stack.enter_context(live_server(database, "--app-dir", apps, module=module))
            servers[name] = server
        urls = {name: server.url for name, server in servers.items()}
        headers = asyncio.run(_sign_up(urls["this service"]))
        rates, ratios = measure_rates(servers, headers, args.rounds, args.seconds)
        waits = measure_logins(urls, headers, 8 * args.seconds)
    figures = {
        "clients": CLIENTS,
        "requests a second of the processor": rates,
        "of": ratios,
        "milliseconds": waits,
    }
    report("speed", figures, table, write=args.write)
    return 0


def measure_rates(
    servers: Mapping[str, LiveServer], headers: Mapping[str, str], rounds: int, seconds: float
) -> tuple[dict[str, dict[str, int]], dict[str, dict[str, float]]]:
    """Return requests a second of the processor by kind and application, and ours by the others.

    Both are medians of the rounds.
    """
    rates: dict[tuple[str, str], list[float]] = {}
    for number in range(rounds + 1):
        for kind, (status, requests) in KINDS.items():
            turn = number % len(servers)
            names = [*servers][turn:] + [*servers][:turn]
            for name in names:  # each is the first as often as any other
                url, pid = servers[name].url, servers[name].process.pid
                before = seconds_of(pid)
                taken = asyncio.run(load(url, requests(headers), CLIENTS, seconds, status))
                if number:  # the first is for warming up
                    rate = len(taken) / (seconds_of(pid) - before)
                    rates.setdefault((kind, name), []).append(rate)
        print("round", number, file=sys.stderr, flush=True)
    medians = {k: {n: round(statistics.median(rates[k, n])) for n in servers} for k in KINDS}
    ours, *others = servers
    ratios = {
        kind: {
            name: round(statistics.median(map(truediv, rates[kind, ours], rates[kind, name])), 2)
            for name in others
        }
        for kind in KINDS
    }
    return medians, ratios


def measure_logins(
    urls: Mapping[str, str], headers: Mapping[str, str], seconds: float
) -> dict[str, dict[str, float]]:
    """Return the p50 and p99 of one client's reads, idle and while 16 people log in."""
    form = f"username={ADA['email'].replace('@', '%40')}&password={ADA['password']}"
    body = form.replace(" ", "+").encode()
    login = request(
        "POST", "/api/v1/auth/login", {"Content-Type": "application/x-www-form-urlencoded"}, body
    )
    read = request("GET", "/api/v1/users/1", headers)

    async def reads(url: str, logins: int) -> list[float]:
        others = asyncio.create_task(load(url, itertools.repeat(login), logins, seconds + 1, 200))
        await asyncio.sleep(0.5)
        taken = await load(url, itertools.repeat(read), 1, seconds, 200)
        await others
        return taken

    waits = {}
    for name in ("this service", "first draft"):
        for what, logins in (("idle", 0), ("16 log in", 16)):
            p50, p99 = p50_p99(asyncio.run(reads(urls[name], logins)))
            waits[f"{name}, {what}"] = {"p50": round(p50, 1), "p99": round(p99, 1)}
    return waits


async def _sign_up(url: str) -> dict[str, str]:
    async with httpx.AsyncClient(base_url=url) as client:
        headers = await new_user(client)
        for number in range(50):
            product = {"name": f"Lamp {number}", "price": 1}
            (await client.post(PRODUCTS, json=product, headers=headers)).raise_for_status()
    return headers


def table(result: Mapping[str, Any]) -> str:
    """Return the tables, and what they were measured on."""
    rows: list[Sequence[object]] = [
        ("requests a second of the processor", *APPS, "of bare", "of first draft")
    ]
    for kind, rates in result["requests a second of the processor"].items():
        bare, draft, _ = result["of"][kind].values()
        numbers = [f"{rate:,}" for rate in rates.values()]
        rows.append((kind, *numbers, f"{bare:.2f}", f"{draft:.2f}"))
    waits: list[Sequence[object]] = [("a read waits, in ms", "p50", "p99")]
    for name, percentiles in result["milliseconds"].items():
        waits.append((name, *percentiles.values()))
    return (
        f"{markdown(rows)}\n{markdown(waits)}\n{result['clients']} clients, one process each, "
        + origin("speed", result)
    )


if __name__ == "__main__":
    sys.exit(main())
