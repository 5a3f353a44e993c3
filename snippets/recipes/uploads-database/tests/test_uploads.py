"""Small uploads: a file and its row come and go together."""

import os
import socket
from collections.abc import AsyncIterator
from uuid import uuid4

import httpx
import pytest
from httpx import AsyncClient
from sqlalchemy import func, select, text
from sqlalchemy.exc import InvalidRequestError
from sqlalchemy.ext.asyncio import AsyncSession

from app.models import Upload
from app.models.upload import MAX_BYTES
from clients import ADA, headers_of, sign_up
from live import live_server
from patience import patient

URL = "/api/v1/uploads"
PNG = b"\x89PNG\r\n\x1a\n"


async def stored(session: AsyncSession) -> int:
    """Return how many files there are."""
    return await session.scalar(select(func.count(Upload.id))) or 0


@pytest.mark.parametrize("begin", [PNG, b"\xff\xd8\xff", b"%PDF-"])
async def test_what_was_sent_comes_back_as_large_as_may_be(
    client: AsyncClient, begin: bytes
) -> None:
    await sign_up(client)
    headers = await headers_of(client)
    content = begin + os.urandom(MAX_BYTES - len(begin))
    sent = await client.post(URL, params={"name": "Zoë"}, content=content, headers=headers)
    assert sent.status_code == 201, sent.text
    assert (sent.json()["name"], sent.json()["size"]) == ("Zoë", MAX_BYTES)
    for method, body in (("GET", content), ("HEAD", b"")):
        answer = await client.request(method, f"{URL}/{sent.json()['id']}", headers=headers)
        assert (answer.status_code, answer.content) == (200, body)
        assert answer.headers["content-type"] == sent.json()["media_type"]
        assert answer.headers["content-disposition"] == "attachment; filename*=utf-8''Zo%C3%AB"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "private, no-cache"
        assert int(answer.headers["content-length"]) == MAX_BYTES


@pytest.mark.parametrize(
    ("sent", "status"),
    [("{}", 304), ("W/{}", 304), ('"x", {}', 304), ("*", 304), ('"x"', 200), ("", 200)],
)
async def test_who_has_it_is_not_sent_it_again(client: AsyncClient, sent: str, status: int) -> None:
    await sign_up(client)
    headers = await headers_of(client)
    made = await client.post(URL, params={"name": "a"}, content=PNG, headers=headers)
    url = f"{URL}/{made.json()['id']}"
    tag = (await client.get(url, headers=headers)).headers["etag"]
    answer = await client.get(url, headers=headers | {"If-None-Match": sent.format(tag)})
    assert (answer.status_code, answer.content) == (status, PNG if status == 200 else b"")
    assert (answer.headers["etag"], answer.headers["cache-control"]) == (tag, "private, no-cache")


async def test_a_byte_more_is_413_and_another_type_415(
    client: AsyncClient, session: AsyncSession
) -> None:
    await sign_up(client)
    headers = await headers_of(client) | {"Content-Type": "image/png"}
    for content, status in (
        (PNG + bytes(MAX_BYTES), 413),
        (b"<script>alert(1)</script>", 415),
        (PNG[:7], 415),
        (b"", 415),
    ):
        answer = await client.post(URL, params={"name": "a.png"}, content=content, headers=headers)
        assert answer.status_code == status
    assert await stored(session) == 0


@pytest.mark.parametrize(
    ("name", "told"),
    [("../../evil.png", "evil.png"), ("/", "file"), ('a".png\r\nX-Evil: 1',) * 2],
)
async def test_a_name_is_no_path_and_no_header(client: AsyncClient, name: str, told: str) -> None:
    await sign_up(client)
    headers = await headers_of(client)
    sent = await client.post(URL, params={"name": name}, content=PNG, headers=headers)
    assert sent.json()["name"] == told
    answer = await client.get(f"{URL}/{sent.json()['id']}", headers=headers)
    assert answer.status_code == 200
    assert "x-evil" not in answer.headers


async def test_only_its_owner_finds_it(client: AsyncClient) -> None:
    await sign_up(client)
    await sign_up(client, "bob@example.com")
    headers = await headers_of(client)
    assert (await client.post(URL, params={"name": "a"}, content=PNG)).status_code == 401
    sent = await client.post(URL, params={"name": "a"}, content=PNG, headers=headers)
    url = f"{URL}/{sent.json()['id']}"
    bob = await headers_of(client, "bob@example.com")
    assert (await client.get(url, headers=bob)).status_code == 404
    assert (await client.get(f"{URL}/{uuid4()}", headers=headers)).status_code == 404


async def test_the_owner_may_go_meanwhile(client: AsyncClient, session: AsyncSession) -> None:
    await sign_up(client)
    headers = await headers_of(client)

    async def leaving() -> AsyncIterator[bytes]:
        yield PNG
        await session.execute(text("DELETE FROM users"))
        await session.commit()

    answer = await client.post(URL, params={"name": "a"}, content=leaving(), headers=headers)
    assert answer.status_code == 409
    assert await stored(session) == 0


async def test_a_list_of_files_reads_none_of_them(
    client: AsyncClient, session: AsyncSession
) -> None:
    await sign_up(client)
    headers = await headers_of(client)
    await client.post(URL, params={"name": "a"}, content=PNG, headers=headers)
    [upload] = await session.scalars(select(Upload))
    assert upload.size == len(PNG)
    with pytest.raises(InvalidRequestError):
        _ = upload.content


@pytest.mark.live
def test_slow_uploads_hold_no_connection_of_the_pool(own_postgres_url: str) -> None:
    """There is one connection; held, it would keep all others waiting until the upload ends."""
    with live_server(own_postgres_url, APP_DATABASE_POOL_SIZE="1") as server:  # noqa: SIM117
        with httpx.Client(base_url=server.url, timeout=patient(5)) as client:
            client.post("/api/v1/users", json=ADA).raise_for_status()
            form = {"username": ADA["email"], "password": ADA["password"]}
            token = client.post("/api/v1/auth/login", data=form).json()["access_token"]
            url = httpx.URL(server.url)
            lines = [f"POST {URL}?name=a.png HTTP/1.1", "Host: test", "Content-Length: 9"]
            lines += [f"Authorization: Bearer {token}", "Expect: 100-continue", "", ""]
            with socket.create_connection((url.host, url.port or 80), patient(15)) as connection:
                connection.sendall("\r\n".join(lines).encode())
                # The server asks for the body when the endpoint reads it.
                assert connection.recv(100).startswith(b"HTTP/1.1 100 ")
                assert client.get("/api/v1/products").status_code == 200
                connection.sendall(PNG + b"!")
                assert connection.recv(100).startswith(b"HTTP/1.1 201 ")
