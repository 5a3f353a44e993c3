"""Files in the object storage: what a signed URL allows, and that only what arrived counts."""

import base64
import hashlib
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import boto3
import pytest
from botocore.config import Config
from httpx import AsyncClient, Response
from pydantic import ValidationError
from sqlalchemy import delete, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession, async_sessionmaker

from app.core.config import Settings, get_settings
from app.core.object_storage import Bucket, Content, open_bucket
from app.models import StoredFile
from app.models.base import utc_now
from app.schemas.stored_file import MAX_BYTES
from app.services import stored_files
from app.sweep import sweep
from clients import client_on, headers_of, sign_up
from object_server import ACCESS_KEY, REGION, SECRET_KEY, object_server, send

URL = "/api/v1/files"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(100)
SCRIPT = b"<script>alert(1)</script>"
Sweep = Callable[[], Awaitable[int]]


@pytest.fixture(scope="session")
def endpoint() -> Iterator[str]:
    """Where the store listens."""
    with object_server() as url:
        yield url


@pytest.fixture(scope="session")
def s3(endpoint: str) -> Any:
    """A client as most write it first: it has the keys, and no `signature_version`."""
    return boto3.client(
        "s3",
        endpoint_url=endpoint,
        region_name=REGION,
        aws_access_key_id=ACCESS_KEY,
        aws_secret_access_key=SECRET_KEY,
    )


@dataclass
class Store:
    """A bucket, as who has the keys sees it."""

    s3: Any
    name: str

    def keys(self) -> list[str]:
        """Return the keys of all objects."""
        return [
            each["Key"] for each in self.s3.list_objects_v2(Bucket=self.name).get("Contents", [])
        ]

    def key_of(self, ticket: Any) -> str:
        """Return the key in a signed URL."""
        path: str = ticket["url"].partition("?")[0]
        return path.partition(f"/{self.name}/")[2]

    def put(self, key: str, content: bytes, media_type: str, algorithm: str = "SHA256") -> None:
        """Store what no URL allows."""
        self.s3.put_object(
            Bucket=self.name,
            Key=key,
            Body=content,
            ContentType=media_type,
            ChecksumAlgorithm=algorithm,
        )


@pytest.fixture(autouse=True)
def store(s3: Any, endpoint: str, monkeypatch: pytest.MonkeyPatch) -> Store:
    """An empty bucket, which the settings name."""
    name = f"files-{uuid4().hex}"
    s3.create_bucket(Bucket=name)
    monkeypatch.setenv("APP_S3_ENDPOINT", endpoint)
    monkeypatch.setenv("APP_S3_REGION", REGION)
    monkeypatch.setenv("APP_S3_BUCKET", name)
    monkeypatch.setenv("APP_S3_ACCESS_KEY", ACCESS_KEY)
    monkeypatch.setenv("APP_S3_SECRET_KEY", SECRET_KEY)
    return Store(s3, name)


@pytest.fixture
def sweep_once(started_app: object, connection: AsyncConnection) -> Iterator[Sweep]:
    """Sweep, in the test's transaction."""
    sessions = async_sessionmaker(
        connection, join_transaction_mode="create_savepoint", expire_on_commit=False
    )
    bucket = open_bucket(get_settings())
    yield partial(sweep, sessions, bucket)
    bucket.close()


def checksum(content: bytes) -> str:
    """Return the SHA-256, as S3 writes it."""
    return base64.b64encode(hashlib.sha256(content).digest()).decode()


def promised(content: bytes = PNG, **changes: object) -> dict[str, object]:
    """Return what a client says of a file before it sends it."""
    said = {"name": "a.png", "media_type": "image/png", "size": len(content)}
    return said | {"sha256": checksum(content)} | changes


async def promise(client: AsyncClient, headers: dict[str, str], **changes: object) -> Any:
    """Ask where a file may be sent."""
    answer = await client.post(URL, json=promised(**changes), headers=headers)
    assert answer.status_code == 201, answer.text
    assert answer.headers["cache-control"] == "no-store"
    return answer.json()


async def put(ticket: Any, content: bytes = PNG, **headers: str) -> Response:
    """Send a file where the ticket says."""
    return await send("PUT", ticket["url"], ticket["headers"] | headers, content)


async def complete(client: AsyncClient, headers: dict[str, str], ticket: Any) -> Response:
    """Say that it was sent."""
    return await client.post(f"{URL}/{ticket['id']}/complete", headers=headers)


