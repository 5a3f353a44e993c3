"""Proof of secret-in-log."""

from types import ModuleType

import httpx
import pytest
from pydantic import BaseModel, SecretStr


class Login(BaseModel):
    """One secret that prints, one that does not."""

    password: str
    code: SecretStr


async def logged(module: ModuleType, caplog: pytest.LogCaptureFixture) -> str:
    """Return what a failed login leaves in the log."""
    transport = httpx.ASGITransport(module.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        form = {"username": "ada@example.com", "password": "hunter2"}
        response = await client.post("/login", data=form)
    assert response.status_code == 401
    return caplog.text


async def test_bad_keeps_the_password_in_the_log(
    bad: ModuleType, caplog: pytest.LogCaptureFixture
) -> None:
    assert "hunter2" in await logged(bad, caplog)


async def test_good_keeps_the_address_alone(
    good: ModuleType, caplog: pytest.LogCaptureFixture
) -> None:
    text = await logged(good, caplog)
    assert "ada@example.com" in text
    assert "hunter2" not in text


async def test_good_fields_are_secret_strings(
    good: ModuleType, caplog: pytest.LogCaptureFixture
) -> None:
    text = str(Login(password="hunter2", code=SecretStr("123456")))
    assert text == "password='hunter2' code=SecretStr('**********')"
    assert "hunter2" not in await logged(good, caplog)
