from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

from fastapi import FastAPI, HTTPException, Path
from pydantic import BaseModel, ConfigDict, Field

from app.db import SessionDep, engine
from app.models import Base, Concert, Ticket


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    yield
    await engine.dispose()


app = FastAPI(title="Tickets", lifespan=lifespan)
ConcertId = Annotated[int, Path(ge=1, le=2**31 - 1)]


class NewConcert(BaseModel):
    seats: int = Field(ge=1, le=100_000)


class Purchase(BaseModel):
    buyer: str = Field(pattern=r"^[\w.@+-]{1,100}$")
    seats: int = Field(ge=1, le=10)


class ConcertOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: int
    seats_left: int


class TicketOut(Purchase):
    model_config = ConfigDict(from_attributes=True)

    id: int


@app.post("/concerts", status_code=201, response_model=ConcertOut)
async def add_concert(new: NewConcert, session: SessionDep) -> Concert:
    concert = Concert(seats_left=new.seats)
    session.add(concert)
    await session.commit()
    return concert


@app.get("/concerts/{concert_id}", response_model=ConcertOut)
async def show_concert(concert_id: ConcertId, session: SessionDep) -> Concert:
    concert = await session.get(Concert, concert_id)
    if concert is None:
        raise HTTPException(404, "no such concert")
    return concert


@app.post("/concerts/{concert_id}/tickets", status_code=201, response_model=TicketOut)
async def buy(concert_id: ConcertId, purchase: Purchase, session: SessionDep) -> Ticket:
    concert = await session.get(Concert, concert_id, with_for_update=True)
    if concert is None:
        raise HTTPException(404, "no such concert")
    if concert.seats_left < purchase.seats:
        raise HTTPException(409, "sold out")
    concert.seats_left = concert.seats_left - purchase.seats
    ticket = Ticket(concert_id=concert_id, buyer=purchase.buyer, seats=purchase.seats)
    session.add(ticket)
    await session.commit()
    return ticket
