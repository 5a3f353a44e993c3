"""Refresh tokens: good once; a stolen one ends the session of both."""

import asyncio
from datetime import timedelta

import pytest
from httpx import AsyncClient, Response
from sqlalchemy import delete, func, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession, async_sessionmaker

from app.core.db import create_engine, create_tables
from app.core.errors import NotAuthenticatedError
from app.models import Base, RefreshToken, User
from app.models.base import utc_now
from app.schemas.user import UserCreate
from app.services import auth, sessions, users
from clients import ADA, client_on, sign_up
from patience import patient

URL = "/api/v1/auth"


async def log_in(client: AsyncClient, password: str = ADA["password"]) -> Response:
    """Start a session."""
    form = {"username": ADA["email"], "password": password}
    return await client.post(f"{URL}/session", data=form)


async def begin(client: AsyncClient) -> str:
    """Sign up and start a session; return its refresh token."""
    await sign_up(client)
    token: str = (await log_in(client)).json()["refresh_token"]
    return token


async def refresh(client: AsyncClient, token: str) -> Response:
    """Use a refresh token."""
    return await client.post(f"{URL}/refresh", json={"refresh_token": token})


async def test_a_session_goes_on_from_token_to_token(client: AsyncClient) -> None:
    token = await begin(client)
    for _ in range(3):
        pair = (await refresh(client, token)).json()
        assert pair["refresh_token"] != token
        token = pair["refresh_token"]
        headers = {"Authorization": f"{pair['token_type']} {pair['access_token']}"}
        product = {"name": "Lamp", "price": 1}
        answer = await client.post("/api/v1/products", json=product, headers=headers)
        assert answer.status_code == 201


async def test_no_cache_keeps_tokens(client: AsyncClient) -> None:
    await sign_up(client)
    session = await log_in(client)
    for answer in (session, await refresh(client, session.json()["refresh_token"])):
        assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")


async def test_a_wrong_password_starts_no_session(client: AsyncClient) -> None:
    await sign_up(client)
    assert (await log_in(client, "wrong horse")).status_code == 401


