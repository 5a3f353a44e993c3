"""Proof of http-client-per-request."""

import ssl
from collections.abc import Callable
from types import ModuleType
from typing import Any

import httpx
import pytest
from fastapi import FastAPI, Request, Response

stock_service = FastAPI()
connections: set[tuple[str, int]] = set()
cookies: list[str | None] = []


@stock_service.get("/{product_id}")
async def stock(product_id: int, request: Request, response: Response) -> int:
    assert request.client is not None
    connections.add((request.client.host, request.client.port))
    cookies.append(request.cookies.get("session"))
    response.set_cookie("session", "of the first user")
    return 3


async def ask_five_times(
    module: ModuleType, serve: Callable[[FastAPI], str], monkeypatch: pytest.MonkeyPatch
) -> tuple[int, int]:
    """Return how many connections and how many TLS contexts five requests took."""
    monkeypatch.setenv("STOCK_URL", serve(stock_service))
    connections.clear()
    cookies.clear()
    contexts = []
    create_context = ssl.create_default_context

    def counting(*args: Any, **kwargs: Any) -> ssl.SSLContext:
        contexts.append(create_context(*args, **kwargs))
        return contexts[-1]

    async with httpx.AsyncClient() as client:
        monkeypatch.setattr(ssl, "create_default_context", counting)
        url = serve(module.app)
        for _ in range(5):
            assert (await client.get(f"{url}/products/1/stock")).json() == 3
    return len(connections), len(contexts)


async def test_bad_connects_for_each_request(
    bad: ModuleType, serve: Callable[[FastAPI], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert await ask_five_times(bad, serve, monkeypatch) == (5, 5)


async def test_good_uses_one_connection_for_all(
    good: ModuleType, serve: Callable[[FastAPI], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert await ask_five_times(good, serve, monkeypatch) == (1, 1)


async def test_good_shares_cookies_too(
    good: ModuleType, serve: Callable[[FastAPI], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    await ask_five_times(good, serve, monkeypatch)
    assert cookies == [None] + ["of the first user"] * 4
