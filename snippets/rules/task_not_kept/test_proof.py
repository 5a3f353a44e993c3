"""Proof of task-not-kept."""

import asyncio
import gc
import warnings
from collections.abc import Callable
from types import ModuleType

import pytest


async def until(is_reached: Callable[[], bool]) -> None:
    """Let the loop run until a state is reached."""
    while not is_reached():  # noqa: ASYNC110 - no event tells of a state
        await asyncio.sleep(0)


async def is_followed(module: ModuleType, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Say whether a price is seen that is told after the garbage was collected."""
    told: list[asyncio.StreamWriter] = []

    async def welcome(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        told.append(writer)
        writer.write(b"gold 1\n")

    lost: list[str] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, what: lost.append(what["message"]))
    async with await asyncio.start_server(welcome, "127.0.0.1") as exchange:
        monkeypatch.setenv("EXCHANGE_PORT", str(exchange.sockets[0].getsockname()[1]))
        async with module.app.router.lifespan_context(module.app):
            await until(lambda: bool(module.prices))
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", ResourceWarning)  # of the connection collected
                gc.collect()
            told[0].write(b"gold 2\n")
            await until(lambda: module.prices["gold"] == "2" or bool(lost))
        told[0].close()
    assert lost in ([], ["Task was destroyed but it is pending!"])
    return not lost


async def test_bad_follows_no_more_after_a_collection(
    bad: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not await is_followed(bad, monkeypatch)


async def test_good_follows_on(good: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    assert await is_followed(good, monkeypatch)
