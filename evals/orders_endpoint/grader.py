"""Orders are created, kept with the prices of that moment, and given back.

What cannot be ordered is refused without a trace. Tests come with it that would notice if it were
missing.
"""

import shutil
from decimal import Decimal
from pathlib import Path
from typing import Any

from httpx import AsyncClient, Response
from sqlalchemy import Engine, event

from evals.tools import check_passed, own_tests

TOO_LARGE = 2**63  # for any column of integers


async def price(client: AsyncClient, name: str, amount: str) -> int:
    response = await client.post("/products", json={"name": name, "price": amount})
    assert response.status_code == 201, f"POST /products answers {response.status_code}"
    product_id: int = response.json()["id"]
    return product_id


async def order(client: AsyncClient, *lines: tuple[Any, Any]) -> Response:
    body = [{"product_id": product_id, "quantity": quantity} for product_id, quantity in lines]
    return await client.post("/orders", json={"customer": "ada@example.com", "lines": body})


def told(response: Response) -> tuple[str, list[tuple[int, int, Decimal]], Decimal]:
    """Return what an answer says of an order, however it writes its decimals."""
    data = response.json()
    lines = [(i["product_id"], i["quantity"], Decimal(str(i["price"]))) for i in data["lines"]]
    return data["customer"], sorted(lines), Decimal(str(data["total"]))


async def test_kept(client: AsyncClient) -> None:
    """An order answers 201 with its lines and total, and GET gives it back."""
    tea, cup = await price(client, "Tea", "3.50"), await price(client, "Cup", "8.25")
    created = await order(client, (tea, 2), (cup, 1))
    assert created.status_code == 201, f"POST /orders answers {created.status_code}"
    assert told(created) == (
        "ada@example.com",
        [(tea, 2, Decimal("3.50")), (cup, 1, Decimal("8.25"))],
        Decimal("15.25"),
    )
    again = await client.get(f"/orders/{created.json()['id']}")
    assert again.status_code == 200, f"GET /orders/{{id}} answers {again.status_code}"
    assert told(again) == told(created), "GET gives back another order"


async def test_exact(client: AsyncClient) -> None:
    """Sums of money are exact."""
    tea = await price(client, "Tea", "0.10")
    created = await order(client, (tea, 3))
    assert Decimal(str(created.json()["total"])) == Decimal("0.30"), "3 times 0.10 is not 0.30"


async def test_prices_stay(client: AsyncClient) -> None:
    """The prices of an order stay when the product's price changes."""
    tea = await price(client, "Tea", "3.50")
    created = await order(client, (tea, 2))
    assert created.status_code == 201, f"POST /orders answers {created.status_code}"
    await client.put(f"/products/{tea}/price", params={"price": "9.00"})
    again = await client.get(f"/orders/{created.json()['id']}")
    assert told(again) == told(created), "the order has the new price"


async def test_missing_product(client: AsyncClient) -> None:
    """An order of a product that does not exist is a 404 and leaves nothing behind."""
    tea = await price(client, "Tea", "3.50")
    refused = await order(client, (tea, 1), (tea + 1, 1))
    assert refused.status_code == 404, f"it answers {refused.status_code}"
    assert (await order(client, (tea, 1))).status_code == 201, "a right order after it is refused"
    for order_id in range(1, 4):
        found = await client.get(f"/orders/{order_id}")
        if found.status_code == 200:
            assert len(found.json()["lines"]) == 1, "the refused order is there"
            assert found.json()["total"] not in (0, "0", "0.00"), "the refused order is there"


async def test_bad_orders(client: AsyncClient) -> None:
    """A quantity below one and an order without lines are refused with 422."""
    tea = await price(client, "Tea", "3.50")
    for quantity in (0, -1, "many"):
        response = await order(client, (tea, quantity))
        assert response.status_code == 422, f"quantity {quantity} answers {response.status_code}"
    response = await order(client)
    assert response.status_code == 422, f"no lines answers {response.status_code}"


async def test_large_numbers(client: AsyncClient) -> None:
    """Numbers that no column holds are refused with 404 or 422, not with a 500."""
    tea = await price(client, "Tea", "3.50")
    asked = {
        "an order's id": await client.get(f"/orders/{TOO_LARGE}"),
        "an order that is not there": await client.get("/orders/99"),
        "a product's id": await order(client, (TOO_LARGE, 1)),
        "a quantity": await order(client, (tea, TOO_LARGE)),
    }
    for what, response in asked.items():
        assert response.status_code in (404, 422), f"{what}: it answers {response.status_code}"


async def test_committed_first(client: AsyncClient) -> None:
    """No 201 for an order whose commit fails."""
    tea = await price(client, "Tea", "3.50")

    def fail(_connection: object) -> None:
        raise OSError("the database is gone")

    event.listen(Engine, "commit", fail)
    try:
        response = await order(client, (tea, 1))
    except Exception:  # noqa: BLE001 -- the connection breaks, so nobody reads a 201
        return
    finally:
        event.remove(Engine, "commit", fail)
    assert response.status_code >= 500, f"it answers {response.status_code}"


def test_own_tests(answer: Path, start: Path, tmp_path: Path) -> None:
    """There are tests of orders: they pass, and fail where there are no orders."""
    check_passed(own_tests(answer))
    shutil.copytree(start, tmp_path, dirs_exist_ok=True)
    if (answer / "tests").is_dir():
        shutil.copytree(answer / "tests", tmp_path / "tests", dirs_exist_ok=True)
    results = own_tests(tmp_path)
    assert results.error or set(results.reasons) - results.passed, "no test asks for an order"
