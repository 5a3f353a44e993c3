"""Uploads: what they cost while they come, and that nothing of a bad one is left."""

import errno
import os
import signal
import socket
import stat
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import AsyncMock, Mock
from uuid import uuid4

import httpx
import pytest
from httpx import AsyncClient
from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.api.v1.uploads import MAX_BYTES
from app.core.files import save
from app.models import Upload
from clients import ADA, headers_of, sign_up
from live import LiveServer, live_server
from patience import patient, wait_until

URL = "/api/v1/uploads"
PNG = b"\x89PNG\r\n\x1a\n"
MEBIBYTE = 2**20


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the files go: a folder that is not there yet."""
    monkeypatch.setenv("APP_UPLOAD_FOLDER", str(tmp_path / "files"))
    return tmp_path / "files"


def files_in(folder: Path) -> list[str]:
    """Return the names of all files below the folder."""
    return sorted(str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file())


async def zeros(mebibytes: int) -> AsyncIterator[bytes]:
    """Yield a PNG of a kind, in pieces, of which nobody has said how many come."""
    yield PNG
    for _ in range(mebibytes):
        yield bytes(MEBIBYTE)


def sign_up_live(server: LiveServer) -> dict[str, str]:
    """Create an account; return the headers of its login."""
    with httpx.Client(base_url=server.url) as client:
        client.post("/api/v1/users", json=ADA).raise_for_status()
        form = {"username": ADA["email"], "password": ADA["password"]}
        token = client.post("/api/v1/auth/login", data=form).json()["access_token"]
    return {"Authorization": f"Bearer {token}"}


@contextmanager
def begun(
    server: LiveServer, headers: dict[str, str], length: int, body: bytes
) -> Iterator[socket.socket]:
    """Begin an upload of this length; yield the connection when the first bytes are sent."""
    url = httpx.URL(server.url)
    lines = [f"POST {URL}?name=a.png HTTP/1.1", "Host: test", f"Content-Length: {length}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    with socket.create_connection((url.host, url.port or 80), timeout=patient(15)) as connection:
        connection.sendall("\r\n".join([*lines, "", ""]).encode() + body)
        yield connection


async def test_what_was_sent_comes_back(client: AsyncClient, folder: Path) -> None:
    await sign_up(client)
    headers = await headers_of(client)
    for begin, media_type in (
        (PNG, "image/png"),
        (b"\xff\xd8\xff", "image/jpeg"),
        (b"%PDF-", "application/pdf"),
    ):
        content = begin + os.urandom(2 * MEBIBYTE)  # more than other routes take
        sent = await client.post(URL, params={"name": "My file"}, content=content, headers=headers)
        assert sent.status_code == 201, sent.text
        upload = sent.json()
        assert (upload["name"], upload["size"]) == ("My file", len(content))
        answer = await client.get(f"{URL}/{upload['id']}", headers=headers)
        assert (answer.status_code, answer.content) == (200, content)
        assert answer.headers["content-type"] == upload["media_type"] == media_type
        assert answer.headers["content-disposition"].startswith("attachment;")
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "private, no-cache"
    assert len(files_in(folder)) == 3


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


async def test_a_client_may_ask_how_large_it_is(client: AsyncClient) -> None:
    await sign_up(client)
    headers = await headers_of(client) | {"Origin": "https://x.example"}
    sent = await client.post(URL, params={"name": "a"}, content=PNG, headers=headers)
    answer = await client.head(f"{URL}/{sent.json()['id']}", headers=headers)
    assert (answer.status_code, answer.content) == (200, b"")
    assert int(answer.headers["content-length"]) == len(PNG)
    assert "Content-Disposition" in answer.headers["access-control-expose-headers"]


async def test_the_file_is_on_the_disk_before_it_has_its_name(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And its name is on the disk before the row can be: a power loss takes what was not synced."""
    synced: list[tuple[bool, list[str], int]] = []

    def fsync(descriptor: int) -> None:
        info = os.fstat(descriptor)
        synced.append((stat.S_ISDIR(info.st_mode), files_in(folder), info.st_size))

    monkeypatch.setattr(os, "fsync", fsync)
    await save(folder / "a", zeros(1))
    size = len(PNG) + MEBIBYTE
    assert synced[0] == (False, ["a.part"], size)
    assert [each[:2] for each in synced[1:]] == [(True, ["a"])]


