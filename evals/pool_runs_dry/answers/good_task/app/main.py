from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

from fastapi import FastAPI, HTTPException, Path, Request
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select, update

from app.carrier import Carrier
from app.db import Base, Parcel, SessionDep, SessionLocal, engine


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    app.state.carrier = Carrier()
    yield
    await app.state.carrier.client.aclose()
    await engine.dispose()


app = FastAPI(title="Parcels", lifespan=lifespan)
ParcelId = Annotated[int, Path(ge=1, le=2**31 - 1)]


class ParcelIn(BaseModel):
    code: str = Field(pattern=r"^\w{1,30}$")


class ParcelOut(ParcelIn):
    model_config = ConfigDict(from_attributes=True)

    id: int
    place: str | None


@app.post("/parcels", status_code=201, response_model=ParcelOut)
async def create_parcel(data: ParcelIn, session: SessionDep) -> Parcel:
    parcel = Parcel(code=data.code)
    session.add(parcel)
    await session.commit()
    return parcel


@app.get("/parcels", response_model=list[ParcelOut])
async def list_parcels(session: SessionDep) -> list[Parcel]:
    return list(await session.scalars(select(Parcel).order_by(Parcel.id.desc()).limit(50)))


@app.post("/parcels/{parcel_id}/refresh", response_model=ParcelOut)
async def refresh(parcel_id: ParcelId, request: Request) -> Parcel:
    async with SessionLocal() as session:
        code = await session.scalar(select(Parcel.code).where(Parcel.id == parcel_id))
    if code is None:
        raise HTTPException(404, "no such parcel")
    place = await request.app.state.carrier.place_of(code)
    change = update(Parcel).where(Parcel.id == parcel_id).values(place=place).returning(Parcel)
    async with SessionLocal.begin() as session:
        parcel = await session.scalar(change)
    if parcel is None:
        raise HTTPException(404, "no such parcel any more")
    return parcel
