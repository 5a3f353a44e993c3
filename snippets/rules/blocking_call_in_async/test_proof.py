"""Proof of blocking-call-in-async."""

import asyncio
import time
from collections.abc import Callable
from types import ModuleType

import httpx
import pytest
from fastapi import FastAPI

from patience import patient

slow_service = FastAPI()


@slow_service.get("/{currency}")
async def slow_rate(currency: str) -> float:
    await asyncio.sleep(0.5)
    return 1.08


async def longest_health_check(app_url: str) -> float:
    """Return the longest wait of a health check during a slow request, as a part of it."""
    async with httpx.AsyncClient(base_url=app_url, timeout=patient(20)) as client:
        await client.get("/healthz")
        started = time.perf_counter()
        slow = asyncio.create_task(client.get("/rates/usd"))
        longest = 0.0
        while not slow.done():
            before = time.perf_counter()
            assert (await client.get("/healthz")).status_code == 200
            longest = max(longest, time.perf_counter() - before)
            await asyncio.sleep(0.01)
        assert (await slow).json() == {"currency": "usd", "rate": 1.08}
        return longest / (time.perf_counter() - started)


async def test_bad_answers_nobody_while_one_request_waits(
    bad: ModuleType, serve: Callable[[FastAPI], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RATES_URL", serve(slow_service))
    assert await longest_health_check(serve(bad.app)) > 0.7


async def test_good_answers_others_while_one_request_waits(
    good: ModuleType, serve: Callable[[FastAPI], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RATES_URL", serve(slow_service))
    assert await longest_health_check(serve(good.app)) < 0.3
