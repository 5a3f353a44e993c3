"""What a finding says to do is right at its place: the call, algorithm and database in use."""

from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Self

import httpx
import pytest
from fastapi import Depends, FastAPI, Request, Response
from pydantic import BaseModel, Field, model_validator
from starlette.middleware.base import RequestResponseEndpoint

from tests.audit.programs import only, severity_of


@pytest.mark.parametrize(
    ("call", "fix"),
    [
        ("context.hash(password)", "`await asyncio.to_thread(context.hash, password)`"),
        (
            "context.verify(password, secret=known)",
            "`await asyncio.to_thread(context.verify, password, secret=known)`",
        ),
        ("hashed(password)", "`await asyncio.to_thread(hashed, password)`"),
        (
            "context.hash(password" + " + password" * 9 + ")",
            "`await asyncio.to_thread(context.hash, …)`",
        ),
    ],
)
def test_a_hash_goes_into_a_thread_as_it_is_written(call: str, fix: str, tmp_path: Path) -> None:
    source = f"""
from fastapi import FastAPI
from passlib.context import CryptContext
context = CryptContext(schemes=["argon2"])
app = FastAPI()
def hashed(password):
    return context.hash(password)
@app.post("/")
async def register(password: str, known: str):
    return {call}
"""
    assert only(tmp_path, "hashing-on-event-loop", source).fix == fix


@pytest.mark.parametrize(
    ("statement", "fix"),
    [
        ("session.commit()", "Await it: `await session.commit(...)`"),
        ("rows = session.scalars(1).all()", "Await it: `(await session.scalars(...)).all()`"),
    ],
)
def test_a_coroutine_is_to_be_awaited(statement: str, fix: str, tmp_path: Path) -> None:
    source = f"""
from sqlalchemy.ext.asyncio import AsyncSession
async def work(session: AsyncSession):
    {statement}
"""
    assert only(tmp_path, "forgotten-await", source).fix == fix


def test_a_plain_function_cannot_await(tmp_path: Path) -> None:
    source = """
from sqlalchemy.ext.asyncio import AsyncSession
def work(session: AsyncSession):
    session.commit()
"""
    expected = "Make `work` `async def`, and await it: `await session.commit(...)`"
    assert only(tmp_path, "forgotten-await", source).fix == expected


_FILLED = """
from dataclasses import dataclass
from datetime import date
from typing import Annotated
from fastapi import Depends, FastAPI, Query
from pydantic import BaseModel, Field
app = FastAPI()
class Base(BaseModel):
    {base}
class Filter(Base):
    {model}
@dataclass
class Page:
    {data}
class Plain:
    def __init__(self, {parameter}):
        self.day = day
@app.get("/days")
def read(
    {given}
):
    return filter
"""
_TODAY = "day: date = date.today()"


@pytest.mark.parametrize(
    ("place", "text", "given", "fix"),
    [
        ("model", _TODAY, "filter: Filter = Depends()", "validator"),
        ("model", _TODAY, "filter: Annotated[Filter, Depends(Filter)]", "validator"),
        ("model", "day: date = Field(default=date.today())", "filter: Filter = Depends()", "valid"),
        ("base", _TODAY, "filter: Filter = Depends()", "validator"),
        ("data", _TODAY, "filter: Page = Depends()", "`__post_init__`"),
        ("parameter", _TODAY, "filter: Plain = Depends()", ""),
        ("model", _TODAY, "filter: Annotated[Filter, Query()]", ""),
        ("model", _TODAY, "filter: Filter", ""),
    ],
)
def test_depends_calls_no_default_factory(
    place: str, text: str, given: str, fix: str, tmp_path: Path
) -> None:
    places = {"base": "...", "model": "...", "data": "...", "parameter": "day=1", place: text}
    source = _FILLED.format(**places, given=given)
    found = only(tmp_path, "default-computed-at-import", source).fix
    assert fix in found
    assert bool(found) == bool(fix)


def _one() -> int:
    return 1


class _Factory(BaseModel):
    number: int = Field(default_factory=_one)


@dataclass
class _DataFactory:
    number: int = field(default_factory=_one)


class _Validated(BaseModel):
    number: int | None = None

    @model_validator(mode="after")
    def _set(self) -> Self:
        self.number = self.number or _one()
        return self


@dataclass
class _PostInit:
    number: int | None = None

    def __post_init__(self) -> None:
        self.number = self.number or _one()


