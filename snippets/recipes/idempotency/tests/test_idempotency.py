"""Idempotency keys: whatever is repeated, and whenever, is done once."""

import asyncio
from datetime import timedelta
from decimal import Decimal
from functools import partial

import pytest
from fastapi.encoders import jsonable_encoder
from fastapi.responses import JSONResponse
from httpx import AsyncClient, Response
from pydantic import BaseModel, ConfigDict, SecretStr
from pydantic.alias_generators import to_camel
from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.api.idempotency import Once
from app.core.db import create_engine
from app.models import StoredAnswer, User
from app.models.base import utc_now
from app.services.idempotency import (
    DeletedMeanwhileError,
    KeyReusedError,
    claim,
    forget_answers,
)
from clients import client_on, headers_of, sign_up

LAMP = {"name": "Lamp", "price": "1.00"}


async def offer(
    client: AsyncClient, headers: dict[str, str], key: str, product: dict[str, str] = LAMP
) -> Response:
    """Create a product, with a key."""
    headers = headers | {"Idempotency-Key": key}
    return await client.post("/api/v1/products", json=product, headers=headers)


async def count(client: AsyncClient) -> int:
    """Return how many products there are."""
    return len((await client.get("/api/v1/products", params={"limit": 100})).json())


async def test_a_repetition_gets_the_same_answer_and_does_nothing(client: AsyncClient) -> None:
    await sign_up(client)
    headers = await headers_of(client)
    first, again = [await offer(client, headers, "a") for _ in range(2)]
    assert first.status_code == again.status_code == 201
    assert first.json() == again.json()
    assert "idempotent-replayed" not in first.headers
    assert again.headers["idempotent-replayed"] == "true"
    seen = await client.get("/healthz", headers={"Origin": "https://x.example"})
    assert "Idempotent-Replayed" in seen.headers["access-control-expose-headers"]
    assert await count(client) == 1


async def test_a_repetition_is_written_as_the_first_answer(session: AsyncSession) -> None:
    """With the names that clients know, as FastAPI writes them."""

    class Camel(BaseModel):
        model_config = ConfigDict(alias_generator=to_camel, validate_by_name=True)

        full_price: Decimal
        left_over: int | None = None

    async def work() -> Camel:
        return Camel(full_price=Decimal("1.50"))

    user = User(email="a", full_name="A", password_hash="")
    session.add(user)
    await session.flush()
    asked = StoredAnswer(user_id=user.id, key="a")
    await Once(session, asked)(201, Camel, await work(), work)
    assert asked.body == jsonable_encoder(await work()) == {"fullPrice": "1.50", "leftOver": None}


async def test_repetitions_at_the_same_instant_do_the_work_once(
    committing_client: AsyncClient,
) -> None:
    await sign_up(committing_client)
    headers = await headers_of(committing_client)
    answers = await asyncio.gather(*(offer(committing_client, headers, "a") for _ in range(20)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.text for answer in answers}) == 1
    assert await count(committing_client) == 1


async def test_a_key_belongs_to_one_request(client: AsyncClient) -> None:
    await sign_up(client)
    headers = await headers_of(client)
    await offer(client, headers, "a")
    other = await offer(client, headers, "a", LAMP | {"price": "2.00"})
    assert other.status_code == 422
    assert other.json() == {"error": "This Idempotency-Key belongs to another request"}
    assert await count(client) == 1


async def test_what_means_the_same_is_the_same_request(client: AsyncClient) -> None:
    """Libraries write the same JSON in several ways, also before and after an update."""
    await sign_up(client)
    json = {"Idempotency-Key": "a", "Content-Type": "application/json"}
    headers = await headers_of(client) | json
    same = ['{"name": "Lamp", "price": "1.00"}', '{"price":1,"name":"L\\u0061mp"}']
    answers = [
        await client.post("/api/v1/products", content=body, headers=headers) for body in same
    ]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[1].headers["idempotent-replayed"] == "true"
    assert await count(client) == 1


async def test_it_belongs_to_one_query_string(client: AsyncClient) -> None:
    await sign_up(client)
    headers = await headers_of(client) | {"Idempotency-Key": "a"}
    urls = ("/api/v1/products", "/api/v1/products?x=1")
    answers = [await client.post(url, json=LAMP, headers=headers) for url in urls]
    assert [answer.status_code for answer in answers] == [201, 422]


async def test_a_user_deleted_meanwhile_is_a_conflict(
    client: AsyncClient, session: AsyncSession
) -> None:
    account = await sign_up(client)
    await session.execute(delete(User))
    answer = StoredAnswer(user_id=account["id"], key="a", fingerprint="")
    with pytest.raises(DeletedMeanwhileError) as caught:
        await claim(session, answer)
    assert caught.value.status_code == 409


async def test_browsers_may_send_it(client: AsyncClient) -> None:
    preflight = {"Origin": "https://x.example", "Access-Control-Request-Method": "POST"}
    answer = await client.options(
        "/api/v1/products",
        headers=preflight | {"Access-Control-Request-Headers": "Idempotency-Key"},
    )
    assert "Idempotency-Key" in answer.headers["access-control-allow-headers"]


