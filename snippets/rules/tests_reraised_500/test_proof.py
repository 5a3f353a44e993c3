"""Proof of tests-reraised-500."""

import subprocess
import sys
from importlib.metadata import version
from types import ModuleType

import pytest
from packaging.version import Version


async def test_bad_gets_the_exception_instead_of_the_answer(bad: ModuleType) -> None:
    with pytest.raises(ConnectionError, match="warehouse-7"):
        await bad.test_the_client_learns_nothing_about_the_error()


async def test_good_gets_the_answer_that_the_handler_made(good: ModuleType) -> None:
    await good.test_the_client_learns_nothing_about_the_error()


def import_without_httpx2() -> str:
    """Return what Python says where warnings are errors."""
    code = "import sys; sys.modules['httpx2'] = None; import starlette.testclient"
    command = [sys.executable, "-W", "error", "-c", code]
    return subprocess.run(command, capture_output=True, text=True, check=False).stderr


async def test_good_by_a_test_client_wants_httpx2(good: ModuleType) -> None:
    is_wanted = Version(version("starlette")) >= Version("1.2")
    assert ("install `httpx2` instead" in import_without_httpx2()) is is_wanted
    await good.test_the_client_learns_nothing_about_the_error()