async def test_a_type_is_told_by_the_content_not_by_the_header(
    client: AsyncClient, folder: Path
) -> None:
    await sign_up(client)
    headers = await headers_of(client) | {"Content-Type": "image/png"}
    for content in (b"<script>alert(1)</script>", b"MZ" + bytes(1000), PNG[:7], b""):
        answer = await client.post(URL, params={"name": "a.png"}, content=content, headers=headers)
        assert answer.status_code == 415
    assert files_in(folder) == []


async def test_a_type_is_told_from_bytes_that_come_one_by_one(client: AsyncClient) -> None:
    await sign_up(client)

    async def drops() -> AsyncIterator[bytes]:
        for byte in PNG + b"rest":
            yield bytes([byte])

    headers = await headers_of(client)
    answer = await client.post(URL, params={"name": "a"}, content=drops(), headers=headers)
    assert (answer.status_code, answer.json()["size"]) == (201, 12)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("../../evil.png", "evil.png"),
        ("/etc/passwd", "passwd"),
        ("..\\..\\evil.png", "evil.png"),
        ("C:\\evil.png", "evil.png"),
        ("..", "file"),
        ("/", "file"),
        ("C:\\", "file"),
        (". .", "file"),
        ('a".png\r\nX-Evil: 1', 'a".png\r\nX-Evil: 1'),
        ("Zoë.png", "Zoë.png"),
        ("x" * 255, "x" * 255),
    ],
)
async def test_a_name_is_no_path(client: AsyncClient, folder: Path, name: str, told: str) -> None:
    await sign_up(client)
    headers = await headers_of(client)
    answer = await client.post(URL, params={"name": name}, content=PNG, headers=headers)
    upload = answer.json()
    assert (answer.status_code, upload["name"]) == (201, told)
    assert files_in(folder.parent) == [f"files/{upload['id'].replace('-', '')}"]
    answer = await client.get(f"{URL}/{upload['id']}", headers=headers)
    assert answer.status_code == 200
    assert "x-evil" not in answer.headers


@pytest.mark.parametrize("name", ["", "x" * 256, "a\0b"])
async def test_a_name_that_no_database_holds_is_refused(client: AsyncClient, name: str) -> None:
    await sign_up(client)
    headers = await headers_of(client)
    answer = await client.post(URL, params={"name": name}, content=PNG, headers=headers)
    assert answer.status_code == 422


async def test_only_its_owner_finds_it(client: AsyncClient) -> None:
    await sign_up(client)
    await sign_up(client, "bob@example.com")
    headers = await headers_of(client)
    answer = await client.post(URL, params={"name": "a"}, content=PNG, headers=headers)
    url = f"{URL}/{answer.json()['id']}"
    assert (await client.get(url)).status_code == 401
    bob = await headers_of(client, "bob@example.com")
    assert (await client.get(url, headers=bob)).status_code == 404
    assert (await client.get(f"{URL}/{uuid4()}", headers=headers)).status_code == 404


