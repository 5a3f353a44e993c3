"""Proof of validation-error-echoes-secret."""

from types import ModuleType

import pytest
from fastapi import Request
from fastapi.exceptions import RequestValidationError
from httpx import ASGITransport, AsyncClient, Response

TOO_SHORT = {"email": "ada@example.com", "password": "hunter2"}
NO_EMAIL = {"password": "correct horse battery staple"}


async def post(module: ModuleType, body: dict[str, str]) -> Response:
    """Sign up, in vain."""
    async with AsyncClient(transport=ASGITransport(module.app), base_url="http://test") as client:
        response = await client.post("/users", json=body)
    assert response.status_code == 422
    return response


async def test_bad_repeats_a_password_that_is_too_short(bad: ModuleType) -> None:
    [error] = (await post(bad, TOO_SHORT)).json()["detail"]
    assert error["loc"] == ["body", "password"]
    assert error["input"] == "hunter2"


async def test_bad_repeats_a_good_password_when_another_field_is_missing(bad: ModuleType) -> None:
    [error] = (await post(bad, NO_EMAIL)).json()["detail"]
    assert error["loc"] == ["body", "email"]
    assert error["input"] == NO_EMAIL


async def test_bad_would_log_the_password_with_the_text_of_the_error(bad: ModuleType) -> None:
    handled = bad.app.exception_handlers[RequestValidationError]
    logged: list[str] = []

    async def log(request: Request, exc: RequestValidationError) -> Response:
        logged.extend([str(exc), str(exc.body)])
        return await handled(request, exc)

    bad.app.exception_handler(RequestValidationError)(log)
    assert "hunter2" in (await post(bad, TOO_SHORT)).text
    assert ["hunter2" in text for text in logged] == [True, True]


@pytest.mark.parametrize(
    ("body", "field", "kind"),
    [(TOO_SHORT, "password", "too_short"), (NO_EMAIL, "email", "missing")],
)
async def test_good_says_what_is_wrong_without_what_was_sent(
    good: ModuleType, body: dict[str, str], field: str, kind: str
) -> None:
    response = await post(good, body)
    assert body["password"] not in response.text
    [error] = response.json()["detail"]
    assert error["loc"] == ["body", field]
    assert error["type"] == kind
    assert set(error) == {"type", "loc", "msg"}
