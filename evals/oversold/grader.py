"""Two workers on PostgreSQL never sell more seats than there are, and count down what they sold.

Single purchases are answered as before.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from httpx import AsyncClient, Response
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from evals.tools import check_passed, own_tests, served

SEATS, BUYERS = 8, 12  # buyers of each worker
# A commit takes its time, so requests that read before it are at work together.
SLOW = (
    """CREATE FUNCTION slowly() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN PERFORM pg_sleep(0.03); RETURN NEW; END $$""",
    """CREATE TRIGGER slowly BEFORE INSERT ON tickets
    FOR EACH ROW EXECUTE FUNCTION slowly()""",
    """CREATE TRIGGER slowly BEFORE UPDATE ON concerts
    FOR EACH ROW EXECUTE FUNCTION slowly()""",
)


async def execute(url: str, *statements: str) -> None:
    engine = create_async_engine(url)
    async with engine.begin() as connection:
        for statement in statements:
            await connection.execute(text(statement))
    await engine.dispose()


@asynccontextmanager
async def workers(url: str) -> AsyncIterator[list[AsyncClient]]:
    """Two imports of the app, which share nothing but the database."""
    async with AsyncExitStack() as stack:
        both = [await stack.enter_async_context(served(DATABASE_URL=url)) for _ in range(2)]
        await execute(url, *SLOW)
        yield both


async def concert(client: AsyncClient, seats: int) -> int:
    response = await client.post("/concerts", json={"seats": seats})
    assert response.status_code == 201, f"POST /concerts answers {response.status_code}"
    concert_id: int = response.json()["id"]
    return concert_id


async def buy(client: AsyncClient, concert_id: int, buyer: str, seats: int = 1) -> Response:
    body = {"buyer": buyer, "seats": seats}
    return await client.post(f"/concerts/{concert_id}/tickets", json=body)


async def left(client: AsyncClient, concert_id: int) -> int:
    seats: int = (await client.get(f"/concerts/{concert_id}")).json()["seats_left"]
    return seats


async def rush(both: list[AsyncClient], concert_id: int) -> list[int]:
    """Let many buy one seat at once; return the codes of the answers."""
    buyers = [buy(one, concert_id, f"b{n}") for n in range(BUYERS) for one in both]
    return sorted(response.status_code for response in await asyncio.gather(*buyers))


async def test_never_oversold(postgres: str) -> None:
    """Of 24 who buy at once from two workers, at most 8 get one of 8 seats."""
    async with workers(postgres) as both:
        concert_id = await concert(both[0], SEATS)
        codes = await rush(both, concert_id)
        sold = codes.count(201)
        assert sold <= SEATS, f"{sold} of {SEATS} seats are sold"
        while (await buy(both[1], concert_id, "late")).status_code == 201:
            sold += 1
            assert sold <= SEATS, f"{sold} of {SEATS} seats are sold"
        assert sold == SEATS, f"{sold} of {SEATS} seats can be sold"


async def test_counted(postgres: str) -> None:
    """What is left afterwards is what was there less what was sold."""
    async with workers(postgres) as both:
        concert_id = await concert(both[0], 100)
        sold = (await rush(both, concert_id)).count(201)
        rest = await left(both[1], concert_id)
        assert sold > 0, "nobody could buy"
        assert rest == 100 - sold, f"{sold} of 100 are sold, and {rest} are left"


async def test_no_errors(postgres: str) -> None:
    """Those who get no seat are told 409, or to try again, and not 500."""
    async with workers(postgres) as both:
        codes = set(await rush(both, await concert(both[0], SEATS)))
        assert codes <= {201, 409, 429, 503}, f"it answers {sorted(codes)}"


async def test_single_purchases(client: AsyncClient) -> None:
    """One after the other: 201 with the ticket, 409 where too few are left, 404, 422."""
    concert_id = await concert(client, 5)
    bought = await buy(client, concert_id, "ada", 3)
    assert bought.status_code == 201, f"it answers {bought.status_code}"
    told = bought.json()
    assert (told["buyer"], told["seats"]) == ("ada", 3), f"the ticket is {told}"
    codes = {
        409: (await buy(client, concert_id, "bo", 3)).status_code,
        404: (await buy(client, concert_id + 1, "bo")).status_code,
        422: (await buy(client, concert_id, "bo", 0)).status_code,
    }
    assert all(code == given for code, given in codes.items()), f"it answers {codes}"
    assert (await buy(client, concert_id, "bo", 2)).status_code == 201, "the last two"
    assert await left(client, concert_id) == 0


def test_own_tests(answer: Path) -> None:
    """The tests of the service pass."""
    check_passed(own_tests(answer))
