"""Proof of base-http-middleware."""

import time
from types import ModuleType
from typing import Any

import pytest
from httpx import ASGITransport, AsyncClient
from starlette.types import ASGIApp, Message, Scope


@pytest.fixture(autouse=True)
def _levels(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")


async def logged(module: ModuleType, path: str, log: pytest.LogCaptureFixture) -> list[Any]:
    """Send a request of Ada's; return what was logged of it: path, status, user, seconds."""
    transport = ASGITransport(module.app, raise_app_exceptions=False)
    async with AsyncClient(transport=transport, base_url="http://test") as client:
        await client.get(path, headers={"X-User": "ada"})
    records = [record for record in log.records if record.name == module.__name__]
    return [record.args for record in records]


async def seconds_of_requests(app: ASGIApp, number: int) -> float:
    """Time some requests, called in the process: the socket would cost more than the middleware."""
    scope: Scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET",
        "scheme": "http", "path": "/share", "raw_path": b"/share", "query_string": b"people=3",
        "root_path": "", "headers": [], "client": ("test", 1), "server": ("test", 80),
    }  # fmt: skip

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        assert message.get("status", 200) == 200

    started = time.perf_counter()
    for _ in range(number):
        await app(dict(scope), receive, send)
    return time.perf_counter() - started


async def test_bad_logs_no_line_for_a_request_that_raises(
    bad: ModuleType, caplog: pytest.LogCaptureFixture
) -> None:
    assert await logged(bad, "/share?people=0", caplog) == []


async def test_bad_misses_the_user_that_the_endpoint_set(
    bad: ModuleType, caplog: pytest.LogCaptureFixture
) -> None:
    [(_path, status, user, _seconds)] = await logged(bad, "/me", caplog)
    assert (status, user) == (200, "nobody")


async def test_bad_times_a_stream_only_to_its_headers(
    bad: ModuleType, caplog: pytest.LogCaptureFixture
) -> None:
    started = time.perf_counter()
    [(*_, seconds)] = await logged(bad, "/export", caplog)
    assert seconds < (time.perf_counter() - started) / 2


async def test_bad_costs_more_than_half_as_much_again(
    bad: ModuleType, good: ModuleType, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("WARNING")
    rounds: dict[str, list[float]] = {"bad": [], "good": []}
    for _ in range(5):
        rounds["bad"].append(await seconds_of_requests(bad.app, 150))
        rounds["good"].append(await seconds_of_requests(good.app, 150))
    assert min(rounds["bad"]) > 1.5 * min(rounds["good"])  # about 3 times, measured alone


async def test_good_logs_a_request_that_raises(
    good: ModuleType, caplog: pytest.LogCaptureFixture
) -> None:
    [(path, status, *_)] = await logged(good, "/share?people=0", caplog)
    assert (path, status) == ("/share", 500)


async def test_good_sees_the_user_that_the_endpoint_set(
    good: ModuleType, caplog: pytest.LogCaptureFixture
) -> None:
    [(_path, status, user, _seconds)] = await logged(good, "/me", caplog)
    assert (status, user) == (200, "ada")


async def test_good_times_a_stream_to_its_end(
    good: ModuleType, caplog: pytest.LogCaptureFixture
) -> None:
    started = time.perf_counter()
    [(*_, seconds)] = await logged(good, "/export", caplog)
    assert seconds > (time.perf_counter() - started) / 2
