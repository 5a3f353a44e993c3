"""Proof of unlimited-body."""

import tracemalloc
from collections.abc import AsyncIterator, Callable
from types import ModuleType

import httpx
from fastapi import Depends, FastAPI, HTTPException
from fastapi.middleware.cors import CORSMiddleware
from httpx import ASGITransport, AsyncClient, Response
from starlette.types import ASGIApp

MIB = 1_048_576
ORIGIN = "https://app.example"
HEADERS = {"Content-Type": "application/json", "Origin": ORIGIN}
TOO_LONG = b'{"text": "%s"}' % (b"x" * 2 * MIB)
CORS = "Access-Control-Allow-Origin"


async def post(
    app: ASGIApp, content: bytes | AsyncIterator[bytes], path: str = "/notes", **more: str
) -> Response:
    """Post a note; a stream has no Content-Length unless `more` headers say so."""
    async with AsyncClient(transport=ASGITransport(app), base_url="http://test") as client:
        return await client.post(path, content=content, headers=HEADERS | more)


async def large(sent: list[int]) -> AsyncIterator[bytes]:
    """Send a note of 32 MiB in pieces, if the app asks for them all."""
    yield b'{"text": "'
    for number in range(32):
        sent.append(number)
        yield b"x" * MIB
    yield b'"}'


async def peak(app: ASGIApp) -> tuple[Response, int, int]:
    """Return the answer to a large stream, the mebibytes that were read, and the peak of memory."""
    sent: list[int] = []
    tracemalloc.start()
    try:
        response = await post(app, large(sent))
        return response, len(sent), tracemalloc.get_traced_memory()[1] // MIB
    finally:
        tracemalloc.stop()


async def test_bad_reads_a_body_into_memory_whole_before_it_refuses_it(bad: ModuleType) -> None:
    response, read, memory = await peak(bad.app)
    assert response.status_code == 422
    assert read == 32
    assert memory >= 32


async def test_bad_reads_the_body_of_a_stranger_too(bad: ModuleType) -> None:
    def refuse() -> None:
        raise HTTPException(401)

    app = FastAPI(dependencies=[Depends(refuse)])
    app.include_router(bad.router)
    response, read, _memory = await peak(app)
    assert response.status_code == 401
    assert read == 32


def test_bad_is_not_protected_by_uvicorn(bad: ModuleType, serve: Callable[[ASGIApp], str]) -> None:
    response = httpx.post(f"{serve(bad.app)}/notes", content=TOO_LONG, headers=HEADERS)
    assert response.status_code == 422


async def test_bad_with_a_limit_on_the_app_answers_413_without_cors_headers(
    bad: ModuleType,
) -> None:
    assert CORS in (await post(bad.app, TOO_LONG)).headers
    app = FastAPI(max_body_size=MIB)
    app.include_router(bad.router)
    app.add_middleware(CORSMiddleware, allow_origins=[ORIGIN])
    response = await post(app, TOO_LONG)
    assert response.status_code == 413
    assert CORS not in response.headers
    assert (await post(bad.app, TOO_LONG)).status_code == 422


async def test_good_stops_reading_at_the_limit(good: ModuleType) -> None:
    response, read, memory = await peak(good.app)
    assert response.status_code == 413
    assert response.headers[CORS] == ORIGIN
    assert read <= 2
    assert memory < 16


async def test_good_reads_nothing_where_the_declared_length_is_too_much(good: ModuleType) -> None:
    sent: list[int] = []
    length = str(32 * MIB + len(b'{"text": ""}'))
    response = await post(good.app, large(sent), **{"Content-Length": length})
    assert response.status_code == 413
    assert sent == []


async def test_good_lets_a_route_have_its_own_limit(good: ModuleType) -> None:
    good.router.post("/uploads", max_body_size=4 * MIB)(good.create_note)
    app = FastAPI()
    app.include_router(good.router)
    assert (await post(app, TOO_LONG)).status_code == 413
    assert (await post(app, TOO_LONG, "/uploads")).status_code == 422


async def test_good_answers_413_with_cors_headers(good: ModuleType) -> None:
    response = await post(good.app, TOO_LONG)
    assert response.status_code == 413
    assert response.headers[CORS] == ORIGIN
    assert response.text == "Content Too Large"
    assert (await post(good.app, b'{"text": "short"}')).status_code == 201


def test_good_answers_413_on_a_live_server(
    good: ModuleType, serve: Callable[[ASGIApp], str]
) -> None:
    response = httpx.post(f"{serve(good.app)}/notes", content=TOO_LONG, headers=HEADERS)
    assert response.status_code == 413
