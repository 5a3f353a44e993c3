"""Notes, read by a session for each request."""

import os
from collections.abc import Iterator
from typing import Annotated

from fastapi import Depends, FastAPI
from sqlalchemy import String, create_engine, func, select
from sqlalchemy.orm import (
    DeclarativeBase,
    Mapped,
    Session,
    mapped_column,
    sessionmaker,
)

engine = create_engine(os.environ["APP_DATABASE_URL"].replace("+aiosqlite", ""))
new_session = sessionmaker(engine)
app = FastAPI()


class Base(DeclarativeBase):
    """All tables."""


class Note(Base):
    """A note."""

    __tablename__ = "notes"

    text: Mapped[str] = mapped_column(String(200), primary_key=True)


def get_db() -> Iterator[Session]:
    """Open a session."""
    session = new_session()
    try:
        yield session
    finally:
        session.close()


SessionDep = Annotated[Session, Depends(get_db, scope="function")]


def count_notes(session: Session) -> int:
    """Return how many notes there are."""
    return session.scalar(select(func.count()).select_from(Note)) or 0


@app.get("/notes/count")
def read_count(session: SessionDep) -> int:
    """Return how many notes there are."""
    return count_notes(session)
