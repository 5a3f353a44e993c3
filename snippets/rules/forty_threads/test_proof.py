"""Proof of forty-threads."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from types import ModuleType

import httpx
import pytest
from anyio import to_thread
from fastapi import FastAPI, Response

from patience import patient

report_service = FastAPI()
arrived = threading.Semaphore(0)
may_go = threading.Event()


@report_service.get("/{month}")
async def slow_report(month: int) -> Response:
    arrived.release()
    while not may_go.is_set():  # noqa: ASYNC110 -- an event of another loop, in another thread
        await asyncio.sleep(0.01)
    return Response(b"a report")


def wait_for_reports(number: int) -> None:
    for _ in range(number):
        assert arrived.acquire(timeout=patient(20))


@asynccontextmanager
async def forty_reports(client: httpx.AsyncClient, at_once: int) -> AsyncIterator[None]:
    """Have 40 reports drawn until the end of the block, which begins when `at_once` are asked."""
    may_go.clear()
    reports = [asyncio.create_task(client.get("/reports/1")) for _ in range(40)]
    try:
        await asyncio.to_thread(wait_for_reports, at_once)
        yield
        assert not any(report.done() for report in reports)
    finally:
        may_go.set()
        drawn = await asyncio.gather(*reports)
    assert {report.content for report in drawn} == {b"a report"}
    await asyncio.to_thread(wait_for_reports, 40 - at_once)


async def is_answered(order: "asyncio.Task[httpx.Response]") -> bool:
    """Say whether an order is answered in a time that is plenty for it."""
    done, _ = await asyncio.wait({order}, timeout=patient(4))
    return bool(done)


@pytest.mark.slow
async def test_bad_makes_the_41st_def_call_wait_and_no_async_one(
    bad: ModuleType, serve: Callable[[FastAPI], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REPORTS_URL", serve(report_service))
    async with httpx.AsyncClient(base_url=serve(bad.app), timeout=patient(40)) as client:
        async with forty_reports(client, 40):
            order = asyncio.create_task(client.get("/orders/1"))
            assert (await client.get("/healthz")).status_code == 200
            assert not await is_answered(order)
        assert (await order).status_code == 200

    # More threads for all help too; the limiter belongs to the event loop, here the test's.
    to_thread.current_default_thread_limiter().total_tokens = 100
    transport = httpx.ASGITransport(bad.app)
    async with (
        httpx.AsyncClient(transport=transport, base_url="http://test") as client,
        forty_reports(client, 40),
    ):
        assert await is_answered(asyncio.create_task(client.get("/orders/1")))


@pytest.mark.slow
async def test_good_answers_def_calls_while_40_reports_are_drawn(
    good: ModuleType, serve: Callable[[FastAPI], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REPORTS_URL", serve(report_service))
    async with (
        httpx.AsyncClient(base_url=serve(good.app), timeout=patient(40)) as client,
        forty_reports(client, 20),
    ):
        order = asyncio.create_task(client.get("/orders/1"))
        assert await is_answered(order)
        assert (await order).status_code == 200
