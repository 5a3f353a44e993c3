"""The service as an assistant sees it: as much as the API lets its user do, and no more."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import httpx2
import pytest
from asgi_lifespan import LifespanManager
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient
from mcp import Client, MCPError
from mcp.client.streamable_http import streamable_http_client
from mcp.server import MCPServer
from mcp_types import CallToolResult, TextContent
from sqlalchemy import delete
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.config import get_settings
from app.core.db import create_engine
from app.core.errors import AppError
from app.core.security import create_access_token
from app.models import Product, User
from app.services import products
from clients import ADA, client_on, headers_of, sign_up
from live import live_server
from patience import patient

URL = "http://localhost:8000/mcp"
LAMP = {"product": {"name": "Lamp", "price": "9.90"}}
EVE = "eve@example.com"
JSON = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream"}
MODES = ["auto", "legacy"]  # one message for each request; a handshake before, as until 2025


@pytest.fixture
async def client(
    own_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[AsyncClient]:
    """A client of the API, as Ada, over a pool of one connection."""
    async with client_on(own_database_url, monkeypatch, APP_DATABASE_POOL_SIZE="1") as client:
        await sign_up(client)
        client.headers.update(await headers_of(client))
        yield client


@asynccontextmanager
async def assistant_of(
    client: AsyncClient, mode: str = "auto"
) -> AsyncIterator[tuple[Client, httpx2.AsyncClient]]:
    """Yield an assistant of the same service and user, and what it sends its messages with."""
    transport = client._transport  # noqa: SLF001
    assert isinstance(transport, ASGITransport)
    headers = {"Authorization": client.headers["Authorization"]}
    async with (
        httpx2.AsyncClient(transport=httpx2.ASGITransport(transport.app), headers=headers) as http,
        Client(streamable_http_client(URL, http_client=http), mode=mode) as assistant,
    ):
        yield assistant, http


def told(result: CallToolResult) -> str:
    """Return the text of a call that failed."""
    assert result.is_error
    (content,) = result.content
    assert isinstance(content, TextContent)
    return content.text


async def names(client: AsyncClient) -> list[str]:
    """Return the names of the products, as the API lists them."""
    return [product["name"] for product in (await client.get("/api/v1/products")).json()]


async def owners(client: AsyncClient) -> list[int]:
    """Return the ids of the products' owners, as the API lists them."""
    listed = (await client.get("/api/v1/products")).json()
    return [product["owner"]["id"] for product in listed]


@pytest.mark.parametrize("mode", MODES)
async def test_an_assistant_does_what_its_user_may(client: AsyncClient, mode: str) -> None:
    async with assistant_of(client, mode) as (assistant, _):
        tools = {tool.name: tool for tool in (await assistant.list_tools()).tools}
        assert set(tools) == {"list_products", "create_product", "get_user"}
        assert tools["list_products"].input_schema["properties"]["limit"]["maximum"] == 100
        made = await assistant.call_tool("create_product", LAMP)
        assert await names(client) == ["Lamp"]  # committed before the answer
        assert made.structured_content == (await client.get("/api/v1/products")).json()[0]
        listed = await assistant.call_tool("list_products", {})
        assert listed.structured_content == {"result": [made.structured_content]}


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("authorization", ["", "Bearer x", "Basic x"])
async def test_a_stranger_is_refused(client: AsyncClient, authorization: str, mode: str) -> None:
    client.headers["Authorization"] = authorization
    answer = await client.post(URL, json={})
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
    with pytest.RaisesGroup(MCPError, flatten_subgroups=True, allow_unwrapped=True):
        async with assistant_of(client, mode):
            pass