async def test_too_much_is_413_and_nothing_is_left(client: AsyncClient, folder: Path) -> None:
    await sign_up(client)
    headers = await headers_of(client)
    too_much = zeros(MAX_BYTES // MEBIBYTE)
    answer = await client.post(URL, params={"name": "a"}, content=too_much, headers=headers)
    assert (answer.status_code, answer.json()) == (413, {"error": "Content Too Large"})
    assert files_in(folder) == []


async def test_other_routes_keep_the_smaller_limit(client: AsyncClient) -> None:
    answer = await client.post("/api/v1/users", content=bytes(MEBIBYTE + 1))
    assert answer.status_code == 413


async def test_without_the_row_there_is_no_file(
    client: AsyncClient, session: AsyncSession, folder: Path
) -> None:
    """The owner goes while the file comes."""
    await sign_up(client)
    headers = await headers_of(client)

    async def leaving() -> AsyncIterator[bytes]:
        yield PNG
        await session.execute(text("DELETE FROM users"))
        await session.commit()

    answer = await client.post(URL, params={"name": "a"}, content=leaving(), headers=headers)
    assert answer.status_code == 409
    assert files_in(folder) == []


async def test_a_full_disk_is_507_and_nothing_is_left(
    client: AsyncClient, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await sign_up(client)
    headers = await headers_of(client)
    monkeypatch.setattr("os.fsync", Mock(side_effect=OSError(errno.ENOSPC, "No space left")))
    answer = await client.post(URL, params={"name": "a"}, content=PNG, headers=headers)
    assert (answer.status_code, answer.json()) == (507, {"error": "No space left"})
    assert files_in(folder) == []


async def test_a_commit_that_fails_leaves_a_file_without_a_row(
    client: AsyncClient, session: AsyncSession, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody sees it; the reverse, a row without a file, would be an error for ever."""
    await sign_up(client)
    headers = await headers_of(client)
    with monkeypatch.context() as patch:
        patch.setattr(AsyncSession, "commit", AsyncMock(side_effect=[None, RuntimeError]))
        answer = await client.post(URL, params={"name": "a"}, content=PNG, headers=headers)
    assert answer.status_code == 500
    assert len(files_in(folder)) == 1
    assert await session.scalar(select(func.count(Upload.id))) == 0


@pytest.mark.live
def test_who_may_not_upload_is_told_before_the_body_comes(own_postgres_url: str) -> None:
    with live_server(own_postgres_url) as server:
        with begun(server, {}, 1000, b"") as connection:
            assert connection.recv(100).startswith(b"HTTP/1.1 401 ")
        headers = sign_up_live(server)
        with begun(server, headers, MAX_BYTES + 1, b"") as connection:
            assert connection.recv(100).startswith(b"HTTP/1.1 413 ")
        with begun(server, headers, MAX_BYTES, b"#!/bin/sh") as connection:
            assert connection.recv(100).startswith(b"HTTP/1.1 415 ")


@pytest.mark.live
def test_who_hangs_up_leaves_nothing_and_a_killed_server_no_file_with_a_name(
    own_postgres_url: str, folder: Path
) -> None:
    with live_server(own_postgres_url) as server:
        headers = sign_up_live(server)
        with begun(server, headers, 1000, PNG):
            wait_until(lambda: [name[-5:] for name in files_in(folder)] == [".part"])
        wait_until(lambda: files_in(folder) == [])
        assert "Traceback" not in server.log()
        with begun(server, headers, 1000, PNG):
            wait_until(lambda: files_in(folder) != [])
            server.stop(signal.SIGKILL)
    assert [name[-5:] for name in files_in(folder)] == [".part"]


@pytest.mark.live
def test_slow_uploads_hold_no_connection_of_the_pool(own_database_url: str, folder: Path) -> None:
    """There is one connection; held, it would keep all others waiting until the upload ends."""
    with live_server(own_database_url, APP_DATABASE_POOL_SIZE="1") as server:
        headers = sign_up_live(server)
        with begun(server, headers, 9, PNG) as first, begun(server, headers, 9, PNG) as second:
            wait_until(lambda: len(files_in(folder)) == 2)
            assert httpx.get(f"{server.url}/api/v1/products", timeout=patient(5)).status_code == 200
            for connection in (first, second):
                connection.sendall(b"!")
                assert connection.recv(100).startswith(b"HTTP/1.1 201 ")


@pytest.mark.live
@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_memory_does_not_grow_with_the_file(own_postgres_url: str, tmp_path: Path) -> None:
    big = tmp_path / "big.png"
    with big.open("wb") as file:
        file.write(PNG)
        file.truncate(200 * MEBIBYTE)

    def growth(server: LiveServer, send: Callable[[], httpx.Response]) -> int:
        """Return by how many MiB the server's peak rises."""

        def peak() -> int:
            status = Path(f"/proc/{server.process.pid}/status").read_text()
            return int(status.split("VmHWM:")[1].split()[0]) // 1024

        before = peak()
        send().raise_for_status()
        return peak() - before

    with live_server(own_postgres_url) as server, big.open("rb") as file:
        headers = sign_up_live(server)
        url = f"{server.url}{URL}?name=big.png"
        assert growth(server, lambda: httpx.post(url, content=file, headers=headers)) < 20
    with live_server("", module="naive_upload:app") as server, big.open("rb") as file:
        url = f"{server.url}/uploads"
        assert growth(server, lambda: httpx.post(url, files={"file": file})) > 190
