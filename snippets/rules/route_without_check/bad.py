"""Notes of a team, which its members change."""

import os
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Depends, FastAPI, HTTPException
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import Field
from sqlalchemy import delete, update
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

KEY = os.environ["APP_TEAM_KEY"]
engine = create_async_engine(os.environ["APP_DATABASE_URL"], hide_parameters=True)
sessionmaker = async_sessionmaker(engine, expire_on_commit=False)


class Base(DeclarativeBase):
    """All tables."""


class Note(Base):
    """A note of the team."""

    __tablename__ = "notes"

    id: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[str]


async def get_db() -> AsyncIterator[AsyncSession]:
    """Open a session and commit it."""
    async with sessionmaker() as session:
        yield session
        await session.commit()


def get_member(bearer: Annotated[HTTPAuthorizationCredentials, Depends(HTTPBearer())]) -> str:
    """Return who is calling."""
    if bearer.credentials != KEY:
        raise HTTPException(401, headers={"WWW-Authenticate": "Bearer"})
    return "a member"


SessionDep = Annotated[AsyncSession, Depends(get_db, scope="function")]
MemberDep = Annotated[str, Depends(get_member)]
Id = Annotated[int, Field(ge=1, le=2**31 - 1)]
router = APIRouter(prefix="/notes")


@router.put("/{note_id}", status_code=204)
async def change_note(note_id: Id, text: str, _member: MemberDep, session: SessionDep) -> None:
    """Change a note."""
    await session.execute(update(Note).where(Note.id == note_id).values(text=text))


@router.delete("/{note_id}", status_code=204)
async def delete_note(note_id: Id, session: SessionDep) -> None:
    """Delete a note."""
    await session.execute(delete(Note).where(Note.id == note_id))


app = FastAPI()
app.include_router(router)
