"""Proof of request-to-any-url."""

from collections.abc import Callable
from types import ModuleType

import httpx
from fastapi import FastAPI

internal = FastAPI()


@internal.get("/keys")
async def read_keys() -> str:
    return "the key of the database"


async def preview(address: str, url: str) -> httpx.Response:
    """Ask the service at an address for a preview."""
    async with httpx.AsyncClient() as client:
        return await client.post(f"{address}/previews", json={"url": url})


async def test_bad_reads_what_only_this_machine_may(
    bad: ModuleType, serve: Callable[[FastAPI], str]
) -> None:
    response = await preview(serve(bad.app), f"{serve(internal)}/keys")
    assert "the key of the database" in response.json()


async def test_good_refuses_hosts_that_it_does_not_know(
    good: ModuleType, serve: Callable[[FastAPI], str]
) -> None:
    address = serve(good.app)
    for url in (
        f"{serve(internal)}/keys",
        "http://shop.example@127.0.0.1/",
        "http://shop.example.evil.example/",
    ):
        assert (await preview(address, url)).status_code == 422
