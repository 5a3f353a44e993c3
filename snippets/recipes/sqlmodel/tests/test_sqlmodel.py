"""SQLModel: what goes wrong with its tables, and not with ours."""

import gc
import os
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from httpx import ASGITransport, AsyncClient
from pydantic import ValidationError
from sqlalchemy import JSON, Column, text
from sqlalchemy import select as select_of_sqlalchemy
from sqlalchemy.exc import ArgumentError, InvalidRequestError, StatementError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine
from sqlmodel import Field, Session, create_engine, select
from sqlmodel.ext.asyncio.session import AsyncSession as SQLModelSession

from app.core.db import create_sessionmaker
from app.models import Product, User
from app.schemas.user import UserCreate
from clients import ADA, headers_of, sign_up
from naive_sqlmodel import Event, Hero, HeroChange, Naive, Team
from naive_sqlmodel import app as naive_app

ROOT = Path(__file__).parents[1]
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
HERO = {"name": "Ada", "age": 3}


@pytest.fixture
async def engine(tmp_path: Path) -> AsyncIterator[AsyncEngine]:
    """An engine on SQLite with the naive tables and a row."""
    engine = create_async_engine(f"sqlite+aiosqlite:///{tmp_path / 'naive.db'}")
    async with engine.begin() as connection:
        await connection.run_sync(Naive.metadata.create_all)
    async with SQLModelSession(engine) as session:
        session.add(Hero(id=5, team=Team(name="A"), **HERO))
        await session.commit()
    yield engine
    await engine.dispose()


@pytest.fixture
async def naive(engine: AsyncEngine) -> AsyncIterator[AsyncClient]:
    """A client of what takes tables, and returns them."""
    naive_app.state.engine = engine
    transport = ASGITransport(naive_app, raise_app_exceptions=False)
    async with AsyncClient(transport=transport, base_url="http://test") as client:
        yield client


async def test_a_table_as_a_body_is_not_checked(naive: AsyncClient, client: AsyncClient) -> None:
    wrong: dict[str, Any] = {"name": "x" * 99, "age": -3}
    assert (await naive.post("/refreshed", json=wrong)).status_code == 200
    for told in (HERO | {"born": "2020-01-01T00:00:00Z"}, {"name": "Ada"}):
        assert (await naive.post("/heroes", json=told)).status_code == 500  # told by the database
    assert (await naive.post("/events", json={"name": "x" * 99})).json() == 99  # what inherits, too

    assert (await client.post("/api/v1/users", json=ADA | {"email": 1})).status_code == 422
    assert (await client.post("/api/v1/users", json=ADA | {"full_name": ""})).status_code == 422


async def test_a_table_as_a_body_lets_clients_set_all(
    naive: AsyncClient, client: AsyncClient, session: AsyncSession
) -> None:
    mine = {"id": 77, "is_admin": True, "password_hash": "mine"}
    answer = (await naive.post("/refreshed", json=HERO | mine)).json()
    assert answer.items() >= mine.items()  # and all of it is sent back

    response = await client.post("/api/v1/users", json=ADA | mine)
    assert response.status_code == 201
    assert response.json().keys() == {"id", "email", "full_name", "created_at"}
    user = await session.get_one(User, response.json()["id"])
    assert user.id != 77
    assert not user.is_admin
    assert user.password_hash != "mine"


async def test_what_was_committed_is_sent_as_nothing(
    naive: AsyncClient, client: AsyncClient
) -> None:
    """The commit forgets all attributes, and a table is sent with those that it has."""
    response = await naive.post("/heroes", json=HERO)
    assert (response.status_code, response.json()) == (200, {})
    assert (await naive.get("/set/5")).json() == {}  # of a loaded row nothing counts as set

    assert (await sign_up(client))["full_name"] == ADA["full_name"]


def test_without_async_the_same_is_sent() -> None:
    engine = create_engine("sqlite://")
    Naive.metadata.create_all(engine)
    with Session(engine) as session:
        hero = Hero.model_validate(HERO)
        session.add(hero)
        session.commit()
        assert hero.model_dump() == {}
        assert hero.name == "Ada"  # which reads the row again
        assert hero.model_dump().keys() >= HERO.keys()
    engine.dispose()


async def test_a_committed_row_of_ours_keeps_what_it_has(connection: Any) -> None:
    async with create_sessionmaker(connection)() as session:
        user = User(email="a@b", full_name="A", password_hash="x")
        session.add(user)
        await session.commit()
        assert user.model_dump().keys() >= {"id", "email", "created_at"}


@pytest.mark.filterwarnings("ignore:coroutine", "ignore::pytest.PytestUnraisableExceptionWarning")
async def test_a_relationship_that_was_not_loaded_is_a_500(naive: AsyncClient) -> None:
    assert (await naive.get("/heroes/5")).status_code == 500
    gc.collect()  # the query that could not begin complains here, and in no other test


async def test_a_relationship_of_ours_is_loaded_or_raises(
    client: AsyncClient, session: AsyncSession
) -> None:
    await sign_up(client)
    new = {"name": "Lamp", "price": "1.00"}
    headers = await headers_of(client)
    assert (await client.post("/api/v1/products", json=new, headers=headers)).status_code == 201
    [sent] = (await client.get("/api/v1/products")).json()
    assert sent["owner"]["full_name"] == ADA["full_name"]
    product = (await session.scalars(select(Product))).one()
    with pytest.raises(InvalidRequestError, match="lazy='raise'"):
        _ = product.owner


