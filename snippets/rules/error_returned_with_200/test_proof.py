"""Proof of error-returned-with-200."""

from types import ModuleType

import httpx


async def ask(module: ModuleType, method: str, path: str) -> httpx.Response:
    """Send a request of a customer; an exception of the application is a 500."""
    transport = httpx.ASGITransport(module.app, raise_app_exceptions=False)
    async with httpx.AsyncClient(
        transport=transport, base_url="http://test", headers={"role": "customer"}
    ) as client:
        return await client.request(method, path)


async def test_bad_answers_200_with_the_attributes(bad: ModuleType) -> None:
    response = await ask(bad, "GET", "/books/2")
    assert response.status_code == 200
    assert response.json() == {"status_code": 404, "detail": "No such book", "headers": None}


async def test_bad_fails_with_a_response_model(bad: ModuleType) -> None:
    response = await ask(bad, "GET", "/books/2/model")
    assert response.status_code == 500


async def test_bad_makes_a_list_of_body_and_status(bad: ModuleType) -> None:
    response = await ask(bad, "GET", "/titles/2")
    assert (response.status_code, response.json()) == (200, [{"detail": "No such book"}, 404])


async def test_bad_says_404_in_the_body_alone(bad: ModuleType) -> None:
    response = await ask(bad, "GET", "/stock/2")
    assert response.status_code == 200
    assert response.json() == {"status_code": 404, "message": "No such book"}


async def test_bad_lets_the_refused_caller_in(bad: ModuleType) -> None:
    response = await ask(bad, "DELETE", "/books")
    assert (response.status_code, response.json()) == (200, 1)


async def test_bad_handler_answers_500(bad: ModuleType) -> None:
    response = await ask(bad, "POST", "/orders")
    assert response.status_code == 500


async def test_good_answers_404(good: ModuleType) -> None:
    for path in ("/books/2", "/books/2/model", "/titles/2", "/stock/2"):
        response = await ask(good, "GET", path)
        assert (response.status_code, response.json()) == (404, {"detail": "No such book"})


async def test_good_refuses_the_caller(good: ModuleType) -> None:
    response = await ask(good, "DELETE", "/books")
    assert (response.status_code, response.json()) == (403, {"detail": "Staff only"})


async def test_good_handler_answers_409(good: ModuleType) -> None:
    response = await ask(good, "POST", "/orders")
    assert (response.status_code, response.json()) == (409, {"detail": "Sold out"})
