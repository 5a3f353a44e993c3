"""Proof of error-text-sent."""

import logging
from types import ModuleType

import httpx
import pytest
from sqlalchemy import create_engine, text


async def ask(module: ModuleType) -> httpx.Response:
    """Return the answer for a report whose file is not there."""
    transport = httpx.ASGITransport(module.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        return await client.get("/reports/7")


async def test_bad_sends_the_path_of_the_file(bad: ModuleType) -> None:
    response = await ask(bad)
    assert response.status_code == 500
    assert str(bad.FOLDER) in response.json()["detail"]


class FailingFolder:
    """A folder whose files need a table that is not there."""

    def __truediv__(self, name: str) -> "FailingFolder":
        return self

    def read_text(self, encoding: str) -> str:
        """Send a statement that fails."""
        engine = create_engine("sqlite://")
        with engine.connect() as connection:
            found = text(f"SELECT body FROM reports WHERE owner = :owner -- {encoding}")
            return str(connection.scalar(found, {"owner": "ada@example.com"}))


async def test_bad_sends_the_statement_and_its_values(
    bad: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bad, "FOLDER", FailingFolder())
    detail = (await ask(bad)).json()["detail"]
    assert "SELECT body FROM reports" in detail
    assert "ada@example.com" in detail


async def test_good_logs_it_and_sends_a_text_of_its_own(
    good: ModuleType, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        response = await ask(good)
    assert (response.status_code, response.json()) == (500, {"detail": "The report was not read"})
    assert str(good.FOLDER) in caplog.text
    assert "Traceback" in caplog.text
