import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI, HTTPException
from pydantic import BaseModel, ConfigDict, EmailStr, Field
from sqlalchemy.exc import IntegrityError

from app import login
from app.db import SessionDep, engine
from app.models import Base, Member
from app.passwords import hasher


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    yield
    await engine.dispose()


app = FastAPI(title="Members", lifespan=lifespan)
app.include_router(login.router)


class SignUp(BaseModel):
    email: EmailStr
    password: str = Field(min_length=10, max_length=200)


class MemberOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: int
    email: str


@app.post("/members", status_code=201, response_model=MemberOut)
async def sign_up(data: SignUp, session: SessionDep) -> Member:
    password_hash = await asyncio.to_thread(hasher.hash, data.password)
    member = Member(email=data.email, password_hash=password_hash)
    session.add(member)
    try:
        await session.commit()
    except IntegrityError:
        raise HTTPException(409, "there is such a member") from None
    return member
