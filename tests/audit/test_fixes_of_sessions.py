"""What a finding about a session or an engine says to do names the session, table and engine."""

from pathlib import Path

import pytest

from tests.audit.programs import only

BOOKS = """
import asyncio
import httpx
from fastapi import Depends, FastAPI, HTTPException
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
class Base(DeclarativeBase): ...
class Author(Base):
    __tablename__ = "authors"
    id: Mapped[int] = mapped_column(primary_key=True)
    copies: Mapped[int]
    name: Mapped[str] = mapped_column(unique=True)
class Book(Base):
    __tablename__ = "books"
    id: Mapped[int] = mapped_column(primary_key=True)
    author_id: Mapped[int]
app = FastAPI()
"""


@pytest.mark.parametrize(
    ("endpoint", "fix"),
    [
        (
            """
@app.get("/a")
async def read(db: AsyncSession = Depends(), client: httpx.AsyncClient = Depends()):
    await db.get(Author, 1)
    return (await client.get("https://example.com")).text
""",
            "`await db.commit()` before",
        ),
        (
            """
@app.get("/a")
async def read(db: AsyncSession = Depends(), client: httpx.AsyncClient = Depends()):
    await db.get(Author, 1)
    task = db.get(Author, 2)
    found, answer = await asyncio.gather(task, client.get("https://example.com"))
    return (await client.get("https://example.com")).text
""",
            "`await db.commit()` before",
        ),
        (
            """
@app.get("/a")
def read(session: Session = Depends()):
    session.get(Author, 1)
    return httpx.get("https://example.com").text
""",
            "`session.commit()` before",
        ),
        (
            """
def first(session: Session):
    return session.get(Author, 1)
@app.get("/a")
async def read(session: Session = Depends(), client: httpx.AsyncClient = Depends()):
    first(session)
    return (await client.get("https://example.com")).text
""",
            "`session.commit()` before",
        ),
        (
            """
async def first(session: AsyncSession):
    return await session.get(Author, 1)
@app.get("/a")
async def read(session: AsyncSession = Depends(), client: httpx.AsyncClient = Depends()):
    await first(session)
    return (await client.get("https://example.com")).text
""",
            "`await session.commit()` before",
        ),
        (
            """
async def first(session: AsyncSession):
    return await session.get(Author, 1)
@app.get("/a")
async def read(session: AsyncSession = Depends(), client: httpx.AsyncClient = Depends()):
    await first(session)
    text = (await client.get("https://example.com")).text
    await asyncio.shield(session.scalar(select(Author)))
    return text
""",
            "`await session.commit()` before",
        ),
    ],
    ids=[
        "async",
        "gathered",
        "sync",
        "sync, in another function",
        "async, in another function",
        "async, shielded",
    ],
)
def test_the_session_that_ends_is_named(endpoint: str, fix: str, tmp_path: Path) -> None:
    found = only(tmp_path, "connection-held-during-slow-work", BOOKS + endpoint)
    assert found.fix.startswith(fix)


CHANGED = """
@app.put("/a/{id}")
async def change(id: int, session: Session = Depends(), client: httpx.AsyncClient = Depends()):
    author = session.get(Author, id)
    BEFORE
    return await looked_up(session, client)
async def looked_up(session: Session, client: httpx.AsyncClient) -> str:
    session.scalar(select(Author.name))
    return (await client.get("https://example.com")).text
"""


@pytest.mark.parametrize(
    ("before", "fix"),
    [
        ("author.name = 'x'", "Do the slow call before"),
        ("author.copies += 1", "Do the slow call before"),
        ("setattr(author, 'name', 'x')", "Do the slow call before"),
        ("session.add(Book(author_id=id))", "Do the slow call before"),
        ("session.delete(author)", "Do the slow call before"),
        ("name = author.name", "`session.commit()` before"),
        ("author.name = 'x'; session.commit()", "`session.commit()` before"),
        ("app.state.name = author.name", "`session.commit()` before"),
    ],
)
def test_half_a_change_is_not_to_be_stored(before: str, fix: str, tmp_path: Path) -> None:
    source = BOOKS + CHANGED.replace("BEFORE", before)
    found = only(tmp_path, "connection-held-during-slow-work", source)
    assert found.fix.startswith(fix)


