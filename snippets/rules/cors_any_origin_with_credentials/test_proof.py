"""Proof of cors-any-origin-with-credentials."""

from types import ModuleType

import httpx
import pytest
from fastapi import FastAPI
from starlette.middleware.cors import CORSMiddleware


def may_read(response: httpx.Response, origin: str) -> bool:
    """Say whether a browser shows an answer to a page that sent its visitor's cookies."""
    is_allowed = response.headers.get("access-control-allow-credentials") == "true"
    return is_allowed and response.headers.get("access-control-allow-origin") == origin


async def ask(app: FastAPI, origin: str) -> tuple[httpx.Response, httpx.Response]:
    """Return what a page of an origin gets with a cookie, and its preflight."""
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        headers = {"origin": origin, "cookie": "session=of-the-visitor"}
        answer = await client.get("/account", headers=headers)
        asked = {"access-control-request-method": "PUT"}
        return answer, await client.options("/account", headers={"origin": origin} | asked)


async def test_bad_lets_any_site_read_the_visitors_account(bad: ModuleType) -> None:
    answer, preflight = await ask(bad.app, "https://evil.example")
    assert answer.json() == {"session": "of-the-visitor"}
    assert may_read(answer, "https://evil.example")
    assert may_read(preflight, "https://evil.example")


async def test_good_lets_its_own_front_end_alone(good: ModuleType) -> None:
    answer, preflight = await ask(good.app, "https://shop.example")
    assert may_read(answer, "https://shop.example")
    assert may_read(preflight, "https://shop.example")
    answer, preflight = await ask(good.app, "https://evil.example")
    assert "access-control-allow-origin" not in answer.headers
    assert "access-control-allow-origin" not in preflight.headers


@pytest.mark.parametrize("pattern", [".*", "https?://.*"])
async def test_bad_has_a_twin_in_a_pattern_for_all(bad: ModuleType, pattern: str) -> None:
    app = FastAPI(routes=bad.app.routes)
    app.add_middleware(CORSMiddleware, allow_origin_regex=pattern, allow_credentials=True)
    assert may_read((await ask(app, "https://evil.example"))[0], "https://evil.example")
    assert may_read((await ask(bad.app, "https://evil.example"))[0], "https://evil.example")


async def test_good_of_an_api_for_all_is_the_star_alone(good: ModuleType) -> None:
    app = FastAPI(routes=good.app.routes)
    app.add_middleware(CORSMiddleware, allow_origins=["*"])
    answer, _ = await ask(app, "https://evil.example")
    assert answer.headers["access-control-allow-origin"] == "*"
    assert not may_read((await ask(good.app, "https://evil.example"))[0], "https://evil.example")
