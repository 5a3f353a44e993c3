"""Problem details: the same errors, in the form that the client asks for."""

import json
from http import HTTPStatus

import httpx
import pytest
from fastapi import HTTPException
from fastapi.exception_handlers import websocket_request_validation_exception_handler
from fastapi.exceptions import WebSocketRequestValidationError
from fastapi.responses import JSONResponse
from httpx import AsyncClient

from app.api.problems import as_problem
from app.main import app
from clients import ADA, sign_up
from live import live_server

ACCEPT = {"Accept": "application/problem+json, application/json"}


async def test_an_error_of_the_service_has_a_type_of_its_own(client: AsyncClient) -> None:
    await sign_up(client)
    answer = await client.post("/api/v1/users", json=ADA, headers=ACCEPT)
    assert answer.status_code == 409
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json() == {
        "type": "/problems/email-taken",
        "title": "Email taken",
        "status": 409,
        "detail": "Email taken",
        "instance": "/api/v1/users",
    }


async def test_who_does_not_ask_gets_the_simple_body(client: AsyncClient) -> None:
    await sign_up(client)
    for headers in ({}, {"Accept": "*/*"}, {"Accept": "application/json"}):
        answer = await client.post("/api/v1/users", json=ADA, headers=headers)
        assert answer.json() == {"error": "Email taken"}
        assert answer.headers["content-type"] == "application/json"
        assert "Accept" in answer.headers["vary"].split(", ")


@pytest.mark.parametrize(
    "accept", ["application/problem+json;q=0, */*", "application/problem+jsons"]
)
async def test_who_refuses_it_gets_the_simple_body(client: AsyncClient, accept: str) -> None:
    answer = await client.get("/nowhere", headers={"Accept": accept})
    assert answer.headers["content-type"] == "application/json"


@pytest.mark.parametrize(
    ("error", "title", "detail"),
    [
        (HTTPException(409, {"left": 2}), "Conflict", '{"left": 2}'),
        (HTTPException(499, "Gone away"), "Error", "Gone away"),
    ],
)
def test_what_an_endpoint_may_raise_is_no_500(
    error: HTTPException, title: str, detail: str
) -> None:
    simple = JSONResponse({"error": error.detail}, error.status_code)
    problem = json.loads(bytes(as_problem(simple, "/x", error).body))
    assert (problem["status"], problem["title"]) == (error.status_code, title)
    assert problem["detail"] == detail


async def test_the_instance_is_a_uri(client: AsyncClient) -> None:
    answer = await client.get("/no where/é", headers=ACCEPT)
    assert answer.json()["instance"] == "/no%20where/%C3%A9"


async def test_headers_of_the_error_stay(client: AsyncClient) -> None:
    answer = await client.get("/api/v1/users/1", headers=ACCEPT)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert answer.headers["content-length"] == str(len(answer.content))


async def test_a_validation_error_lists_places_and_never_the_input(client: AsyncClient) -> None:
    account = ADA | {"password": "hunter2"}
    answer = await client.post("/api/v1/users", json=account, headers=ACCEPT)
    assert answer.json() == {
        "type": "about:blank",
        "title": HTTPStatus(422).phrase,
        "status": 422,
        "detail": "Invalid request",
        "instance": "/api/v1/users",
        "errors": [
            {
                "type": "too_short",
                "loc": ["body", "password"],
                "msg": "Value should have at least 8 items after validation, not 7",
            }
        ],
    }


async def test_an_unknown_path_is_a_problem_too(client: AsyncClient) -> None:
    answer = await client.get("/nowhere?token=secret", headers=ACCEPT)
    assert answer.json() == {
        "type": "about:blank",
        "title": "Not Found",
        "status": 404,
        "detail": "Not Found",
        "instance": "/nowhere",
    }


async def test_a_body_that_announces_too_much_is_a_problem_too(client: AsyncClient) -> None:
    headers = {"Content-Length": str(2**21)} | ACCEPT
    answer = await client.request("GET", "/api/v1/products", content=b"{}", headers=headers)
    assert (answer.status_code, answer.json()["detail"]) == (413, "Content Too Large")
    assert answer.headers["content-type"] == "application/problem+json"


def test_what_a_header_tells_of_the_file_stays() -> None:
    simple = JSONResponse({"error": "No such range"}, 416, {"Content-Range": "bytes */9"})
    problem = as_problem(simple, "/file")
    assert problem.headers["content-range"] == "bytes */9"
    assert problem.headers.getlist("content-type") == ["application/problem+json"]


@pytest.mark.live
def test_a_bug_is_a_problem_too(own_postgres_url: str) -> None:
    """Its answer comes from a middleware, which no exception handler sees."""
    with live_server(own_postgres_url, module="live_app:app") as server:
        answer = httpx.get(f"{server.url}/bug", headers=ACCEPT)
    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["detail"] == "Internal server error"


def test_websockets_have_no_answers_to_negotiate() -> None:
    handler = app.exception_handlers[WebSocketRequestValidationError]
    assert handler is websocket_request_validation_exception_handler


@pytest.mark.parametrize("path", ["/api/v1/users", "/api/v1/products"])
async def test_the_document_names_it(client: AsyncClient, path: str) -> None:
    document = (await client.get("/openapi.json")).json()
    for operation in document["paths"][path].values():
        errors = {code: told for code, told in operation["responses"].items() if code[0] != "2"}
        assert "default" in errors
        for told in errors.values():
            assert "type" in told["content"]["application/problem+json"]["schema"]["properties"]