async def test_what_was_sent_comes_back(client: AsyncClient) -> None:
    await sign_up(client)
    headers = await headers_of(client)
    ticket = await promise(client, headers, name="Zoë's file.png")
    assert (await put(ticket)).status_code == 200
    for _ in range(2):  # the answer may have been lost
        answer = await complete(client, headers, ticket)
        assert answer.status_code == 200, answer.text
        assert (answer.json()["name"], answer.json()["size"]) == ("Zoë's file.png", len(PNG))
    told = (await client.get(f"{URL}/{ticket['id']}", headers=headers)).json()
    answer = await send("GET", told["url"])
    assert (answer.status_code, answer.content) == (200, PNG)
    assert answer.headers["content-type"] == "image/png"
    disposition = "attachment; filename*=utf-8''Zo%C3%AB%27s%20file.png"
    assert answer.headers["content-disposition"] == disposition


@pytest.mark.parametrize(
    ("content", "headers", "status"),
    [
        (PNG + b"!", {}, 403),
        (PNG[:-1], {}, 403),
        (PNG, {"Content-Type": "text/html"}, 403),
        (PNG[:-1] + b"!", {}, 400),
        (PNG[:-1] + b"!", {"x-amz-checksum-sha256": checksum(PNG[:-1] + b"!")}, 403),
        (PNG, {"x-amz-acl": "public-read"}, 403),
    ],
    ids=["more", "less", "another type", "other bytes", "another checksum", "for all to read"],
)
async def test_a_url_takes_only_what_was_promised(
    client: AsyncClient, store: Store, content: bytes, headers: dict[str, str], status: int
) -> None:
    await sign_up(client)
    ticket = await promise(client, await headers_of(client))
    assert (await put(ticket, content, **headers)).status_code == status
    assert store.keys() == []


async def test_a_url_that_signs_only_the_key_takes_anything(store: Store) -> None:
    """The bad way: a page with a script, of any size, again and again."""
    client = boto3.client(
        "s3",
        endpoint_url=store.s3.meta.endpoint_url,
        region_name=REGION,
        aws_access_key_id=ACCESS_KEY,
        aws_secret_access_key=SECRET_KEY,
        config=Config(signature_version="s3v4"),
    )
    url = client.generate_presigned_url("put_object", Params={"Bucket": store.name, "Key": "a.png"})
    client.close()
    assert "X-Amz-Expires=3600&" in url
    for content in (PNG, SCRIPT * 1000):
        answer = await send("PUT", url, {"Content-Type": "text/html"}, content)
        assert answer.status_code == 200
    head = store.s3.head_object(Bucket=store.name, Key="a.png")
    assert (head["ContentLength"], head["ContentType"]) == (25_000, "text/html")


def test_boto3_signs_by_version_2_unless_it_is_told(store: Store) -> None:
    """The bad way: then neither size nor checksum is signed, whatever was asked for."""
    parameters = {"Bucket": store.name, "Key": "a.png", "ContentLength": 1}
    url = store.s3.generate_presigned_url("put_object", Params=parameters)
    assert store.s3.meta.config.signature_version == "s3v4"  # it says so, and
    assert "AWSAccessKeyId=" in url
    assert "X-Amz-SignedHeaders" not in url


async def test_urls_end_soon(client: AsyncClient) -> None:
    await sign_up(client)
    headers = await headers_of(client)
    ticket = await promise(client, headers)
    late = await send("PUT", ticket["url"], ticket["headers"], PNG, later=timedelta(minutes=16))
    assert (late.status_code, late.text) == (403, "Request has expired")
    await put(ticket)
    await complete(client, headers, ticket)
    told = (await client.get(f"{URL}/{ticket['id']}", headers=headers)).json()
    assert (await send("GET", told["url"])).status_code == 200
    assert (await send("GET", told["url"], later=timedelta(minutes=6))).status_code == 403


@pytest.mark.parametrize(
    ("content", "media_type"),
    [(None, ""), (PNG + b"!", "image/png"), (PNG, "text/html"), (PNG[:-1] + b"!", "image/png")],
    ids=["nothing", "more", "another type", "other bytes"],
)
async def test_only_what_arrived_as_promised_counts(
    client: AsyncClient, store: Store, content: bytes | None, media_type: str
) -> None:
    """Whatever the store let pass; a service that takes the client's word has a row of nothing."""
    await sign_up(client)
    headers = await headers_of(client)
    ticket = await promise(client, headers)
    if content is not None:
        store.put(store.key_of(ticket), content, media_type)
    answer = await complete(client, headers, ticket)
    assert (answer.status_code, answer.json()) == (
        409,
        {"error": "The file did not arrive as promised"},
    )
    assert (await client.get(f"{URL}/{ticket['id']}", headers=headers)).status_code == 409
    assert (await put(ticket)).status_code == 200  # until the URL ends, it may be sent again
    assert (await complete(client, headers, ticket)).status_code == 200