@pytest.mark.parametrize(
    ("filled", "works"),
    [(_Factory, False), (_DataFactory, False), (_Validated, True), (_PostInit, True)],
)
async def test_what_works_in_a_model_that_depends_fills(filled: type, works: bool) -> None:
    app = FastAPI()

    @app.get("/")
    def read(made: Annotated[_Validated, Depends(filled)]) -> dict[str, bool]:
        return {"is_one": made.number == 1}

    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        answer = await client.get("/")
    assert (answer.text == '{"is_one":true}') == works


@pytest.mark.parametrize(
    ("encode", "fix"),
    [
        ('jwt.encode({}, KEY, algorithm="HS256")', '`algorithms=["HS256"]`'),
        ("jwt.encode({}, KEY)", '`algorithms=["HS256"]`'),
        ("jwt.encode({}, KEY, algorithm=ALGORITHM)", "`algorithms=[ALGORITHM]`"),
        (
            'jwt.encode({}, KEY, "HS512"), jwt.encode({}, OTHER, "RS256")',
            '`algorithms=["HS512"]`',
        ),
    ],
)
def test_the_algorithm_is_the_one_in_use(encode: str, fix: str, tmp_path: Path) -> None:
    source = f"""
from jose import jwt
from config import ALGORITHM, KEY
def make():
    return {encode}
def read(token):
    return jwt.decode(token, KEY)
"""
    found = only(tmp_path, "token-algorithms-left-out", source)
    assert found.fix.startswith(f"{fix}, the one")


def test_without_an_issuer_the_rule_says_the_algorithm(tmp_path: Path) -> None:
    source = "from jose import jwt\ndef read(token):\n    return jwt.decode(token, 'k')\n"
    assert only(tmp_path, "token-algorithms-left-out", source).fix == ""


@pytest.mark.parametrize(
    ("claims", "severity"),
    [
        ('{"sub": "1", "exp": soon}', "not told"),
        ('dict(sub="1", exp=soon)', "not told"),
        ('{"sub": "1"}', ""),
    ],
)
def test_a_token_that_nobody_makes_matters_less(claims: str, severity: str, tmp_path: Path) -> None:
    source = f"""
import jwt
def make(soon):
    return jwt.encode({claims}, "k", algorithm="HS256")
def read(token):
    return jwt.decode(token, "k", algorithms=["HS256"])
"""
    assert severity_of(tmp_path, "token-without-expiry", source) == severity


@pytest.mark.parametrize(
    ("maker", "severity"),
    [
        ("", "low"),
        ("def claims(soon): return {'sub': '1', 'exp': soon}", "not told"),
        ("def claims(soon): return {'sub': '1'}", ""),
    ],
)
def test_a_token_whose_maker_is_out_of_sight_matters_less(
    maker: str, severity: str, tmp_path: Path
) -> None:
    encode = (
        'def encode(claims): return jwt.encode(claims, "k", algorithm="HS256")' if maker else ""
    )
    source = f"""
import jwt
{encode}
{maker}
def read(token):
    return jwt.decode(token, "k", algorithms=["HS256"])
"""
    assert severity_of(tmp_path, "token-without-expiry", source) == severity


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("postgresql+asyncpg://db/a", "PostgreSQL allows 97"),
        ("mysql+aiomysql://db/a", "MySQL allows 151"),
        ("mariadb+aiomysql://db/a", "MariaDB allows 151"),
    ],
)
def test_the_database_is_the_one_in_use(url: str, says: str, tmp_path: Path) -> None:
    source = f"""
import uvicorn
from sqlalchemy.ext.asyncio import create_async_engine
engine = create_async_engine("{url}", pool_size=90)
uvicorn.run("main:app", workers=4)
"""
    assert says in only(tmp_path, "pool-times-workers", source).message


SCHEMA = """
from fastapi import FastAPI
from pydantic import BaseModel, model_validator
app = FastAPI()
class Out(BaseModel):
    url: str
    @model_validator(mode="after")
    def complete(self):
        self.url = "https://" + self.url
        return self
@app.get("/")
def read(row: int) -> Out:
"""


def test_a_schema_made_of_an_object_is_left_to_fastapi(tmp_path: Path) -> None:
    source = f"{SCHEMA}    return Out.model_validate(row)\n"
    assert only(tmp_path, "response-validated-twice", source).fix == ""


@pytest.mark.parametrize(
    "body",
    [
        "    out = Out.model_validate(row)\n    out.url += str(row)\n    return out\n",
        "    return Out(url=str(row))\n",
    ],
)
def test_a_schema_that_the_endpoint_fills_stays(body: str, tmp_path: Path) -> None:
    fix = only(tmp_path, "response-validated-twice", f"{SCHEMA}{body}").fix
    assert fix.startswith("Let `complete` only check")