@pytest.mark.parametrize("mode", MODES)
async def test_a_token_that_ends_meanwhile_is_refused(
    client: AsyncClient, mode: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with assistant_of(client, mode) as (assistant, http):
        await assistant.call_tool("create_product", LAMP)
        monkeypatch.setattr(get_settings(), "jwt_exp_minutes", -1)
        http.headers["Authorization"] = f"Bearer {create_access_token(1)}"
        with pytest.raises(MCPError):
            await assistant.call_tool("create_product", LAMP)
    assert await names(client) == ["Lamp"]


async def test_a_user_who_is_gone_is_refused(client: AsyncClient, own_database_url: str) -> None:
    async with assistant_of(client) as (assistant, http):
        await assistant.call_tool("list_products", {})
        engine = create_engine(own_database_url, 1)
        async with engine.begin() as connection:
            await connection.execute(delete(User))
        await engine.dispose()
        with pytest.raises(MCPError):
            await assistant.call_tool("list_products", {})
        assert (await http.post(URL, json={})).status_code == 401


@pytest.mark.parametrize("mode", MODES)
async def test_simultaneous_calls_have_sessions_of_their_own(
    own_postgres_url: str, monkeypatch: pytest.MonkeyPatch, mode: str
) -> None:
    create, all_begun = products.create_product, asyncio.Barrier(6)

    async def create_together(*arguments: Any) -> Product:
        await all_begun.wait()
        return await create(*arguments)

    monkeypatch.setattr(products, "create_product", create_together)
    async with client_on(own_postgres_url, monkeypatch) as client, AsyncExitStack() as stack:
        assistants = []
        for email in (ADA["email"], EVE):
            await sign_up(client, email)
            client.headers.update(await headers_of(client, email))
            assistants.append((await stack.enter_async_context(assistant_of(client, mode)))[0])
        calls = [each.call_tool("create_product", LAMP) for each in assistants * 3]
        async with asyncio.timeout(patient(20)):
            results = await asyncio.gather(*calls)
        assert not any(result.is_error for result in results)
        assert sorted(await owners(client)) == [1] * 3 + [2] * 3


async def test_a_message_that_arrives_slowly_is_its_senders(client: AsyncClient) -> None:
    """Another user's whole call goes on between its head and its body."""
    await sign_up(client, EVE)
    params = {"name": "create_product", "arguments": LAMP}
    message = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params})
    is_read, is_done = asyncio.Event(), asyncio.Event()

    async def slow_body() -> AsyncIterator[bytes]:
        is_read.set()
        await is_done.wait()
        yield message.encode()

    slow = asyncio.create_task(client.post(URL, content=slow_body(), headers=JSON))
    async with asyncio.timeout(patient(20)):
        await is_read.wait()
        headers = JSON | await headers_of(client, EVE)
        assert (await client.post(URL, content=message, headers=headers)).status_code == 200
        is_done.set()
        assert (await slow).status_code == 200
    assert await owners(client) == [1, 2]  # newest first


async def test_what_the_api_refuses_is_told_without_internals(client: AsyncClient) -> None:
    await sign_up(client, EVE)
    async with assistant_of(client) as (assistant, _):
        own = await assistant.call_tool("get_user", {"user_id": 1})
        other = await assistant.call_tool("get_user", {"user_id": 2})
    assert own.structured_content == (await client.get("/api/v1/users/1")).json()
    assert (await client.get("/api/v1/users/2")).json() == {"error": "Not allowed"}
    assert told(other) == "Error executing tool get_user: Not allowed"


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (AppError(), ": Bad request"),
        (ConnectionError("10.0.0.1 refused"), ": Service unavailable"),
        (RuntimeError("secret"), ""),
        (OperationalError("SELECT secret", {}, Exception("secret")), ""),
    ],
)
async def test_a_call_that_fails_leaves_nothing_and_tells_no_more_than_the_api(
    client: AsyncClient,
    error: Exception,
    text: str,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    create = products.create_product

    async def create_and_fail(session: AsyncSession, *arguments: object) -> None:
        await create(session, *arguments)
        raise error

    monkeypatch.setattr(products, "create_product", create_and_fail)
    async with assistant_of(client) as (assistant, _):
        failed = await assistant.call_tool("create_product", LAMP)
    assert told(failed) == f"Error executing tool create_product{text}"
    assert text or any(record.exc_info for record in caplog.records)
    assert await names(client) == []


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("list_products", {"limit": 101}),
        ("list_products", {"offset": -1}),
        ("get_user", {"user_id": 2**31}),
        ("create_product", {"product": {"name": "x" * 101, "price": 1}}),
        ("create_product", {"product": {"name": "\0", "price": 1}}),
        ("create_product", {"product": {"name": "Lamp", "price": "NaN"}}),
        ("create_product", {}),
    ],
)
async def test_arguments_have_the_bounds_of_the_api(
    client: AsyncClient, tool: str, arguments: dict[str, object], caplog: pytest.LogCaptureFixture
) -> None:
    async with assistant_of(client) as (assistant, _):
        text = told(await assistant.call_tool(tool, arguments))
    assert "validation error" in text
    assert "input_value=" in text  # what was sent is repeated
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Host": "evil.example"}, 421),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "https://app.example.com"}, 200),
        ({"Content-Type": "text/plain"}, 400),
    ],
)
async def test_a_page_of_another_site_cannot_call(
    own_database_url: str,
    monkeypatch: pytest.MonkeyPatch,
    headers: dict[str, str],
    status: int,
) -> None:
    """Also where its name resolves to this machine (DNS rebinding), and with a token."""
    origins = {"APP_CORS_ORIGINS": "https://app.example.com"}
    message = {"jsonrpc": "2.0", "id": 1, "method": "ping"}
    async with client_on(own_database_url, monkeypatch, **origins) as client:
        await sign_up(client)
        usual = JSON | await headers_of(client)
        answer = await client.post(URL, json=message, headers=usual | headers)
    assert answer.status_code == status, answer.text


