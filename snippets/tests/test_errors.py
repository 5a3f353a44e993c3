"""What clients see, and what the log says, when something goes wrong."""

import asyncio
import io
import itertools
import json
from collections.abc import AsyncIterator, Callable, Iterator
from errno import ENOSPC
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import Mock
from uuid import uuid4

import pytest
from asgi_lifespan import LifespanManager
from fastapi import FastAPI
from fastapi.responses import FileResponse, PlainTextResponse, StreamingResponse
from httpx import ASGITransport, AsyncClient
from sqlalchemy import make_url, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine
from starlette.types import Receive, Scope, Send

from app.api.middleware import HttpMiddleware, answer_head
from app.core.config import get_settings
from app.core.errors import AppError
from app.main import create_app
from clients import ADA, client_on

ORIGIN = "https://shop.example"
SIZE = Path(__file__).stat().st_size
CUT = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = :role"


class NoTeaError(AppError):
    """An error as services define them."""

    status_code = 418
    msg = "No tea here"


@pytest.fixture
def output(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    """What the log writes to; pytest has one standard output for fixtures, another for the test."""
    stream = io.StringIO()
    monkeypatch.setattr("app.core.logging.sys", SimpleNamespace(stdout=stream))
    return stream


@pytest.fixture
def failing_app(
    output: io.StringIO, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[FastAPI]:
    """The app with routes that fail in every way."""
    monkeypatch.setenv("APP_DATABASE_URL", f"sqlite+aiosqlite:///{tmp_path / 'test.db'}")
    monkeypatch.setenv("APP_CORS_ORIGINS", ORIGIN)
    get_settings.cache_clear()
    app = create_app()

    @app.get("/app-error")
    async def app_error() -> None:
        raise NoTeaError

    @app.get("/bug")
    async def bug() -> None:
        raise RuntimeError("the password is hunter2")

    @app.get("/away/{kind}")
    async def away(kind: str) -> None:
        errors = {
            "refused": ConnectionRefusedError(),
            "slow": TimeoutError(),
            "cut": DBAPIError(None, None, Exception(), connection_invalidated=True),
            "bad-query": DBAPIError(None, None, Exception()),
        }
        raise errors[kind]

    @app.get("/late")
    async def late() -> StreamingResponse:
        async def body() -> AsyncIterator[bytes]:
            yield b"half"
            raise RuntimeError("too late")

        return StreamingResponse(body())

    @app.get("/cancelled")
    async def cancelled() -> None:
        raise asyncio.CancelledError

    @app.get("/file")
    async def file() -> FileResponse:
        return FileResponse(__file__)

    @app.get("/plain")
    async def plain() -> PlainTextResponse:
        return PlainTextResponse(None, 499, {"Retry-After": "9"})

    yield app
    get_settings.cache_clear()


@pytest.fixture
async def failing_client(failing_app: FastAPI) -> AsyncIterator[AsyncClient]:
    """A client of it."""
    async with LifespanManager(failing_app) as manager:
        transport = ASGITransport(manager.app, raise_app_exceptions=False)
        async with AsyncClient(transport=transport, base_url="http://test") as client:
            yield client


Log = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def log(output: io.StringIO) -> Log:
    """Return a function that reads the log lines so far."""
    return lambda: [json.loads(line) for line in output.getvalue().splitlines()]


def test_an_app_error_reads_as_its_message() -> None:
    assert str(NoTeaError()) == "No tea here"


async def test_an_app_error_answers_its_status_and_message(failing_client: AsyncClient) -> None:
    response = await failing_client.get("/app-error")
    assert (response.status_code, response.json()) == (418, {"error": "No tea here"})


async def test_a_bug_answers_500_and_leaks_nothing(failing_client: AsyncClient, log: Log) -> None:
    response = await failing_client.get("/bug", headers={"X-Request-ID": "abc"})
    assert (response.status_code, response.json()) == (500, {"error": "Internal server error"})
    assert response.headers["X-Request-ID"] == "abc"
    lines = log()
    tracebacks = [line for line in lines if "RuntimeError" in line.get("exception", "")]
    assert len(tracebacks) == 1
    assert tracebacks[0]["request_id"] == "abc"
    accesses = [line for line in lines if line["event"] == "request"]
    assert [line["status"] for line in accesses] == [500]


@pytest.mark.parametrize(
    ("kind", "status"), [("refused", 503), ("slow", 503), ("cut", 503), ("bad-query", 500)]
)
async def test_a_database_that_is_away_answers_503(
    failing_client: AsyncClient, kind: str, status: int
) -> None:
    response = await failing_client.get(f"/away/{kind}")
    assert response.status_code == status
    assert ("Retry-After" in response.headers) == (status == 503)


async def test_a_server_that_takes_no_more_connections_is_503_until_it_does(
    own_postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So it is while it stops or starts: it refuses a new connection with a reason."""
    role = f"shop_{uuid4().hex}"
    admin = create_async_engine(own_postgres_url, isolation_level="AUTOCOMMIT")
    async with admin.connect() as connection:
        for statement in (
            f"CREATE ROLE {role} LOGIN CREATEROLE",
            f"GRANT ALL ON SCHEMA public TO {role}",
        ):
            await connection.execute(text(statement))
        url = make_url(own_postgres_url).set(username=role).render_as_string()
        async with client_on(url, monkeypatch) as client:
            assert (await client.get("/api/v1/products")).status_code == 200
            await connection.execute(text(f"ALTER ROLE {role} CONNECTION LIMIT 0"))
            await connection.execute(text(CUT), {"role": role})
            refused = await client.get("/api/v1/products")
            assert (refused.status_code, refused.headers["Retry-After"]) == (503, "1")
            await connection.execute(text(f"ALTER ROLE {role} CONNECTION LIMIT -1"))
            assert (await client.get("/api/v1/products")).status_code == 200
        for statement in (f"DROP OWNED BY {role}", f"DROP ROLE {role}"):
            await connection.execute(text(statement))
    await admin.dispose()


@pytest.mark.parametrize("limit", ["statement_timeout", "lock_timeout"])
async def test_a_time_limit_of_the_server_is_503_as_our_own(
    own_postgres_url: str, monkeypatch: pytest.MonkeyPatch, limit: str
) -> None:
    """Hosters set one."""
    engine = create_async_engine(own_postgres_url)
    async with engine.begin() as connection:
        name = make_url(own_postgres_url).database
        await connection.execute(text(f"ALTER DATABASE {name} SET {limit} = 500"))
    async with client_on(own_postgres_url, monkeypatch) as client:
        async with engine.begin() as other:
            await other.execute(text("LOCK TABLE products"))
            refused = await client.get("/api/v1/products")
        assert (refused.status_code, refused.headers["Retry-After"]) == (503, "1")
        assert (await client.get("/api/v1/products")).status_code == 200
    await engine.dispose()


@pytest.mark.parametrize("state", ["40P01", "40001"])
async def test_a_transaction_that_others_were_in_the_way_of_is_503(
    own_postgres_url: str, monkeypatch: pytest.MonkeyPatch, state: str
) -> None:
    """A deadlock, a failed serialisation: nothing is stored, and nothing was wrong with it."""
    async with client_on(own_postgres_url, monkeypatch) as client:
        engine = create_async_engine(own_postgres_url)
        async with engine.begin() as connection:
            body = f"BEGIN RAISE EXCEPTION 'no' USING ERRCODE = '{state}'; END"
            for statement in (
                f"CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ {body} $$",
                "CREATE TRIGGER fail BEFORE INSERT ON users EXECUTE FUNCTION fail()",
            ):
                await connection.execute(text(statement))
        await engine.dispose()
        refused = await client.post("/api/v1/users", json=ADA)
        assert (refused.status_code, refused.headers["Retry-After"]) == (503, "1")


async def test_a_server_that_became_read_only_is_left_for_one_that_writes(
    own_postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So it is after a failover: the pool's connections lead to what is a standby now."""
    async with client_on(own_postgres_url, monkeypatch):
        pass  # makes the tables
    alter = f"ALTER DATABASE {make_url(own_postgres_url).database}"
    admin = create_async_engine(own_postgres_url)
    async with admin.begin() as connection:
        await connection.execute(text(f"{alter} SET default_transaction_read_only = on"))
    async with client_on(own_postgres_url, monkeypatch, APP_CREATE_TABLES="false") as client:
        assert (await client.get("/api/v1/products")).status_code == 200
        async with admin.begin() as connection:
            await connection.execute(text(f"{alter} RESET ALL"))
        assert (await client.post("/api/v1/users", json=ADA)).status_code == 503
        assert (await client.post("/api/v1/users", json=ADA)).status_code == 201
    await admin.dispose()


async def test_a_migration_under_a_running_service_costs_a_503(
    own_postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The driver's prepared statements do not fit a column's new type."""
    async with client_on(own_postgres_url, monkeypatch) as client:
        assert (await client.get("/api/v1/products")).status_code == 200
        engine = create_async_engine(own_postgres_url)
        async with engine.begin() as connection:
            await connection.execute(text("ALTER TABLE products ALTER name TYPE text"))
        await engine.dispose()
        assert (await client.get("/api/v1/products")).status_code == 503
        assert (await client.get("/api/v1/products")).status_code == 200


@pytest.mark.parametrize("path", ["/app-error", "/bug", "/nowhere", "/api/v1/users/1", "/away/cut"])
async def test_errors_have_cors_headers_and_a_request_id(
    failing_client: AsyncClient, path: str
) -> None:
    response = await failing_client.get(path, headers={"Origin": ORIGIN})
    assert response.status_code >= 400
    assert response.headers["Access-Control-Allow-Origin"] == ORIGIN
    assert response.headers["Access-Control-Allow-Credentials"] == "true"
    assert "X-Request-ID" in response.headers["Access-Control-Expose-Headers"]
    assert len(response.headers["X-Request-ID"]) == 32
    assert response.json().keys() == {"error"}


async def test_a_preflight_is_answered_with_a_request_id(failing_client: AsyncClient) -> None:
    headers = {"Origin": ORIGIN, "Access-Control-Request-Method": "POST"}
    response = await failing_client.options("/api/v1/users", headers=headers)
    assert response.status_code == 200
    assert response.headers["Access-Control-Allow-Origin"] == ORIGIN
    assert "X-Request-ID" in response.headers


async def test_a_page_of_another_origin_may_read_when_to_come_back(
    failing_client: AsyncClient,
) -> None:
    response = await failing_client.get("/away/refused", headers={"Origin": ORIGIN})
    assert "Retry-After" in response.headers["Access-Control-Expose-Headers"]


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE"])
async def test_pages_of_our_origin_may_use_each_method(
    failing_client: AsyncClient, method: str
) -> None:
    headers = {"Origin": ORIGIN, "Access-Control-Request-Method": method}
    assert (await failing_client.options("/bug", headers=headers)).status_code == 200


async def test_a_405_names_all_methods_of_the_path(failing_client: AsyncClient) -> None:
    response = await failing_client.delete("/api/v1/products")
    assert (response.status_code, response.headers["Allow"]) == (405, "GET, HEAD, POST")
    assert response.json() == {"error": "Method Not Allowed"}


@pytest.mark.parametrize("path", ["/api/v1/products", "/docs", "/openapi.json", "/nowhere"])
async def test_head_is_answered_as_get_without_the_body(
    failing_client: AsyncClient, path: str
) -> None:
    as_get = await failing_client.get(path)
    response = await failing_client.head(path)
    assert (response.status_code, response.content) == (as_get.status_code, b"")
    assert response.headers["Content-Length"] == as_get.headers["Content-Length"]


async def test_head_ends_a_stream(failing_app: FastAPI) -> None:
    ended = asyncio.Event()

    @failing_app.get("/endless")
    async def endless() -> StreamingResponse:
        async def body() -> AsyncIterator[bytes]:
            try:
                for chunk in itertools.repeat(b"x"):
                    yield chunk
                    await asyncio.sleep(0)
            finally:
                ended.set()

        return StreamingResponse(body())

    async with AsyncClient(transport=ASGITransport(failing_app), base_url="http://test") as client:
        response = await client.head("/endless")
    assert (response.status_code, response.content) == (200, b"")
    assert ended.is_set()


async def test_head_hides_no_time_out_of_the_application() -> None:
    async def slow(_scope: Scope, _receive: Receive, _send: Send) -> None:
        raise TimeoutError("no neighbour")

    transport = ASGITransport(HttpMiddleware(slow, answer_head))
    async with AsyncClient(transport=transport, base_url="http://test") as client:
        with pytest.raises(TimeoutError, match="no neighbour"):
            await client.head("/")


async def test_head_is_refused_where_get_is(failing_client: AsyncClient) -> None:
    response = await failing_client.head("/api/v1/auth/login")
    assert (response.status_code, response.headers["Allow"]) == (405, "POST")


async def test_another_origin_gets_no_cors_header(failing_client: AsyncClient) -> None:
    response = await failing_client.get("/app-error", headers={"Origin": "https://evil.example"})
    assert "Access-Control-Allow-Origin" not in response.headers


async def test_where_no_origin_is_set_pages_of_others_may_not_even_ask(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("APP_CORS_ORIGINS")
    get_settings.cache_clear()
    headers = {"Origin": ORIGIN, "Access-Control-Request-Method": "POST"}
    transport = ASGITransport(create_app())
    async with AsyncClient(transport=transport, base_url="http://test") as client:
        response = await client.options("/api/v1/users", headers=headers)
    get_settings.cache_clear()
    assert (response.status_code, response.json()) == (405, {"error": "Method Not Allowed"})
    assert not [name for name in response.headers if name.startswith("access-control")]


async def test_a_failure_after_the_first_byte_goes_to_the_server(failing_app: FastAPI) -> None:
    """The status is gone already: the server must cut the connection, and logs the traceback."""
    async with AsyncClient(transport=ASGITransport(failing_app), base_url="http://test") as client:
        with pytest.raises(RuntimeError, match="too late"):
            await client.get("/late")


async def test_a_cancelled_request_is_logged_without_a_status(
    failing_app: FastAPI, log: Log
) -> None:
    async with AsyncClient(transport=ASGITransport(failing_app), base_url="http://test") as client:
        with pytest.raises(asyncio.CancelledError):
            await client.get("/cancelled")
    assert [line["status"] for line in log() if line["event"] == "request"] == [None]


async def test_a_422_says_where_but_echoes_no_input(failing_client: AsyncClient) -> None:
    body = {"email": "x", "full_name": "x", "password": "hunter2"}
    response = await failing_client.post("/api/v1/users", json=body)
    assert response.status_code == 422
    assert "hunter2" not in response.text
    detail = response.json()["detail"]
    assert {tuple(error["loc"]) for error in detail} == {("body", "email"), ("body", "password")}
    assert all(error.keys() == {"type", "loc", "msg"} for error in detail)


def test_the_document_has_no_422_of_a_shape_that_is_never_sent() -> None:
    """FastAPI documents one of its own, unless `responses=` has a `default`."""
    naive = FastAPI()
    naive.get("/{number}")(lambda number: number)
    assert "HTTPValidationError" in json.dumps(naive.openapi())
    assert "HTTPValidationError" not in json.dumps(create_app().openapi())


HOSTILE_BODIES = {
    "empty": b"",
    "not JSON": b"{",
    "not UTF-8": b"\xff\xfe",
    "nested": b"[" * 100_000,
    "nested objects": b'{"a":' * 100_000,
    "list": b"[]",
    "number": b"1",
    "huge number": b"9" * 5_000,
    "null": b"null",
    "half a pair as key": b'{"\\ud800": 1}',
    "half a pair as value": b'{"email": "\\ud800", "full_name": "\\ud800", "password": "\\ud800"}',
    "wrong types": b'{"email": [], "full_name": {}, "password": 1e400}',
    "doubled keys": b'{"email": "a@b.com", "email": 1, "full_name": "x", "password": "x"}',
}


@pytest.mark.parametrize("body", HOSTILE_BODIES.values(), ids=HOSTILE_BODIES.keys())
async def test_a_hostile_body_answers_4xx(failing_client: AsyncClient, body: bytes) -> None:
    for content_type in ["application/json", "text/plain", "a/b+json", "", "é"]:
        headers = {b"Content-Type": content_type.encode()}
        response = await failing_client.post("/api/v1/users", content=body, headers=headers)
        assert 400 <= response.status_code < 500, content_type
        assert "X-Request-ID" in response.headers


async def chunks(size: int) -> AsyncIterator[bytes]:
    """Send without saying how much is to come."""
    for _ in range(size // 1024):
        yield b" " * 1024


@pytest.mark.parametrize(
    "body", [lambda: b" " * 1_048_577, lambda: chunks(2_000_000)], ids=["declared", "endless"]
)
@pytest.mark.parametrize("path", ["/api/v1/users", "/api/v1/auth/login"])
async def test_a_body_over_the_limit_answers_413_as_any_other_error(
    failing_client: AsyncClient, body: Callable[[], Any], path: str
) -> None:
    headers = {"Origin": ORIGIN, "Content-Type": "application/x-www-form-urlencoded"}
    response = await failing_client.post(path, content=body(), headers=headers)
    assert response.status_code == 413
    assert "X-Request-ID" in response.headers
    assert response.headers["Access-Control-Allow-Origin"] == ORIGIN
    assert response.json() == {"error": "Content Too Large"}


async def test_a_body_that_nobody_reads_answers_413_as_any_other_error(
    failing_client: AsyncClient,
) -> None:
    """Starlette refuses the announced length when the endpoint begins to answer."""
    headers = {"Content-Length": str(2**21)}
    for path in ("/api/v1/products", "/api/v1/users/1"):
        response = await failing_client.request("GET", path, content=b"{}", headers=headers)
        assert response.status_code == 413
        assert response.json() == {"error": "Content Too Large"}


@pytest.mark.parametrize(
    ("sent", "status"),
    [("chars=0-5", 400), ("bytes", 400), ("bytes=9-2", 400), ("bytes=99999-", 416)],
)
async def test_a_range_that_is_refused_answers_as_any_other_error(
    failing_client: AsyncClient, sent: str, status: int
) -> None:
    """Starlette's own answer is plain text."""
    response = await failing_client.get("/file", headers={"Range": sent})
    assert (response.status_code, [*response.json()]) == (status, ["error"])
    assert response.json()["error"]
    told = f"bytes */{SIZE}" if status == 416 else None
    assert response.headers.get("content-range") == told


async def test_an_error_in_plain_text_keeps_its_status_and_headers(
    failing_client: AsyncClient,
) -> None:
    response = await failing_client.get("/plain")
    assert (response.status_code, response.json()) == (499, {"error": "Error"})
    assert response.headers["retry-after"] == "9"


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("abc-1.2_3", True),
        ("x" * 128, True),
        ("x" * 129, False),
        ("", False),
        ("a b", False),
        ("a\tb", False),
        ("é", False),
        ('"},{"', False),
        ("abc\n", False),
    ],
)
async def test_a_request_id_is_kept_only_if_it_is_sane(
    failing_client: AsyncClient, sent: str, kept: bool
) -> None:
    response = await failing_client.get("/nowhere", headers={b"X-Request-ID": sent.encode()})
    assert (response.headers["X-Request-ID"] == sent) == kept


async def test_the_access_log_has_no_query_and_no_secret(
    failing_client: AsyncClient, log: Log
) -> None:
    await failing_client.get("/nowhere?token=hunter2", headers={"Authorization": "Bearer hunter2"})
    lines = [line for line in log() if line["logger"] != "httpx"]  # that is the test's client
    assert [line["path"] for line in lines if line["event"] == "request"] == ["/nowhere"]
    assert "hunter2" not in json.dumps(lines)


async def test_a_disk_that_is_full_fails_no_request(
    failing_app: FastAPI, output: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk_full = Mock(side_effect=OSError(ENOSPC, "No space left on device"))
    monkeypatch.setattr(output, "write", disk_full)
    async with AsyncClient(transport=ASGITransport(failing_app), base_url="http://test") as client:
        assert (await client.get("/app-error")).status_code == 418
    disk_full.assert_called()