@pytest.mark.parametrize(
    ("query", "fix"),
    [
        (
            "await session.get(Author, book.author_id)",
            "One `select(Author).where(Author.id.in_(keys))` before the loop, or a join",
        ),
        (
            "await session.scalar(select(Author).where(Author.id == book.author_id))",
            "One query for all the rows before the loop: `.in_(keys)`, a join, or `selectinload`",
        ),
        ("await named(session, book)", "Let `named` take all the rows, and run one query for them"),
    ],
)
def test_rows_got_one_by_one_are_got_at_once(query: str, fix: str, tmp_path: Path) -> None:
    source = f"""{BOOKS}
async def named(session: AsyncSession, book: Book) -> Author:
    return await session.get_one(Author, book.author_id)
@app.get("/books")
async def read(session: AsyncSession = Depends()):
    for book in (await session.scalars(select(Book))).all():
        {query}
"""
    assert only(tmp_path, "query-per-row", source).fix == fix


@pytest.mark.parametrize(
    ("change", "added"),
    [
        ("author.copies += 1", "+ 1"),
        ("author.copies -= 2", "- 2"),
        ("author.copies = author.copies - 1", "- 1"),
    ],
)
def test_the_statement_that_changes_is_written_out(change: str, added: str, tmp_path: Path) -> None:
    source = f"""{BOOKS}
@app.post("/a")
async def add(session: AsyncSession = Depends()):
    author = await session.get(Author, 1)
    {change}
    await session.commit()
"""
    statement = f"update(Author).where(...).values(copies=Author.copies {added})"
    assert only(tmp_path, "lost-update", source).fix == f"Lock the row, or `{statement}`"


@pytest.mark.parametrize(
    ("factor", "begin"),
    [("author.copies / 3", "Lock the row, `with_for_update"), ("wanted", "Lock the row, or")],
)
def test_what_is_computed_from_the_row_needs_a_lock(
    factor: str, begin: str, tmp_path: Path
) -> None:
    source = f"""{BOOKS}
@app.post("/a")
async def add(wanted: int, session: AsyncSession = Depends()):
    author = await session.get(Author, 1)
    more = {factor}
    author.copies = author.copies + more
    await session.commit()
"""
    assert only(tmp_path, "lost-update", source).fix.startswith(begin)


@pytest.mark.parametrize(
    ("column", "severity"),
    [
        ("total", ""),
        ("total_paid", ""),
        ("total_runs", "medium"),
        ("total_page_views", "medium"),
        ("login_count", "low"),
        ("total_logins", "low"),
        ("failed_login_count", "medium"),
        ("login_points", ""),
    ],
)
def test_a_count_of_what_happened_matters_less_than_a_sum(
    column: str, severity: str, tmp_path: Path
) -> None:
    source = f"""{BOOKS}
class Job(Base):
    __tablename__ = "jobs"
    id: Mapped[int] = mapped_column(primary_key=True)
    {column}: Mapped[int]
@app.post("/jobs")
async def run(session: AsyncSession = Depends()):
    job = await session.get(Job, 1)
    job.{column} += 1
    await session.commit()
"""
    assert only(tmp_path, "lost-update", source).severity == severity


@pytest.mark.parametrize(
    ("kind", "wait", "flush"),
    [
        ("async def", "await ", ""),
        ("async def", "", "Unique constraint; `session.flush()`"),
        ("def", "", "Unique constraint; `session.flush()`"),
    ],
)
def test_a_sync_session_is_not_awaited(kind: str, wait: str, flush: str, tmp_path: Path) -> None:
    session = "AsyncSession" if wait else "Session"
    source = f"""{BOOKS}
@app.post("/a")
{kind} add(name: str, session: {session} = Depends()):
    if {wait}session.scalar(select(Author).where(Author.name == name)):
        raise HTTPException(409)
    session.add(Author(name=name))
    {wait}session.commit()
"""
    fix = only(tmp_path, "check-then-insert", source).fix
    assert fix.partition(" in ")[0] == flush