async def test_a_used_token_that_returns_ends_the_session(
    committing_client: AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who of the two is the thief is unknown; both must log in, and only one can."""
    monkeypatch.setattr(sessions, "GRACE", timedelta(0))
    stolen = await begin(committing_client)
    latest = (await refresh(committing_client, stolen)).json()["refresh_token"]
    answer = await refresh(committing_client, stolen)
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
    assert (await refresh(committing_client, latest)).status_code == 401


async def test_two_tabs_are_no_theft(client: AsyncClient) -> None:
    token = await begin(client)
    latest = (await refresh(client, token)).json()["refresh_token"]
    answer = await refresh(client, token)
    assert (answer.status_code, answer.json()) == (409, {"error": "Already refreshed"})
    assert (await refresh(client, latest)).status_code == 200


async def test_at_the_same_instant_one_gets_a_token(committing_client: AsyncClient) -> None:
    token = await begin(committing_client)
    answers = await asyncio.gather(*(refresh(committing_client, token) for _ in range(8)))
    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 7


@pytest.mark.parametrize("what", ["deleted", "password"])
async def test_a_user_deleted_or_changed_while_logging_in_is_unknown(
    client: AsyncClient, session: AsyncSession, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    """Whoever sets a new password means to end what the old one began."""
    user = User.id == (await sign_up(client))["id"]
    change = delete(User) if what == "deleted" else update(User).values(password_hash="new")
    real = auth.verify_password

    async def slow(password: str, password_hash: str) -> bool:
        await session.execute(change.where(user))
        await session.commit()
        return await real(password, password_hash)

    monkeypatch.setattr(auth, "verify_password", slow)
    assert (await log_in(client)).status_code == 401
    assert await session.scalar(select(func.count(RefreshToken.id))) == 0


async def test_no_connection_is_held_while_hashing(
    own_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """There is one connection: a read in the middle would wait for it in vain."""
    read: list[int] = []
    async with client_on(own_database_url, monkeypatch, APP_DATABASE_POOL_SIZE="1") as client:
        await sign_up(client)
        real = auth.verify_password

        async def verify_and_read(password: str, password_hash: str) -> bool:
            read.append((await client.get("/api/v1/products")).status_code)
            return await real(password, password_hash)

        monkeypatch.setattr(auth, "verify_password", verify_and_read)
        token = (await log_in(client)).json()["access_token"]
        headers = {"Authorization": f"Bearer {token}"}
        change = {"old": ADA["password"], "new": "battery staple"}
        answer = await client.post(f"{URL}/password", json=change, headers=headers)
        assert answer.status_code == 204
    assert read == [200, 200]


@pytest.mark.parametrize("what", ["login", "password"])
async def test_the_callers_pending_work_is_not_lost(
    client: AsyncClient, connection: AsyncConnection, what: str
) -> None:
    ada = await sign_up(client)
    maker = async_sessionmaker(
        connection, join_transaction_mode="create_savepoint", expire_on_commit=False
    )
    async with maker() as session:
        user = await session.get_one(User, ada["id"])
        user.full_name = "Ada Lovelace"
        if what == "login":
            await sessions.start(session, maker, ADA["email"], ADA["password"])
        else:
            await sessions.change_password(
                session, maker, ADA["email"], ADA["password"], "battery staple"
            )
        await session.commit()
    async with maker() as session:
        assert (await session.get_one(User, ada["id"])).full_name == "Ada Lovelace"


@pytest.mark.parametrize("token", ["", "x", "\0", "x" * 201, "\ud800"])
async def test_what_is_no_token_is_refused(client: AsyncClient, token: str) -> None:
    content = b'{"refresh_token": "' + token.encode("unicode_escape") + b'"}'
    content = content.replace(rb"\x00", rb"\u0000")
    headers = {"Content-Type": "application/json"}
    answer = await client.post(f"{URL}/refresh", content=content, headers=headers)
    assert answer.status_code in {401, 422}


async def test_a_token_expires(client: AsyncClient, session: AsyncSession) -> None:
    token = await begin(client)
    past = utc_now() - timedelta(seconds=1)
    await session.execute(update(RefreshToken).values(expires_at=past))
    await session.commit()
    assert (await refresh(client, token)).status_code == 401


async def test_a_session_leaves_no_expired_tokens(
    client: AsyncClient, session: AsyncSession
) -> None:
    token = await begin(client)
    for _ in range(3):
        token = (await refresh(client, token)).json()["refresh_token"]
        past = utc_now() - timedelta(seconds=1)
        used = RefreshToken.used_at.is_not(None)
        await session.execute(update(RefreshToken).where(used).values(expires_at=past))
        await session.commit()
    assert await session.scalar(select(func.count(RefreshToken.id))) == 2


async def test_the_token_is_not_stored(client: AsyncClient, session: AsyncSession) -> None:
    token = await begin(client)
    stored = (await session.execute(select(*RefreshToken.__table__.columns))).one()
    assert token not in str(stored)


async def test_logout_ends_this_session_and_no_other(client: AsyncClient) -> None:
    first = await begin(client)
    other = (await log_in(client)).json()["refresh_token"]
    latest = (await refresh(client, first)).json()["refresh_token"]
    for _ in range(2):
        answer = await client.post(f"{URL}/logout", json={"refresh_token": first})
        assert answer.status_code == 204
    assert (await refresh(client, latest)).status_code == 401
    assert (await refresh(client, other)).status_code == 200


async def test_an_access_token_outlives_the_logout(client: AsyncClient) -> None:
    account = await sign_up(client)
    pair = (await log_in(client)).json()
    await client.post(f"{URL}/logout", json={"refresh_token": pair["refresh_token"]})
    headers = {"Authorization": f"Bearer {pair['access_token']}"}
    assert (await client.get(f"/api/v1/users/{account['id']}", headers=headers)).status_code == 200


async def test_a_new_password_ends_all_sessions(client: AsyncClient) -> None:
    account = await sign_up(client)
    pairs = [(await log_in(client)).json() for _ in range(2)]
    headers = {"Authorization": f"Bearer {pairs[0]['access_token']}"}
    change = {"old": "wrong horse", "new": "battery staple"}
    answer = await client.post(f"{URL}/password", json=change, headers=headers)
    assert (answer.status_code, answer.json()) == (403, {"error": "Wrong password"})
    change["old"] = ADA["password"]
    answer = await client.post(f"{URL}/password", json=change, headers=headers)
    assert answer.status_code == 204
    for pair in pairs:
        assert (await refresh(client, pair["refresh_token"])).status_code == 401
        headers = {"Authorization": f"Bearer {pair['access_token']}"}
        path = f"/api/v1/users/{account['id']}"
        assert (await client.get(path, headers=headers)).status_code == 401
    assert (await log_in(client)).status_code == 401
    assert (await log_in(client, "battery staple")).status_code == 200


async def until_another_waits(owner: AsyncSession) -> None:
    """Return once another transaction waits for a lock of this one."""
    waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
    async with asyncio.timeout(patient(15)):
        while not await owner.scalar(waiting):
            await owner.execute(text("SELECT pg_sleep(0.01)"))


@pytest.mark.parametrize("how", ["logout", "password", "theft"])
async def test_what_ends_a_session_ends_the_token_that_is_just_being_made(
    own_postgres_url: str, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    monkeypatch.setattr(sessions, "GRACE", timedelta(0))
    engine = create_engine(own_postgres_url, 2)
    async with engine.begin() as connection:
        await create_tables(connection, Base.metadata)
    async with AsyncSession(engine, expire_on_commit=False) as session:
        await users.create_user(session, UserCreate.model_validate(ADA))
        await session.commit()
        maker = async_sessionmaker(engine)
        pair = await sessions.start(session, maker, ADA["email"], ADA["password"])
        first = pair.refresh_token
        second = await sessions.refresh(session, first)
        assert second
        await session.commit()
    async with AsyncSession(engine) as owner, AsyncSession(engine) as other:
        await sessions.refresh(owner, second.refresh_token)
        ending = {
            "logout": lambda: sessions.end(other, first),
            "password": lambda: sessions.change_password(
                other, maker, ADA["email"], ADA["password"], "new horse"
            ),
            "theft": lambda: sessions.refresh(other, first),
        }[how]
        task = asyncio.create_task(ending())
        await until_another_waits(owner)
        await owner.commit()
        await task
        await other.commit()
        assert await other.scalar(select(func.count(RefreshToken.id))) == 0
    await engine.dispose()


async def test_a_login_that_waits_for_a_new_password_starts_no_session(
    own_postgres_url: str,
) -> None:
    engine = create_engine(own_postgres_url, 2)
    async with engine.begin() as connection:
        await create_tables(connection, Base.metadata)
    async with AsyncSession(engine) as owner, AsyncSession(engine) as other:
        await users.create_user(owner, UserCreate.model_validate(ADA))
        await owner.commit()
        maker = async_sessionmaker(engine)
        ada = (ADA["email"], ADA["password"])
        await sessions.change_password(owner, maker, *ada, "new horse")
        begin = sessions.start(other, maker, *ada)
        login = asyncio.create_task(begin)
        await until_another_waits(owner)
        await owner.commit()
        with pytest.raises(NotAuthenticatedError):
            await login
    await engine.dispose()


async def test_of_two_new_passwords_at_once_one_is_set(committing_client: AsyncClient) -> None:
    await sign_up(committing_client)
    token = (await log_in(committing_client)).json()["access_token"]
    headers = {"Authorization": f"Bearer {token}"}
    answers = await asyncio.gather(
        *(
            committing_client.post(
                f"{URL}/password", json={"old": ADA["password"], "new": new}, headers=headers
            )
            for new in ("battery staple", "staple battery")
        )
    )
    # 401: the first was done before the token of the second was looked at.
    assert sorted(answer.status_code for answer in answers) in ([204, 403], [204, 401])
