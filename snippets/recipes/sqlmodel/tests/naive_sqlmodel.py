"""Tables of SQLModel in the place of schemas, as a first draft has them."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Annotated, ClassVar

from fastapi import Depends, FastAPI, Request
from sqlalchemy import MetaData
from sqlmodel import Field, Relationship, SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession


class Naive(SQLModel):
    """Apart from the service's tables."""

    metadata: ClassVar[MetaData] = MetaData()


class Team(Naive, table=True):
    """Where heroes are."""

    id: int | None = Field(default=None, primary_key=True)
    name: str


class HeroBase(Naive):
    """What a client may send."""

    name: str = Field(max_length=9)
    age: int = Field(ge=0)


class Hero(HeroBase, table=True):
    """And what it may not."""

    id: int | None = Field(default=None, primary_key=True)
    password_hash: str = "hash"
    is_admin: bool = False
    born: datetime | None = None
    team_id: int | None = Field(default=None, foreign_key="team.id")
    team: Team | None = Relationship()


class Event(Naive, table=True):
    """Something at a time."""

    id: int | None = Field(default=None, primary_key=True)
    at: datetime


class EventIn(Event):
    """Inherits from a table."""

    name: str = Field(default="", max_length=9)


class TeamOut(SQLModel):
    """A team as clients see it."""

    name: str


class HeroOut(HeroBase):
    """A hero with the team, which nobody loads."""

    team: TeamOut | None = None


class HeroChange(SQLModel):
    """A change of some fields."""

    name: str | None = None
    age: int | None = None


async def get_session(request: Request) -> AsyncIterator[AsyncSession]:
    """Open a session that forgets what it committed, which is the default."""
    async with AsyncSession(request.app.state.engine) as session:
        yield session


SessionDep = Annotated[AsyncSession, Depends(get_session)]
app = FastAPI()


@app.post("/heroes")
async def create(hero: Hero, session: SessionDep) -> Hero:
    session.add(hero)
    await session.commit()
    return hero


@app.post("/refreshed")
async def create_and_refresh(hero: Hero, session: SessionDep) -> Hero:
    session.add(hero)
    await session.commit()
    await session.refresh(hero)
    return hero


@app.get("/heroes/{number}", response_model=HeroOut)
async def read(number: int, session: SessionDep) -> Hero | None:
    return await session.get(Hero, number)


@app.get("/set/{number}", response_model_exclude_unset=True)
async def read_what_is_set(number: int, session: SessionDep) -> Hero | None:
    return await session.get(Hero, number)


@app.post("/events")
async def check(event: EventIn) -> int:
    return len(event.name)