async def test_exec_wants_the_select_of_sqlmodel(engine: AsyncEngine) -> None:
    async with SQLModelSession(engine) as session:
        row: Any = (await session.exec(select_of_sqlalchemy(Hero))).one()  # type: ignore[call-overload]
        assert not isinstance(row, Hero)
        assert isinstance((await session.exec(select(Hero))).one(), Hero)
        for ask in (session.execute, session.scalars):
            with pytest.warns(DeprecationWarning, match="session.exec"):
                await ask(select(Hero))
    async with AsyncSession(engine) as plain:
        assert not hasattr(plain, "exec")
        for statement in (select(Hero), select_of_sqlalchemy(Hero)):
            assert isinstance((await plain.scalars(statement)).one(), Hero)


def test_a_table_is_checked_only_when_it_is_asked_to() -> None:
    assert Hero(name="x" * 99, age=-3).age == -3
    with pytest.raises(ValidationError):
        Hero.model_validate({"name": "x" * 99, "age": -3})
    with pytest.raises(ValidationError):
        Hero.model_validate(HERO, update={"age": -3})
    with pytest.raises(ValidationError):
        UserCreate.model_validate(ADA | {"email": "none"})


def test_a_change_is_the_fields_that_were_sent() -> None:
    change = HeroChange(name="Eve")
    hero = Hero.model_validate(HERO)
    hero.sqlmodel_update(change)
    assert hero.age is None  # type: ignore[comparison-overlap]
    hero = Hero.model_validate(HERO)
    hero.sqlmodel_update(change.model_dump(exclude_unset=True))
    assert (hero.name, hero.age) == ("Eve", 3)
    hero.sqlmodel_update({"age": -3})
    assert hero.age == -3  # never checked


def test_a_column_in_a_base_class_is_of_one_table() -> None:
    class Tagged(Naive):
        tags: list[str] = Field(sa_column=Column(JSON))
        more: list[str] = Field(sa_type=JSON)

    class First(Tagged, table=True):
        id: int | None = Field(default=None, primary_key=True)

    with pytest.raises(ArgumentError, match="'tags' already assigned to Table 'first'"):

        class Second(Tagged, table=True):
            id: int | None = Field(default=None, primary_key=True)


async def test_a_naive_time_is_refused_by_the_table(engine: AsyncEngine) -> None:
    async with SQLModelSession(engine) as session:
        session.add(Event(at=NOON.replace(tzinfo=None)))
        with pytest.raises(StatementError, match="timezone information"):
            await session.flush()


@pytest.mark.parametrize(("zone", "hours"), [("UTC", 12), ("Europe/Berlin", 13)])
async def test_a_column_without_a_zone_keeps_the_time_of_the_session(
    own_postgres_url: str, zone: str, hours: int
) -> None:
    """What SQLModel made before 0.0.45: its newer type reads the column as UTC."""
    settings = {"server_settings": {"TimeZone": zone}}
    engine = create_async_engine(own_postgres_url, connect_args=settings)
    async with engine.begin() as connection:
        await connection.execute(text("CREATE TABLE event (id serial, at timestamp)"))
    async with SQLModelSession(engine) as session:
        session.add(Event(at=NOON))
        await session.commit()
        at = (await session.exec(select(Event.at))).one()
    assert at == NOON.replace(hour=hours)
    async with engine.begin() as connection:
        await connection.execute(text("DELETE FROM event"))
        change = f"ALTER TABLE event ALTER at TYPE timestamptz USING at AT TIME ZONE '{zone}'"
        await connection.execute(text(change))
    await engine.dispose()  # its connections have prepared statements of the old column
    async with SQLModelSession(engine) as session:
        session.add(Event(at=NOON))
        await session.commit()
        assert (await session.exec(select(Event.at))).one() == NOON
    await engine.dispose()


NEW_TABLE = """
from sqlmodel import Field
class Note(Base, table=True):
    id: int | None = Field(default=None, primary_key=True)
    text: str
"""
ALEMBIC = "import sys; from alembic.config import main; [main(c.split()) for c in sys.argv[1:]]"


@pytest.mark.live
@pytest.mark.slow
def test_a_migration_that_autogenerate_makes_imports_sqlmodel(tmp_path: Path) -> None:
    for name in ("app", "migrations"):
        shutil.copytree(ROOT / name, tmp_path / name)
    shutil.copy(ROOT / "alembic.ini", tmp_path)
    with (tmp_path / "app" / "models" / "__init__.py").open("a") as models:
        models.write(NEW_TABLE)

    def alembic(*commands: str) -> str:
        programs = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        variables = {"APP_DATABASE_URL": "sqlite+aiosqlite:///test.db", "PATH": programs}
        done = subprocess.run(
            [sys.executable, "-c", ALEMBIC, *commands],
            cwd=tmp_path, env=os.environ | variables, capture_output=True, text=True, check=False,
        )  # fmt: skip
        return done.stderr if done.returncode else ""

    make = "revision --autogenerate -m notes --rev-id notes"
    assert alembic("upgrade head", make, "upgrade head", "check", "downgrade -1") == ""
    [script] = (tmp_path / "migrations" / "versions").glob("*_notes.py")
    line = "import sqlmodel.sql.sqltypes\n"
    assert line in script.read_text()
    script.write_text(script.read_text().replace(line, ""))
    assert "name 'sqlmodel' is not defined" in alembic("upgrade head")
