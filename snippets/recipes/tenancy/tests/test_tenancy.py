"""Tenants: PostgreSQL keeps them apart, whatever the query forgets."""

import asyncio
from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
from httpx import AsyncClient
from sqlalchemy import make_url, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from app.core.db import create_engine, create_tables
from app.models import Base, Note, User
from app.models.note import TENANT_ROLE
from app.services.notes import TenantGoneError, create_note, list_notes
from app.services.tenancy import enter_tenant
from clients import client_on, headers_of, sign_up
from test_migrations import alembic


@pytest.fixture
async def engine(own_postgres_url: str) -> AsyncIterator[AsyncEngine]:
    """One connection, of a superuser, to a database with two tenants."""
    engine = create_engine(own_postgres_url, 1)
    for _ in range(2):  # as several workers do
        async with engine.begin() as connection:
            await create_tables(connection, Base.metadata)
    await fill(engine)
    yield engine
    await engine.dispose()


async def fill(engine: AsyncEngine) -> None:
    """Add two tenants, who have a note each."""
    async with AsyncSession(engine) as session:
        for number in (1, 2):
            session.add(User(id=number, email=f"{number}", full_name="", password_hash=""))
            await session.flush()
            session.add(Note(tenant_id=number, text=f"of {number}"))
        await session.commit()


async def texts(session: AsyncSession) -> list[str]:
    """Return the texts of all notes that the session can see."""
    return [note.text for note in await list_notes(session)]


async def test_a_query_without_a_where_returns_the_tenants_rows(engine: AsyncEngine) -> None:
    for number in (1, 2, 3):
        async with AsyncSession(engine) as session:
            await enter_tenant(session, number)
            assert await texts(session) == [f"of {number}"][: number < 3]


async def test_a_commit_in_the_middle_does_not_open_the_door(engine: AsyncEngine) -> None:
    async with AsyncSession(engine) as session:
        await enter_tenant(session, 1)
        for _ in range(2):
            await session.commit()
            assert await texts(session) == ["of 1"]
            await session.rollback()
            assert await texts(session) == ["of 1"]


async def test_a_row_for_another_tenant_is_refused(engine: AsyncEngine) -> None:
    async with AsyncSession(engine) as session:
        await enter_tenant(session, 1)
        with pytest.raises(DBAPIError, match="violates row-level security policy"):
            await create_note(session, 2, "not mine")


async def test_a_tenant_that_is_gone_writes_no_notes(engine: AsyncEngine) -> None:
    async with AsyncSession(engine) as session:
        await enter_tenant(session, 3)
        with pytest.raises(TenantGoneError):
            await create_note(session, 3, "of nobody")


async def test_unique_and_foreign_keys_see_all_tenants(engine: AsyncEngine) -> None:
    """Why both need the tenant in them."""
    async with engine.begin() as connection:
        await connection.execute(text("CREATE TABLE marks (note integer REFERENCES notes)"))
        await connection.execute(text(f"GRANT INSERT ON marks TO {TENANT_ROLE}"))
    async with AsyncSession(engine) as session:
        await enter_tenant(session, 1)
        await session.execute(text("INSERT INTO marks VALUES (2)"))
        with pytest.raises(DBAPIError, match="duplicate key"):
            await session.execute(text("INSERT INTO notes VALUES (2, 1, '')"))


async def test_the_next_user_of_the_connection_is_in_no_tenant(engine: AsyncEngine) -> None:
    async with AsyncSession(engine) as session:
        await enter_tenant(session, 1)
        await session.commit()
    async with AsyncSession(engine) as session:  # the same connection: the pool has one
        assert await session.scalar(text("SELECT current_user")) == "postgres"
        await session.execute(text(f"SET LOCAL ROLE {TENANT_ROLE}"))
        assert await texts(session) == []


async def test_a_setting_of_the_session_stays_in_the_connection(engine: AsyncEngine) -> None:
    """Why the third argument of set_config is true."""
    async with AsyncSession(engine) as session:
        await session.execute(text("SELECT set_config('app.tenant_id', '1', false)"))
        await session.commit()
    async with AsyncSession(engine) as session:
        await session.execute(text(f"SET LOCAL ROLE {TENANT_ROLE}"))
        assert await texts(session) == ["of 1"]


async def test_superusers_see_every_row(engine: AsyncEngine) -> None:
    """Why the tenant has a role of its own, whoever connects."""
    async with AsyncSession(engine) as session:
        await session.execute(text("SELECT set_config('app.tenant_id', '1', true)"))
        assert await texts(session) == ["of 2", "of 1"]


async def test_without_force_an_owner_sees_every_row(engine: AsyncEngine) -> None:
    async with AsyncSession(engine) as session:
        await session.execute(text("CREATE ROLE owner_of_notes"))
        await session.execute(text("ALTER TABLE notes OWNER TO owner_of_notes"))
        await session.execute(text("SET LOCAL ROLE owner_of_notes"))
        assert await texts(session) == []
        await session.execute(text("ALTER TABLE notes NO FORCE ROW LEVEL SECURITY"))
        assert await texts(session) == ["of 2", "of 1"]


@pytest.fixture
async def plain_url(own_postgres_url: str) -> AsyncIterator[str]:
    """The database as a service should enter it: no superuser, and no CREATEROLE."""
    name = f"plain_{uuid4().hex}"
    engine = create_engine(own_postgres_url, 1)
    async with engine.begin() as connection:
        for statement in (
            f"""DO $$ BEGIN CREATE ROLE {TENANT_ROLE};
            EXCEPTION WHEN duplicate_object THEN NULL; END $$""",
            f"CREATE ROLE {name} LOGIN PASSWORD 'plain'",
            f"GRANT {TENANT_ROLE} TO {name}",
            f"GRANT CREATE ON SCHEMA public TO {name}",
        ):
            await connection.execute(text(statement))
    url = make_url(own_postgres_url).set(username=name, password="plain")
    yield url.render_as_string(hide_password=False)
    async with engine.begin() as connection:
        await connection.execute(text(f"DROP OWNED BY {name} CASCADE"))
        await connection.execute(text(f"DROP ROLE {name}"))
    await engine.dispose()


async def test_a_route_that_forgets_the_tenant_finds_nothing(
    own_postgres_url: str, plain_url: str
) -> None:
    """Unless the service connects as a superuser."""
    await asyncio.to_thread(alembic, plain_url, "upgrade", "head")
    superuser = create_engine(own_postgres_url, 1)
    await fill(superuser)
    await superuser.dispose()
    engine = create_engine(plain_url, 1)
    async with AsyncSession(engine) as session:
        assert await texts(session) == []
        await session.commit()
        await enter_tenant(session, 1)
        assert await texts(session) == ["of 1"]
        with pytest.raises(DBAPIError, match="violates row-level security policy"):
            await create_note(session, 2, "not mine")
    await engine.dispose()


async def test_the_service_uses_it(own_postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async with client_on(own_postgres_url, monkeypatch) as client:
        for email in ("ada@example.com", "eve@example.com"):
            await sign_up(client, email)
            headers = await headers_of(client, email)
            answer = await client.post("/api/v1/notes", json={"text": email}, headers=headers)
            assert answer.status_code == 201
            listed = (await client.get("/api/v1/notes", headers=headers)).json()
            assert listed == [answer.json()]


async def test_without_row_level_security_there_are_no_notes(
    client: AsyncClient, database_url: str
) -> None:
    await sign_up(client)
    headers = await headers_of(client)
    answer = await client.get("/api/v1/notes", headers=headers)
    assert answer.status_code == (200 if database_url.startswith("postgresql") else 501)
