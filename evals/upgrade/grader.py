"""The service starts on the installed versions without a deprecated call.

Its clients notice nothing: they send what they sent and get what they got.
"""

import re
import warnings
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from httpx import AsyncClient, Response

from evals.tools import check_passed, findings, own_tests, served

BOX = {"sku": "A-1", "name": "Box", "price": 2.5}
LEFTOVERS = ("v1-config-leftovers", "on-event-beside-lifespan")
# What Pydantic and FastAPI of 2022 were asked for, and today's are not.
OLD = r"@validator|@root_validator|\.dict\(|orm_mode|class Config\b|on_event|utcnow|pydantic\.v1"


@pytest.fixture
async def client() -> AsyncIterator[AsyncClient]:
    """A client of the service, as it is set up in production."""
    async with served(WAREHOUSE_CURRENCY="CHF", WAREHOUSE_LIMIT="3") as client:
        yield client


async def add(client: AsyncClient, **changes: Any) -> Response:
    return await client.post("/items", json=BOX | changes)


async def added(client: AsyncClient, **changes: Any) -> dict[str, Any]:
    response = await add(client, **changes)
    assert response.status_code == 201, f"{changes} answers {response.status_code}"
    item: dict[str, Any] = response.json()
    return item


async def test_same_json(client: AsyncClient) -> None:
    """The JSON is as before: prices are numbers, times ISO strings without a zone."""
    item = await added(client)
    changed = item.pop("changed_at")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", changed), f"changed_at is {changed}"
    expected = BOX | {"tags": [], "note": None, "currency": "CHF"}
    assert item == expected, f"it is {item}"
    assert not isinstance(item["price"], str)
    [listed] = (await client.get("/items")).json()
    assert listed == expected | {"changed_at": changed}, "the list shows another item"


async def test_optional(client: AsyncClient) -> None:
    """What could be left out still can be."""
    await added(client)
    response = await client.patch("/items/A-1", json={"price": 3})
    assert response.status_code == 200, f"PATCH of the price alone answers {response.status_code}"
    told = response.json()
    assert (told["price"], told["name"]) == (3, "Box"), f"PATCH makes of it {told}"


async def test_patch(client: AsyncClient) -> None:
    """PATCH sets what is sent, null included, and keeps the rest."""
    await added(client, note="heavy")
    told = (await client.patch("/items/A-1", json={"name": "Crate"})).json()
    assert (told["name"], told["note"]) == ("Crate", "heavy"), f"PATCH makes of it {told}"
    told = (await client.patch("/items/A-1", json={"note": None})).json()
    assert (told["name"], told["note"]) == ("Crate", None), f"PATCH makes of it {told}"
    missing = await client.patch("/items/B-1", json={"name": "Crate"})
    assert missing.status_code == 404, f"PATCH of no item answers {missing.status_code}"


async def test_numbers_as_text(client: AsyncClient) -> None:
    """A sku may be sent as a number, a price as a text."""
    item = await added(client, sku=4711, price="1.25")
    assert (item["sku"], item["price"]) == ("4711", 1.25), f"it is {item}"


async def test_cleaned(client: AsyncClient) -> None:
    """Names lose the space around them, tags become small letters."""
    item = await added(client, name="  Box ", tags=["Red", "BIG"])
    assert (item["name"], item["tags"]) == ("Box", ["red", "big"]), f"it is {item}"


async def test_refused(client: AsyncClient) -> None:
    """What was refused still is."""
    bad: list[dict[str, Any]] = [
        {"sku": "a b"}, {"price": 0}, {"price": -1}, {"name": "x" * 101}, {"name": None},
        {"tags": ["a", "b", "c", "d"]}, {"note": "Box"},
    ]  # fmt: skip
    codes = {str(one): (await add(client, **one)).status_code for one in bad}
    taken = {what: code for what, code in codes.items() if code != 422}
    assert not taken, f"it answers {taken}"
    await added(client)
    assert (await add(client)).status_code == 409, "the same sku twice"
    response = await client.patch("/items/A-1", json={"price": 0})
    assert response.status_code == 422, f"PATCH of price 0 answers {response.status_code}"


async def test_settings(client: AsyncClient) -> None:
    """The variables still count: WAREHOUSE_LIMIT of 3 refuses a fourth item."""
    codes = [(await add(client, sku=f"A-{n}")).status_code for n in range(4)]
    assert codes == [201, 201, 201, 409], f"it answers {codes}"


async def test_nothing_deprecated(answer: Path) -> None:
    """It starts and works without a warning of deprecation, and has no call of old versions."""
    with warnings.catch_warnings():
        warnings.simplefilter("error", DeprecationWarning)
        warnings.simplefilter("error", PendingDeprecationWarning)
        async with served(WAREHOUSE_LIMIT="3") as client:
            await added(client)
            assert (await client.patch("/items/A-1", json={"price": 3})).status_code == 200
    left = findings(answer / "app", *LEFTOVERS)
    assert not left, f"left: {', '.join(left)}"
    for file in sorted(answer.glob("app/**/*.py")):  # noqa: ASYNC240 -- nobody else waits
        code = re.sub(r"#.*", "", file.read_text())
        found = re.search(OLD, code)
        assert found is None, f"{file.name} has {found}"


def test_requirements(answer: Path) -> None:
    """requirements.txt asks for today's versions."""
    lines = (answer / "requirements.txt").read_text().splitlines()
    found = {
        match[1].lower(): (match[2], int(match[3]), int(match[4]))
        for line in lines
        if (match := re.match(r"([\w-]+)(?:\[\w+\])?\s*([=><~]=)\s*(\d+)\.(\d+)", line))
    }
    for name, least in {"fastapi": (0, 100), "pydantic": (2, 0)}.items():
        assert name in found, f"no version of {name}"
        assert found[name][1:] >= least, f"{name} is {found[name]}"


def test_own_tests(answer: Path) -> None:
    """The tests of the service run again, and pass."""
    check_passed(own_tests(answer))
