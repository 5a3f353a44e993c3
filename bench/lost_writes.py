"""Let the server, the database or commits fail under 16 writers; count the writes that are gone.

usage: lost_writes.py [--rounds N] [--write]

Each round lets 16 clients add products, and at a random moment kills the server (SIGKILL) or the
database (SIGQUIT to the postmaster, which ends it as a crash does); in every third round nothing is
killed, but a deferred constraint refuses every tenth commit. Then the products of which a client
has read 201 are looked for. The same with the session of the first draft, which commits after the
answer was sent. Prints a table; --write keeps it in docs. Exits with 0, or with 1 where the service
lost any. The 21 rounds of each take four minutes.
"""

import asyncio
import itertools
import random
import signal
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import httpx

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / folder) for folder in (".", "snippets", "snippets/tests")]
from accounts import new_user  # noqa: E402
from fastapi_pro.command_line import parser_of  # noqa: E402
from live import LiveServer, live_server  # noqa: E402
from maintain.building.tables import markdown  # noqa: E402
from postgres import Postgres, running_postgres, scratch_database  # noqa: E402
from results import origin, report  # noqa: E402
from sql import execute  # noqa: E402
from variants import SNIPPETS, with_late_commit  # noqa: E402

WRITERS = 16
FEWEST = 60  # acknowledged writes of a round, or it shows nothing
FAILURES = ("server killed", "database killed", "every tenth commit fails")
REFUSE = [
    """CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN IF NEW.id % 10 = 0 THEN RAISE 'refused'; END IF; RETURN NULL; END $$""",
    """CREATE CONSTRAINT TRIGGER refuse AFTER INSERT ON products DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION refuse()""",
]
COUNTS = ("acknowledged", "found", "lost")


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and return the exit code."""
    parser = parser_of(__doc__)
    parser.add_argument("--rounds", type=int, default=21)
    parser.add_argument("--write", action="store_true")
    args = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as folder:
        draft = with_late_commit(Path(folder))
        counts = {
            "this service": measure(SNIPPETS, args.rounds),
            "commit after the answer": measure(draft, args.rounds),
        }
    figures = {"rounds": args.rounds, "writers": WRITERS, "of": counts}
    report("lost_writes", figures, table, write=args.write)
    return int(any(cell["lost"] for cell in counts["this service"].values()))


def measure(source: Path, rounds: int) -> dict[str, Counter[str]]:
    """Return the counts of a variant of the service, by what failed."""
    counts = {failure: Counter(dict.fromkeys(COUNTS, 0)) for failure in FAILURES}
    with running_postgres() as postgres:
        for number in range(rounds):
            failure = FAILURES[number % 3]
            counts[failure].update(one_round(postgres, source, failure))
            print(source.name, number, failure, dict(counts[failure]), file=sys.stderr, flush=True)
    return counts


def one_round(postgres: Postgres, source: Path, failure: str) -> dict[str, int]:
    """Write, let it fail, start again, count."""
    with scratch_database(postgres.url) as url:
        with live_server(url, source=source) as server:
            if failure == FAILURES[2]:
                asyncio.run(execute(url, *REFUSE))
            acknowledged = asyncio.run(write_until(failure, server, postgres))
            if failure == FAILURES[1]:
                postgres.start()
        found = set(asyncio.run(execute(url, "SELECT name FROM products")))
    lost = acknowledged - found
    return dict(zip(COUNTS, map(len, (acknowledged, found, lost)), strict=True))


async def write_until(failure: str, server: LiveServer, postgres: Postgres) -> set[str]:
    """Write until something fails; return the names of which a client has read 201."""
    acknowledged: set[str] = set()
    names = (f"Lamp {number}" for number in itertools.count())
    async with httpx.AsyncClient(base_url=server.url, timeout=20) as client:
        headers = await new_user(client)

        async def write() -> None:
            while True:
                name = next(names)
                product = {"name": name, "price": 1}
                answer = await client.post("/api/v1/products", json=product, headers=headers)
                if answer.status_code == 201:
                    acknowledged.add(name)

        writers = [asyncio.create_task(write()) for _ in range(WRITERS)]
        await asyncio.sleep(random.uniform(0.5, 1.5))
        while len(acknowledged) < FEWEST:  # a busy machine needs longer
            await asyncio.sleep(0.01)
        if failure == FAILURES[0]:
            server.process.kill()
        elif failure == FAILURES[1]:
            await asyncio.to_thread(postgres.stop, signal.SIGQUIT)
        await asyncio.sleep(0.2)  # answers that were sent are still read
        for writer in writers:
            writer.cancel()
        await asyncio.gather(*writers, return_exceptions=True)
    return acknowledged


def table(result: dict[str, Any]) -> str:
    """Return the table, and what it was measured on."""
    rows: list[Sequence[object]] = [("", "what fails", *(f"writes {count}" for count in COUNTS))]
    for variant, failures in result["of"].items():
        for failure, counts in failures.items():
            numbers = [f"{counts[count]:,}" for count in COUNTS]
            if counts["lost"]:
                numbers[-1] = f"**{numbers[-1]}**"
            rows.append((variant, failure, *numbers))
    return (
        f"{markdown(rows)}\n{result['rounds']} rounds each under {result['writers']} writers, "
        + origin("lost_writes", result)
    )


if __name__ == "__main__":
    sys.exit(main())
