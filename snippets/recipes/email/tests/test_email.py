"""Links by mail: they prove an address once, and tell nobody who has an account."""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import timedelta

import aiosmtplib
import pytest
from fastapi import FastAPI, Request
from httpx import ASGITransport, AsyncClient, Response
from pydantic import SecretStr, TypeAdapter, ValidationError
from sqlalchemy import delete, event, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession, async_sessionmaker

from app.core import mail
from app.core.config import get_settings
from app.core.db import create_engine, create_tables
from app.models import Base, LinkToken, OutboxMessage, RefreshToken, User
from app.models.base import utc_now
from app.relay import relay_one
from app.services import auth, links
from app.services.mails import compose
from app.services.outbox import add_message
from app.worker import do
from clients import ADA, client_on, sign_up
from mail_server import Mailbox, mail_server
from patience import patient

URL = "/api/v1/auth"
NEW = "battery staple"
Sessions = async_sessionmaker[AsyncSession]


@pytest.fixture
async def mailbox(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Mailbox]:
    """A mail server to which the settings lead."""
    async with mail_server() as box:
        monkeypatch.setenv("APP_SMTP_URL", f"smtp://127.0.0.1:{box.port}")
        get_settings.cache_clear()
        yield box
    get_settings.cache_clear()


@pytest.fixture
def sessions(connection: AsyncConnection) -> Sessions:
    """The sessions of a worker, in the test's transaction."""
    return async_sessionmaker(
        connection, join_transaction_mode="create_savepoint", expire_on_commit=False
    )


async def work(sessions: Sessions) -> None:
    """Do all jobs that are due."""
    while await relay_one(sessions, do):
        pass


async def ask(client: AsyncClient, purpose: str, email: str = ADA["email"]) -> Response:
    """Ask for a link."""
    return await client.post(f"{URL}/link", json={"purpose": purpose, "email": email})


async def reset(client: AsyncClient, token: str, password: str = NEW) -> Response:
    """Choose a new password."""
    return await client.post(f"{URL}/reset", json={"token": token, "password": password})


async def verify(client: AsyncClient, token: str) -> Response:
    """Prove an address."""
    return await client.post(f"{URL}/verify", json={"token": token})


async def log_in(client: AsyncClient, password: str) -> Response:
    """Start a session."""
    form = {"username": ADA["email"], "password": password}
    return await client.post(f"{URL}/session", data=form)


async def reset_token(client: AsyncClient, mailbox: Mailbox, sessions: Sessions) -> str:
    """Sign up, forget the password, and return the token of the mail about it."""
    await sign_up(client)
    assert (await ask(client, "reset")).status_code == 202
    await work(sessions)
    return mailbox.tokens()[-1]


async def test_a_new_account_gets_a_link_that_proves_its_address(
    client: AsyncClient, session: AsyncSession, mailbox: Mailbox, sessions: Sessions
) -> None:
    await sign_up(client)
    await work(sessions)
    [letter] = mailbox.mails
    assert letter["to"] == ADA["email"]
    assert letter["from"] == "My API <no-reply@example.com>"
    assert ADA["full_name"] not in letter.as_string().replace(ADA["email"], "")
    verified_at = select(User.email_verified_at)
    assert await session.scalar(verified_at) is None
    assert (await verify(client, mailbox.tokens()[0])).status_code == 204
    assert await session.scalar(verified_at) is not None
    await ask(client, "verify")
    await work(sessions)
    assert len(mailbox.mails) == 1  # there is nothing left to prove


async def test_a_new_password_ends_the_old_one_and_all_sessions(
    client: AsyncClient, session: AsyncSession, mailbox: Mailbox, sessions: Sessions
) -> None:
    token = await reset_token(client, mailbox, sessions)
    begun = (await log_in(client, ADA["password"])).json()
    bearer = {"Authorization": f"Bearer {begun['access_token']}"}
    assert (await client.get("/api/v1/users/1", headers=bearer)).status_code != 401
    assert (await reset(client, token)).status_code == 204
    answer = await client.post(f"{URL}/refresh", json={"refresh_token": begun["refresh_token"]})
    assert answer.status_code == 401
    assert (await client.get("/api/v1/users/1", headers=bearer)).status_code == 401
    assert (await session.scalars(select(RefreshToken))).all() == []
    assert (await log_in(client, ADA["password"])).status_code == 401
    assert (await log_in(client, NEW)).status_code == 200
    assert await session.scalar(select(User.email_verified_at)) is not None