@pytest.mark.parametrize(
    ("use", "fix"),
    [
        ("email: pydantic.EmailStr", "Require `pydantic[email]`"),
        ("email: str = fastapi.Form()", "Require `python-multipart`"),
    ],
)
def test_the_extra_is_the_one_that_lacks(use: str, fix: str, tmp_path: Path) -> None:
    source = f"import fastapi\nimport pydantic\ndef login({use}): ...\n"
    source += "#= requirements.txt\nfastapi\n"
    assert only(tmp_path, "missing-extras", f"#= main.py\n{source}").fix == fix


@pytest.mark.parametrize(
    ("driver", "says"), [("asyncpg", "`postgresql://`"), ("aiomysql", "`mysql://`")]
)
def test_the_bare_url_is_that_of_the_database(driver: str, says: str, tmp_path: Path) -> None:
    source = f"""
#= requirements.txt
{driver}
#= main.py
from pydantic_settings import BaseSettings
from sqlalchemy.ext.asyncio import create_async_engine
class Settings(BaseSettings):
    url: str
settings = Settings()
engine = create_async_engine(settings.url)
"""
    assert says in only(tmp_path, "wrong-driver-url", source).message


def test_tables_are_created_in_the_database_in_use(tmp_path: Path) -> None:
    source = """
from contextlib import asynccontextmanager
from fastapi import FastAPI
from sqlalchemy import create_engine
from models import Base
engine = create_engine("mysql+pymysql://db/app")
@asynccontextmanager
async def lifespan(app):
    Base.metadata.create_all(engine)
    yield
app = FastAPI(lifespan=lifespan)
"""
    found = only(tmp_path, "tables-created-by-every-worker", source)
    assert "an empty MySQL" in found.message
    assert "pg_" not in found.fix


async def test_a_dictionary_in_a_context_variable_comes_back_through_base_http_middleware() -> None:
    facts: ContextVar[dict[str, str]] = ContextVar("facts")
    language = ContextVar("language", default="none")
    app = FastAPI()

    @app.middleware("http")
    async def tell(request: Request, call_next: RequestResponseEndpoint) -> Response:
        facts.set({})
        response = await call_next(request)
        response.headers["X-Seen"] = f"{facts.get()} {language.get()}"
        return response

    @app.get("/")
    async def read() -> None:
        facts.get()["user"] = "ann"
        language.set("en")

    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        answer = await client.get("/")
    assert answer.headers["X-Seen"] == "{'user': 'ann'} none"


BOOKS = """
from fastapi import FastAPI
from sqlmodel import Field, Relationship, Session, SQLModel, create_engine
class Author(SQLModel, table=True):
    id: int = Field(primary_key=True)
    {collection}
class Book(SQLModel, table=True):
    author_id: int = Field(foreign_key="author.id", {key})
    number: int = Field(primary_key=True)
class Award(SQLModel, table=True):
    id: int = Field(primary_key=True)
    author_id: int = Field(foreign_key="author.id")
engine = create_engine("postgresql+psycopg://db/app")
app = FastAPI()
@app.post("/books")
def create(author_id: int, number: int):
    with Session(engine) as session:
        session.add_all([Book(author_id=author_id, number=number), Award(author_id=author_id)])
        session.commit()
@app.delete("/authors/{{author_id}}")
def remove(author_id: int):
    with Session(engine) as session:
        session.delete(session.get_one(Author, author_id))
        session.commit()
"""


@pytest.mark.parametrize(
    ("collection", "key", "error", "fix"),
    [
        ("", "", "`Book.author_id` still refers to it (IntegrityError", '`ondelete="CASCADE"`'),
        (
            'books: list["Book"] = Relationship()',
            "",
            "to NULL, which it cannot be (IntegrityError",
            '`"cascade": "all, delete-orphan"` in the `sa_relationship_kwargs` of `Author.books`',
        ),
        (
            'books: list["Book"] = Relationship()',
            'primary_key=True, ondelete="CASCADE"',
            "to NULL, a part of the primary key (AssertionError",
            '`"passive_deletes": True` in the `sa_relationship_kwargs` of `Author.books`',
        ),
    ],
)
def test_the_rows_that_keep_another_one_are_named_with_the_error_and_the_option(
    collection: str, key: str, error: str, fix: str, tmp_path: Path
) -> None:
    source = BOOKS.format(collection=collection or "name: str", key=key)
    found = only(tmp_path, "delete-fails-for-parent", source)
    assert "`Author` that has a `Book` (or `Award`)" in found.message
    assert error in found.message
    assert found.fix.startswith(fix)