def test_a_sync_session_that_coroutines_only_hand_on_is_not_awaited(tmp_path: Path) -> None:
    source = f"""{BOOKS}
async def find(name: str, session: Session):
    return session.query(Author).filter(Author.name == name).first()
async def insert(name: str, session: Session):
    session.add(Author(name=name))
    session.commit()
@app.post("/a")
async def add(name: str, session: Session = Depends()):
    if await find(name, session):
        raise HTTPException(409)
    await insert(name, session=session)
"""
    fix = only(tmp_path, "check-then-insert", source).fix
    assert fix.startswith("Unique constraint; `session.flush()`")


@pytest.mark.parametrize(
    ("session", "opened"), [("AsyncSession", "async with"), ("Session", "with")]
)
def test_a_task_opens_a_session_of_the_same_kind(session: str, opened: str, tmp_path: Path) -> None:
    maker = "async_sessionmaker" if session == "AsyncSession" else "sessionmaker"
    source = f"""
from fastapi import BackgroundTasks, Depends, FastAPI
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from sqlalchemy.orm import Session, sessionmaker
app = FastAPI()
makes = {maker}()
async def get_db():
    {opened} makes() as session:
        yield session
def work(session: {session}): ...
@app.post("/a")
async def add(tasks: BackgroundTasks, db: {session} = Depends(get_db, scope="function")):
    tasks.add_task(work, db)
"""
    fix = only(tmp_path, "session-in-background-task", source).fix
    expected = f"`add_task(work, user.id)`, and `{opened} sessionmaker()` in `work`"
    assert fix == ("" if opened == "async with" else expected)


@pytest.mark.parametrize("maker", ["create_engine", "create_async_engine"])
def test_the_engine_is_made_by_the_same_function(maker: str, tmp_path: Path) -> None:
    module = "sqlalchemy.ext.asyncio" if "async" in maker else "sqlalchemy"
    source = f"""
from {module} import {maker}
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
class Base(DeclarativeBase): ...
class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    password_hash: Mapped[str]
engine = {maker}("postgresql+psycopg://db/app")
"""
    found = only(tmp_path, "sql-error-logs-parameters", source)
    assert found.fix == f"`{maker}(url, hide_parameters=True)`"


def test_a_setting_that_nothing_checks_is_no_fault_yet(tmp_path: Path) -> None:
    source = """
from pydantic_settings import BaseSettings
from sqlalchemy.ext.asyncio import create_async_engine
class Settings(BaseSettings):
    url: str
engine = create_async_engine(Settings().url)
"""
    assert only(tmp_path, "wrong-driver-url", source).severity == "low"


@pytest.mark.parametrize(("name", "severity"), [("scripts/dump.py", "low"), ("app.py", "")])
def test_the_clock_of_a_script_matters_less(name: str, severity: str, tmp_path: Path) -> None:
    source = f"""
#= {name}
import fastapi
from datetime import datetime
def stamp() -> float:
    return datetime.utcnow().timestamp()
"""
    assert only(tmp_path, "local-time-as-utc", source).severity == severity


@pytest.mark.parametrize(
    ("call", "severity", "fix"),
    [
        ("mail.delay(1)", "medium", "`await asyncio.to_thread(mail.delay, …)`"),
        ("mail.apply_async((1,))", "medium", "`await asyncio.to_thread(mail.apply_async, …)`"),
        ("requests.get('https://example.com')", "", ""),
    ],
)
def test_a_job_that_a_broker_takes_blocks_shortly(
    call: str, severity: str, fix: str, tmp_path: Path
) -> None:
    source = f"""
import requests
from celery import Celery
from fastapi import FastAPI
worker = Celery("worker")
@worker.task
def mail(key: int) -> None: ...
app = FastAPI()
@app.post("/")
async def send() -> None:
    {call}
"""
    found = only(tmp_path, "blocking-call-in-async", source)
    assert (found.severity, found.fix) == (severity, fix)