async def test_a_link_works_once_and_ends_the_others_of_its_kind(
    client: AsyncClient, mailbox: Mailbox, sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(links, "PAUSE", timedelta(0))
    first = await reset_token(client, mailbox, sessions)
    await ask(client, "reset")
    await work(sessions)
    verification, again, second = mailbox.tokens()
    assert (again, len({first, second})) == (first, 2)
    assert (await reset(client, second)).status_code == 204
    for token in (second, first):
        answer = await reset(client, token, "a thief's own")
        assert (answer.status_code, answer.json()) == (400, {"error": "This link no longer works"})
    assert (await verify(client, verification)).status_code == 204
    assert (await verify(client, verification)).status_code == 400


@pytest.mark.parametrize("why", ["too old", "another purpose", "another address"])
async def test_a_link_that_does_not_fit_is_refused(
    client: AsyncClient, session: AsyncSession, mailbox: Mailbox, sessions: Sessions, why: str
) -> None:
    token = await reset_token(client, mailbox, sessions)
    change = {
        "too old": update(LinkToken).values(created_at=utc_now() - timedelta(minutes=30)),
        "another purpose": update(LinkToken).values(purpose="verify"),
        "another address": update(User).values(email="lovelace@example.com"),
    }[why]
    await session.execute(delete(LinkToken).where(LinkToken.purpose == "verify"))
    await session.execute(change)
    await session.commit()
    assert (await reset(client, token)).status_code == 400


async def test_a_link_that_proves_an_address_lives_for_a_day(
    client: AsyncClient, session: AsyncSession, mailbox: Mailbox, sessions: Sessions
) -> None:
    await sign_up(client)
    await work(sessions)
    [token] = mailbox.tokens()
    for age, status in ((timedelta(days=1), 400), (timedelta(hours=23), 204)):
        await session.execute(update(LinkToken).values(created_at=utc_now() - age))
        await session.commit()
        assert (await verify(client, token)).status_code == status


@pytest.mark.parametrize("token", ["", "x", "\0", "x" * 201])
async def test_what_is_no_token_is_refused(client: AsyncClient, token: str) -> None:
    assert (await verify(client, token)).status_code in {400, 422}
    assert (await reset(client, token)).status_code in {400, 422}


async def test_no_table_holds_a_token(
    client: AsyncClient, session: AsyncSession, mailbox: Mailbox, sessions: Sessions
) -> None:
    mailbox.answer = "451 Later"
    await sign_up(client)
    await work(sessions)
    [held] = (await session.scalars(select(OutboxMessage.payload))).all()
    assert held.keys() - {"trace"} == {"purpose", "email"}
    mailbox.answer = "250 OK"
    await session.execute(update(OutboxMessage).values(due_at=utc_now()))
    await session.commit()
    await work(sessions)
    stored = (await session.execute(select(*LinkToken.__table__.columns))).one()
    assert mailbox.tokens()[0] not in str(stored)


@contextmanager
def statements(connection: AsyncConnection) -> Iterator[list[str]]:
    """Collect what is asked of the database."""
    found: list[str] = []

    def keep(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        found.append(re.sub(r"savepoint_\d+", "savepoint", statement))

    event.listen(connection.sync_connection, "before_cursor_execute", keep)
    yield found
    event.remove(connection.sync_connection, "before_cursor_execute", keep)


async def naive_ask(session: AsyncSession, email: str) -> None:
    """Ask as most write it first: the answer takes longer where there is an account."""
    if user := await session.scalar(select(User).where(User.email == email)):
        session.add(LinkToken(user_id=user.id, purpose="reset", email=email, token_hash=""))
        await add_message(session, "send_link", {"email": email})


async def test_to_ask_tells_nobody_who_has_an_account(
    client: AsyncClient, connection: AsyncConnection, sessions: Sessions
) -> None:
    """The same answer, and the same work; counted, not timed."""
    await sign_up(client)
    answers, done, naively_done = [], [], []
    for email in (ADA["email"], "nobody@example.com"):
        with statements(connection) as found:
            answer = await ask(client, "reset", email)
        answers.append((answer.status_code, answer.content))
        done.append(found)
        async with sessions.begin() as session:
            with statements(connection) as found:
                await naive_ask(session, email)
        naively_done.append(len(found))
    assert answers[0] == answers[1]
    assert done[0] == done[1]
    assert naively_done[0] > naively_done[1]


async def test_nobody_without_an_account_gets_a_mail(
    client: AsyncClient, mailbox: Mailbox, sessions: Sessions
) -> None:
    for purpose in ("verify", "reset"):
        await ask(client, purpose, "nobody@example.com")
    await work(sessions)
    assert mailbox.mails == []


async def test_nobody_fills_a_strangers_mailbox(
    client: AsyncClient, mailbox: Mailbox, sessions: Sessions
) -> None:
    await reset_token(client, mailbox, sessions)
    for _ in range(3):
        await ask(client, "reset")
    await work(sessions)
    assert len(mailbox.mails) == 2  # one for each purpose


async def test_a_mail_leaves_if_and_only_if_the_transaction_commits(
    client: AsyncClient, mailbox: Mailbox, sessions: Sessions
) -> None:
    """A sign-up that fails at its end has sent nothing; one that sends by itself has."""
    async with sessions() as session:
        await links.ask_for_link(session, "verify", ADA["email"])
        await session.rollback()
    async with sessions() as session:
        await mail.send(get_settings().smtp_url, compose("verify", ADA["email"], "naive"))
        await session.rollback()
    await sign_up(client)
    await work(sessions)
    assert mailbox.tokens()[0] == "naive"
    assert len(mailbox.mails) == 2


async def test_after_a_crash_between_sending_and_commit_only_the_second_link_works(
    client: AsyncClient, session: AsyncSession, mailbox: Mailbox, sessions: Sessions
) -> None:
    async def send_and_crash(session: AsyncSession, message: OutboxMessage) -> None:
        await do(session, message)
        raise ConnectionError

    await sign_up(client)
    while await relay_one(sessions, send_and_crash):
        pass
    await session.execute(update(OutboxMessage).values(due_at=utc_now()))
    await session.commit()
    await work(sessions)
    first, second = mailbox.tokens()
    assert (await verify(client, first)).status_code == 400
    assert (await verify(client, second)).status_code == 204


@pytest.mark.parametrize(("answer", "left"), [("451 Later", 1), ("550 No such user", 0)])
async def test_what_may_pass_is_tried_again_and_a_refusal_is_not(
    client: AsyncClient, mailbox: Mailbox, sessions: Sessions, answer: str, left: int
) -> None:
    mailbox.answer = answer
    await sign_up(client)
    await work(sessions)
    async with sessions() as session:
        assert len((await session.scalars(select(OutboxMessage))).all()) == left
        assert (await session.scalars(select(LinkToken))).all() == []


async def test_a_server_that_falls_silent_is_left_in_time(mailbox: Mailbox) -> None:
    """Else aiosmtplib would say goodbye, and wait another minute for the answer."""
    mailbox.silent_at = "DATA"
    async with asyncio.timeout(patient(15)):
        with pytest.raises(TimeoutError):
            await mail.send(get_settings().smtp_url, compose("reset", "a@b.com", "x"), seconds=0.1)
    assert mailbox.mails == []


async def test_a_mail_that_was_taken_is_sent_whatever_comes_of_the_goodbye(
    mailbox: Mailbox,
) -> None:
    """Else it would be sent again, and again."""
    mailbox.silent_at = "QUIT"
    await mail.send(get_settings().smtp_url, compose("reset", "a@b.com", "x"), seconds=patient(5))
    assert len(mailbox.mails) == 1


async def test_a_link_leads_to_the_frontend_whatever_host_was_asked_for(
    client: AsyncClient, mailbox: Mailbox, sessions: Sessions
) -> None:
    """A link made of the request leads to whom a thief names, with the token."""
    naive = FastAPI()

    @naive.post("/link")
    async def ask_naively(request: Request) -> str:
        return f"{request.base_url}reset-password#token=..."

    thief = {"Host": "thief.example"}
    async with AsyncClient(transport=ASGITransport(naive), base_url="http://test") as other:
        link = (await other.post("/link", headers=thief)).json()
    assert link.startswith("http://thief.example/reset-password#")
    await sign_up(client)
    wanted = {"purpose": "reset", "email": ADA["email"]}
    await client.post(f"{URL}/link", json=wanted, headers=thief)
    await work(sessions)
    for letter in mailbox.mails:
        assert re.search(
            r"^http://localhost:3000/[\w-]+#token=\S{43}\s", letter.get_content(), re.MULTILINE
        )


async def test_nothing_is_sent_in_clear_where_tls_is_wanted(mailbox: Mailbox) -> None:
    """Who is on the way takes the offer of TLS out; by default aiosmtplib goes on without."""
    letter = compose("reset", ADA["email"], "secret")
    await aiosmtplib.send(letter, hostname="127.0.0.1", port=mailbox.port)
    assert mailbox.tokens() == ["secret"]
    with pytest.raises(aiosmtplib.SMTPException):
        await mail.send(SecretStr(f"smtp+starttls://127.0.0.1:{mailbox.port}"), letter)
    assert len(mailbox.mails) == 1


@pytest.mark.parametrize(
    "url",
    [
        "", "mail.example.com", "http://mail.example.com", "smtp://", "smtps://ada:horse/battery@mail",
        "smtp://ada:horse@mail", "smtp://mail:99999", "smtps://[mail",
    ],
)  # fmt: skip
def test_a_bad_url_is_refused_without_its_password(url: str) -> None:
    with pytest.raises(ValidationError, match="must be smtps://") as caught:
        TypeAdapter(mail.SmtpUrl).validate_python(url)
    assert "horse" not in caught.value.errors()[0]["msg"]


async def test_of_two_who_use_a_link_at_once_one_succeeds(
    own_postgres_url: str,
) -> None:
    """Who reads the token, and deletes it afterwards, lets both in."""
    engine = create_engine(own_postgres_url, 2)
    async with engine.begin() as connection:
        await create_tables(connection, Base.metadata)
    token_hash = links.digest("token")
    async with AsyncSession(engine) as session:
        session.add(User(id=1, email=ADA["email"], full_name="Ada", password_hash=""))
        await session.flush()
        session.add(
            LinkToken(user_id=1, purpose="verify", email=ADA["email"], token_hash=token_hash)
        )
        await session.commit()
    this = LinkToken.token_hash == token_hash
    async with AsyncSession(engine) as first, AsyncSession(engine) as second:
        naive = [await each.scalar(select(LinkToken.id).where(this)) for each in (first, second)]
        assert naive == [1, 1]
        await first.rollback()
        await second.rollback()
        await links.verify(first, "token")
        task = asyncio.create_task(links.verify(second, "token"))
        waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
        async with asyncio.timeout(patient(15)):
            while not await first.scalar(waiting):
                await first.execute(text("SELECT pg_sleep(0.01)"))
        await first.commit()
        with pytest.raises(links.DeadLinkError):
            await task
    await engine.dispose()


async def test_no_connection_is_held_while_hashing(
    own_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """There is one connection: a read in the middle would wait for it in vain."""
    read: list[int] = []
    async with client_on(own_database_url, monkeypatch, APP_DATABASE_POOL_SIZE="1") as client:
        user_id = (await sign_up(client))["id"]
        engine = create_engine(own_database_url, 1)
        async with AsyncSession(engine) as session:
            token_hash = links.digest("token")
            session.add(
                LinkToken(
                    user_id=user_id, purpose="reset", email=ADA["email"], token_hash=token_hash
                )
            )
            await session.commit()
        await engine.dispose()
        real = auth.hash_password

        async def hash_and_read(password: str) -> str:
            read.append((await client.get("/api/v1/products")).status_code)
            return await real(password)

        monkeypatch.setattr(auth, "hash_password", hash_and_read)
        assert (await reset(client, "token")).status_code == 204
        assert (await reset(client, "token")).status_code == 400
    assert read == [200]  # and nobody hashes for a dead link
