"""Proof of tests-reraised-500."""

from types import ModuleType

import pytest


async def test_bad_gets_the_exception_instead_of_the_answer(bad: ModuleType) -> None:
    with pytest.raises(ConnectionError, match="warehouse-7"):
        await bad.test_the_client_learns_nothing_about_the_error()


async def test_good_gets_the_answer_that_the_handler_made(good: ModuleType) -> None:
    await good.test_the_client_learns_nothing_about_the_error()
