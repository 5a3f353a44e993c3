"""Proof of forty-threads."""

import asyncio
import threading
import time
from collections.abc import Callable
from types import ModuleType

import httpx
import pytest
from anyio import to_thread
from fastapi import FastAPI, Response

from patience import patient

report_service = FastAPI()
arrived = threading.Semaphore(0)


@report_service.get("/{month}")
async def slow_report(month: int) -> Response:
    arrived.release()
    await asyncio.sleep(1.5)
    return Response(b"a report")


def wait_for_reports(number: int) -> None:
    for _ in range(number):
        assert arrived.acquire(timeout=patient(20))


async def waits_during_40_reports(
    client: httpx.AsyncClient, at_once: int, *paths: str
) -> list[float]:
    """Return how long each path waits while 40 reports are drawn, as parts of a report's time."""
    for path in paths:
        await client.get(path)
    started = time.perf_counter()
    reports = [asyncio.create_task(client.get("/reports/1")) for _ in range(40)]
    await asyncio.to_thread(wait_for_reports, at_once)

    async def wait_for(path: str) -> float:
        before = time.perf_counter()
        assert (await client.get(path)).status_code == 200
        return time.perf_counter() - before

    waits = await asyncio.gather(*map(wait_for, paths))
    await asyncio.wait(reports, return_when=asyncio.FIRST_COMPLETED)
    report_time = time.perf_counter() - started
    assert {(await report).content for report in reports} == {b"a report"}
    await asyncio.to_thread(wait_for_reports, 40 - at_once)
    return [wait / report_time for wait in waits]


@pytest.mark.slow
async def test_bad_makes_the_41st_def_call_wait_and_no_async_one(
    bad: ModuleType, serve: Callable[[FastAPI], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REPORTS_URL", serve(report_service))
    async with httpx.AsyncClient(base_url=serve(bad.app), timeout=patient(20)) as client:
        order, health = await waits_during_40_reports(client, 40, "/orders/1", "/healthz")
    assert order > 0.4
    assert health < 0.2

    # More threads for all help too; the limiter belongs to the event loop, here the test's.
    to_thread.current_default_thread_limiter().total_tokens = 100
    transport = httpx.ASGITransport(bad.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        [order] = await waits_during_40_reports(client, 40, "/orders/1")
    assert order < 0.2


@pytest.mark.slow
async def test_good_answers_def_calls_while_40_reports_are_drawn(
    good: ModuleType, serve: Callable[[FastAPI], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REPORTS_URL", serve(report_service))
    async with httpx.AsyncClient(base_url=serve(good.app), timeout=patient(20)) as client:
        [order] = await waits_during_40_reports(client, 20, "/orders/1")
    assert order < 0.2