@pytest.mark.parametrize("version", [None, "2026-07-28"])
async def test_half_of_a_surrogate_pair_is_refused(
    client: AsyncClient, version: str | None
) -> None:
    """The library's client cannot send one, but others can."""
    meta = {
        "io.modelcontextprotocol/protocolVersion": version,
        "io.modelcontextprotocol/clientCapabilities": {},
    }
    arguments = {"product": {"name": "\ud800", "price": 1}}
    params = {"name": "create_product", "arguments": arguments} | (
        {"_meta": meta} if version else {}
    )
    message = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}
    headers = JSON.copy()
    if version:
        params |= {"_meta": meta}
        headers |= {"MCP-Protocol-Version": version, "Mcp-Method": "tools/call"}
        headers |= {"Mcp-Name": "create_product"}
    answer = await client.post(URL, content=json.dumps(message), headers=headers)
    assert answer.status_code == (200 if version else 400)
    assert "error" in answer.text
    assert await names(client) == []


async def test_a_message_has_the_size_of_a_request(client: AsyncClient) -> None:
    answer = await client.post(URL, content=b"{" + b" " * 1_048_576 + b"}")
    assert answer.status_code == 413


@pytest.mark.parametrize("method", ["GET", "DELETE", "PUT"])
async def test_there_are_no_streams_and_no_sessions(client: AsyncClient, method: str) -> None:
    assert (await client.request(method, URL)).status_code == 405


async def test_no_tool_takes_a_password(client: AsyncClient) -> None:
    """It would stand in the assistant's transcript."""
    async with assistant_of(client) as (assistant, _):
        schemas = str((await assistant.list_tools()).tools)
    assert "create_product" in schemas
    assert "password" not in schemas


async def test_mounted_it_does_not_run() -> None:
    """The bad way: no lifespan of a mounted application runs."""
    app = FastAPI()
    app.mount("/mcp", MCPServer("mounted").streamable_http_app(streamable_http_path="/"))
    transport = ASGITransport(app)
    async with (
        LifespanManager(app),
        AsyncClient(transport=transport, base_url="http://localhost:8000") as client,
    ):
        assert (await client.post("/mcp", json={})).status_code == 307  # to /mcp/
        with pytest.raises(RuntimeError, match="Task group is not initialized"):
            await client.post("/mcp/", json={})


async def test_a_manager_runs_once() -> None:
    """The bad way: one that is made at import runs for the first test that starts the app."""
    server = MCPServer("once")
    server.streamable_http_app()
    async with server.session_manager.run():
        pass
    with pytest.raises(RuntimeError, match="once"):
        async with server.session_manager.run():
            pass


async def test_with_sessions_another_worker_does_not_know_the_client() -> None:
    """The bad way: a session is in the memory of the worker that began it."""
    about = {"protocolVersion": "2025-06-18", "capabilities": {}}
    params = about | {"clientInfo": {"name": "x", "version": "1"}}
    hello = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": params}
    async with AsyncExitStack() as stack:
        workers = []
        for name in ("one", "other"):
            server = MCPServer(name)
            transport = ASGITransport(server.streamable_http_app(json_response=True))
            await stack.enter_async_context(server.session_manager.run())
            client = AsyncClient(transport=transport, base_url="http://localhost:8000")
            workers.append(await stack.enter_async_context(client))
        begun = await workers[0].post("/mcp", json=hello, headers=JSON)
        session = {"Mcp-Session-Id": begun.headers["mcp-session-id"]}
        ping = {"jsonrpc": "2.0", "id": 2, "method": "ping"}
        answers = [await each.post("/mcp", json=ping, headers=JSON | session) for each in workers]
    assert [answer.status_code for answer in answers] == [200, 404]


@pytest.mark.live
@pytest.mark.parametrize("mode", MODES)
async def test_any_worker_answers_any_message(own_postgres_url: str, mode: str) -> None:
    with live_server(own_postgres_url, "--workers", "2") as server:
        async with AsyncClient(base_url=server.url) as client:
            await sign_up(client)
            headers = await headers_of(client)
        # A connection for each message: one that is kept alive stays with its worker.
        limits = httpx2.Limits(max_keepalive_connections=0)
        async with (
            httpx2.AsyncClient(headers=headers, limits=limits) as http,
            Client(streamable_http_client(f"{server.url}/mcp", http_client=http), mode=mode) as ada,
        ):
            results = [await ada.call_tool("create_product", LAMP) for _ in range(20)]
    assert not any(result.is_error for result in results)