async def test_a_store_without_checksums_is_not_believed(client: AsyncClient, store: Store) -> None:
    await sign_up(client)
    headers = await headers_of(client)
    ticket = await promise(client, headers)
    store.put(store.key_of(ticket), PNG, "image/png", "CRC32")
    assert (await complete(client, headers, ticket)).status_code == 409


@pytest.mark.parametrize("name", ["../../a.png", "/etc/passwd", "a.png?acl", "files/other"])
async def test_no_client_chooses_a_key(client: AsyncClient, store: Store, name: str) -> None:
    """Of two who name a file alike each has their own; by the bad way the second has both."""
    await sign_up(client)
    headers = await headers_of(client)
    for content in (PNG, PNG + b"!"):
        ticket = await promise(client, headers, content=content, name=name)
        assert store.key_of(ticket) == f"files/{ticket['id'].replace('-', '')}"
        assert (await put(ticket, content)).status_code == 200
    assert len(store.keys()) == 2
    for body in (PNG, SCRIPT):
        store.put("a.png", body, "image/png")
    assert store.s3.get_object(Bucket=store.name, Key="a.png")["Body"].read() == SCRIPT


@pytest.mark.parametrize("name", ["/", "..", "C:\\", ". ."])
def test_a_name_without_a_last_part_is_file(name: str) -> None:
    assert stored_files.last_part(name) == "file"


async def test_only_its_owner_finds_it(client: AsyncClient) -> None:
    await sign_up(client)
    await sign_up(client, "bob@example.com")
    headers = await headers_of(client)
    bob = await headers_of(client, "bob@example.com")
    ticket = await promise(client, headers)
    await put(ticket)
    assert (await client.post(URL, json=promised())).status_code == 401
    assert (await complete(client, {}, ticket)).status_code == 401
    assert (await complete(client, bob, ticket)).status_code == 404
    assert (await complete(client, headers, ticket)).status_code == 200
    assert (await client.get(f"{URL}/{ticket['id']}", headers=bob)).status_code == 404
    assert (await client.get(f"{URL}/{uuid4()}", headers=headers)).status_code == 404


@pytest.mark.parametrize(
    "changes",
    [
        {"size": 0},
        {"size": MAX_BYTES + 1},
        {"media_type": "text/html"},
        {"sha256": hashlib.sha256(PNG).hexdigest()},
        {"sha256": checksum(PNG) + "\n"},
        {"name": ""},
        {"name": "x" * 256},
        {"name": "a\0b"},
    ],
)
async def test_what_nobody_may_send_is_refused(
    client: AsyncClient, changes: dict[str, object]
) -> None:
    await sign_up(client)
    answer = await client.post(URL, json=promised(**changes), headers=await headers_of(client))
    assert answer.status_code == 422