async def test_a_key_belongs_to_one_user(client: AsyncClient) -> None:
    for email in ("ada@example.com", "bob@example.com"):
        await sign_up(client, email)
        answer = await offer(client, await headers_of(client, email), "a")
        assert "idempotent-replayed" not in answer.headers
    assert await count(client) == 2


async def test_another_key_or_none_is_another_wish(client: AsyncClient) -> None:
    await sign_up(client)
    headers = await headers_of(client)
    for key in ("a", "b"):
        await offer(client, headers, key)
    for _ in range(2):
        await client.post("/api/v1/products", json=LAMP, headers=headers)
    assert await count(client) == 4


async def test_after_an_error_the_request_may_be_repeated(
    committing_client: AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The key is rolled back with the work."""
    await sign_up(committing_client)
    headers = await headers_of(committing_client)

    async def fail(*_: object) -> None:
        raise ConnectionError

    with monkeypatch.context() as patched:
        patched.setattr("app.services.products.create_product", fail)
        assert (await offer(committing_client, headers, "a")).status_code == 503
    assert (await offer(committing_client, headers, "a")).status_code == 201


@pytest.mark.parametrize("key", ["", "a b", "x" * 256, "ä".encode().decode("latin-1")])
async def test_a_key_that_cannot_be_one_is_refused(client: AsyncClient, key: str) -> None:
    await sign_up(client)
    headers = await headers_of(client)
    headers_sent = {**headers, "Idempotency-Key": key.encode("latin-1")}
    answer = await client.post("/api/v1/products", json=LAMP, headers=headers_sent)  # type: ignore[arg-type]
    assert answer.status_code == 422
    assert answer.json()["detail"][0]["loc"] == ["header", "Idempotency-Key"]


async def test_of_two_keys_none_is_chosen(client: AsyncClient) -> None:
    """Else a proxy that takes the other one would find the request done, or not done."""
    await sign_up(client)
    token = (await headers_of(client))["Authorization"]
    keys = [("Authorization", token), ("Idempotency-Key", "a"), ("Idempotency-Key", "b")]
    answer = await client.post("/api/v1/products", json=LAMP, headers=keys)
    assert (answer.status_code, answer.json()) == (400, {"error": "Send one Idempotency-Key"})
    assert await count(client) == 0


async def test_old_answers_are_forgotten(client: AsyncClient, session: AsyncSession) -> None:
    await sign_up(client)
    headers = await headers_of(client)
    for key in ("old", "new"):
        await offer(client, headers, key)
    aged = utc_now() - timedelta(days=2)
    await session.execute(
        update(StoredAnswer).where(StoredAnswer.key == "old").values(created_at=aged)
    )
    await forget_answers(session, timedelta(days=1))
    assert await session.scalar(select(func.min(StoredAnswer.key))) == "new"
    await session.commit()
    for key, is_replayed in (("old", False), ("new", True)):
        answer = await offer(client, headers, key)
        assert ("idempotent-replayed" in answer.headers) is is_replayed


class Payment(BaseModel):
    """A request, as it was first."""

    amount: int
    card: SecretStr


class NewPayment(Payment):
    """The same after an update of the service."""

    note: str = ""


@pytest.mark.parametrize(
    ("again", "is_the_same"),
    [
        (NewPayment(amount=1, card=SecretStr("4111")), True),
        (Payment(amount=1, card=SecretStr("4242")), True),
        (NewPayment(amount=1, card=SecretStr("4111"), note="x"), False),
        (Payment(amount=2, card=SecretStr("4111")), False),
    ],
)
async def test_a_new_field_at_its_default_and_another_secret_are_the_same_request(
    session: AsyncSession, again: Payment, is_the_same: bool
) -> None:
    user = User(email="a", full_name="A", password_hash="")
    session.add(user)
    await session.flush()

    async def pay(data: Payment) -> object:
        once = Once(session, StoredAnswer(user_id=user.id, key="a"))

        async def work() -> Payment:
            return data

        return await once(201, Payment, data, work)

    await pay(Payment(amount=1, card=SecretStr("4111")))
    if is_the_same:
        replayed = await pay(again)
        assert isinstance(replayed, JSONResponse)
        headers = {"content-length", "content-type", "idempotent-replayed"}
        assert {*replayed.headers} == headers  # none of the first answer
    else:
        with pytest.raises(KeyReusedError):
            await pay(again)


async def test_who_waits_too_long_for_the_first_is_told_to_come_back(
    own_postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.main.create_engine", partial(create_engine, command_timeout=1))
    async with client_on(own_postgres_url, monkeypatch) as client:
        account = await sign_up(client)
        headers = await headers_of(client)
        engine = create_engine(own_postgres_url, 1)
        async with AsyncSession(engine) as first:
            first.add(StoredAnswer(user_id=account["id"], key="a", fingerprint=""))
            await first.flush()
            answer = await offer(client, headers, "a")
        await engine.dispose()
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