async def test_the_owner_may_go_meanwhile(
    client: AsyncClient, session: AsyncSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    await sign_up(client)
    headers = await headers_of(client)
    real = stored_files.promise

    async def leaving(other: AsyncSession, *arguments: Any) -> StoredFile:
        await session.execute(text("DELETE FROM users"))
        await session.commit()
        return await real(other, *arguments)

    monkeypatch.setattr(stored_files, "promise", leaving)
    answer = await client.post(URL, json=promised(), headers=headers)
    assert answer.status_code == 409


async def age(session: AsyncSession) -> None:
    """Let all that was promised be of the day before yesterday."""
    long_ago = utc_now() - 2 * stored_files.KEPT
    await session.execute(update(StoredFile).values(created_at=long_ago))
    await session.commit()


async def test_what_was_never_completed_is_swept(
    client: AsyncClient,
    session: AsyncSession,
    sweep_once: Sweep,
    store: Store,
) -> None:
    await sign_up(client)
    headers = await headers_of(client)
    done, arrived, never = [await promise(client, headers) for _ in range(3)]
    await put(done)
    await put(arrived)
    await complete(client, headers, done)
    await age(session)
    young = await promise(client, headers)
    await put(young)
    assert await sweep_once() == 2
    assert {*store.keys()} == {store.key_of(done), store.key_of(young)}
    for ticket, status in ((done, 200), (young, 200), (arrived, 404), (never, 404)):
        assert (await complete(client, headers, ticket)).status_code == status
    assert await sweep_once() == 0


async def test_a_sweeper_that_dies_leaves_nothing_that_the_next_one_does_not_find(
    client: AsyncClient,
    session: AsyncSession,
    sweep_once: Sweep,
    store: Store,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The bad way, first the row and then the object, leaves an object that nobody knows."""
    await sign_up(client)
    headers = await headers_of(client)
    naive, ours = [await promise(client, headers) for _ in range(2)]
    await put(naive)
    await put(ours)
    await session.execute(delete(StoredFile).where(StoredFile.id == UUID(naive["id"])))
    await age(session)
    with monkeypatch.context() as patch:
        patch.setattr(stored_files, "forget", None)
        with pytest.raises(TypeError):
            await sweep_once()
    assert (await complete(client, headers, ours)).status_code == 404
    assert await sweep_once() == 1
    assert (await session.scalars(select(StoredFile))).all() == []
    assert store.keys() == [store.key_of(naive)]


async def test_nobody_completes_what_is_being_swept(
    client: AsyncClient,
    session: AsyncSession,
    sweep_once: Sweep,
    store: Store,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The bad way reads what is old, and removes it later: a row of nothing is left."""
    await sign_up(client)
    headers = await headers_of(client)
    naive = await promise(client, headers)
    await put(naive)
    [old] = await session.scalars(select(StoredFile))
    assert (await complete(client, headers, naive)).status_code == 200
    store.s3.delete_object(Bucket=store.name, Key=old.key)
    assert (await client.get(f"{URL}/{naive['id']}", headers=headers)).status_code == 200
    assert store.keys() == []
    ticket = await promise(client, headers)
    await put(ticket)
    await age(session)
    answers: list[int] = []
    real = Bucket.remove

    async def completed_meanwhile(bucket: Bucket, keys: list[str]) -> None:
        answers.append((await complete(client, headers, ticket)).status_code)
        await real(bucket, keys)

    monkeypatch.setattr(Bucket, "remove", completed_meanwhile)
    assert await sweep_once() == 1
    assert answers == [404]
    assert store.keys() == []


async def test_nobody_completes_what_was_swept_while_the_store_was_asked(
    client: AsyncClient, session: AsyncSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The bad way believes the row that it read before."""
    await sign_up(client)
    headers = await headers_of(client)
    ticket = await promise(client, headers)
    await put(ticket)
    await age(session)
    real = Bucket.arrived

    async def swept_meanwhile(bucket: Bucket, key: str) -> Content | None:
        arrived = await real(bucket, key)
        await stored_files.condemn(session)
        await session.commit()
        return arrived

    monkeypatch.setattr(Bucket, "arrived", swept_meanwhile)
    assert (await complete(client, headers, ticket)).status_code == 404


async def test_without_the_store_it_is_503(
    own_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("APP_S3_ENDPOINT", "http://127.0.0.1:9")
    async with client_on(own_database_url, monkeypatch) as client:
        await sign_up(client)
        headers = await headers_of(client)
        ticket = await promise(client, headers)  # signing asks nobody
        answer = await complete(client, headers, ticket)
        assert (answer.status_code, answer.json()) == (503, {"error": "Storage unavailable"})
        assert answer.headers["retry-after"] == "1"


async def test_no_connection_is_held_while_the_store_is_asked(
    own_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """There is one connection: a read in the middle would wait for it in vain."""
    read: list[int] = []
    async with client_on(own_database_url, monkeypatch, APP_DATABASE_POOL_SIZE="1") as client:
        await sign_up(client)
        headers = await headers_of(client)

        def reading(real: Any) -> Any:
            async def call(*arguments: Any) -> Any:
                read.append((await client.get("/api/v1/products")).status_code)
                return await real(*arguments)

            return call

        for name in ("upload_url", "arrived", "download_url"):
            monkeypatch.setattr(Bucket, name, reading(getattr(Bucket, name)))
        ticket = await promise(client, headers)
        await put(ticket)
        assert (await complete(client, headers, ticket)).status_code == 200
        assert (await client.get(f"{URL}/{ticket['id']}", headers=headers)).status_code == 200
    assert read == [200] * 3


@pytest.mark.parametrize("url", ["", "localhost:9000", "ftp://localhost"])
def test_an_endpoint_is_a_url(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("APP_S3_ENDPOINT", url)
    with pytest.raises(ValidationError, match="s3_endpoint"):
        Settings()
