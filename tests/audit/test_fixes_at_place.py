"""What a finding says to do, and how much it matters, follow from what stands at its place."""

from pathlib import Path

import pytest

from fastapi_pro.paths import RULES
from fastapi_pro.rulebook import load_rule
from tests.audit.programs import audit, only, severity_of


@pytest.mark.parametrize(
    ("column", "severity"),
    [
        ("password_hash", ""),
        ("reset_token", ""),
        ("card_pin", ""),
        ("sha256_hash", ""),
        ("title", "medium"),
        ("pinned", "medium"),
        ("hashtag", "medium"),
        ("is_secret", "medium"),
        ("has_password", "medium"),
        ("token_type", "medium"),
        ("encrypted_token", "medium"),
        ("secret_expires", "medium"),
        ("sync_token", "medium"),
        ("next_page_token", "medium"),
        ("email_address", ""),
    ],
)
def test_a_row_without_a_secret_matters_less(column: str, severity: str, tmp_path: Path) -> None:
    source = f"""
from fastapi import Depends, FastAPI
from sqlalchemy import select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
class Base(DeclarativeBase): ...
class Invoice(Base):
    __tablename__ = "invoices"
    id: Mapped[int] = mapped_column(primary_key=True)
    {column}: Mapped[str]
def get_session():
    with Session() as session:
        yield session
app = FastAPI()
@app.get("/invoice")
def read(session: Session = Depends(get_session)):
    return session.scalar(select(Invoice))
"""
    found = only(tmp_path, "orm-object-without-response-model", source)
    assert found.severity == severity
    assert found.fix.startswith("`response_model=InvoiceOut`")


@pytest.mark.parametrize(
    ("more", "severity"),
    [
        ("", ""),
        ("#= requirements.txt\naiosqlite\n", ""),
        ("#= requirements.txt\npsycopg2-binary==2.9.9\n", "low"),
        ('server = create_engine("postgresql+psycopg://db/app")\n', "low"),
        ('reports = create_engine("sqlite:///reports.db")\n', ""),
    ],
)
def test_sqlite_beside_another_database_matters_less(
    more: str, severity: str, tmp_path: Path
) -> None:
    source = f"""
#= main.py
from datetime import UTC, datetime
from sqlalchemy import DateTime, create_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
engine = create_engine("sqlite:///app.db")
class Base(DeclarativeBase): ...
class Invite(Base):
    __tablename__ = "invites"
    id: Mapped[int] = mapped_column(primary_key=True)
    until: Mapped[datetime] = mapped_column(DateTime(timezone=True))
def is_over(invite: Invite) -> bool:
    return invite.until < datetime.now(UTC)
{more}"""
    assert only(tmp_path, "naive-times-on-sqlite", source).severity == severity


@pytest.mark.parametrize(
    ("library", "options", "reads", "fix"),
    [
        ("import jwt", "", "sub", '`options={"require": ["exp", "sub"]}`'),
        ("import jwt", "", "user_id", '`options={"require": ["exp"]}`'),
        ("from jose import jwt", "", "uid", '`options={"require_exp": True}`'),
        (
            "from jose import jwt",
            "",
            "sub",
            '`options={"require_exp": True, "require_sub": True}`',
        ),
        (
            "import jwt",
            ', options={"verify_aud": False}',
            "id",
            'Add to its `options`: `"require": ["exp"]`',
        ),
    ],
)
def test_only_the_claims_in_use_are_required(
    library: str, options: str, reads: str, fix: str, tmp_path: Path
) -> None:
    source = f"""
{library}
def read(token):
    claims = jwt.decode(token, "k", algorithms=["HS256"]{options})
    return claims["{reads}"]
"""
    assert only(tmp_path, "token-without-expiry", source).fix == fix


@pytest.mark.parametrize(
    ("keys", "fix"),
    [
        (["orm_mode = True"], "`model_config = ConfigDict(from_attributes=True)`"),
        (
            ["orm_mode = True", "allow_population_by_field_name = True"],
            "`model_config = ConfigDict(from_attributes=True, populate_by_name=True)`",
        ),
        (
            ['schema_extra = {"example": {"name": "Ada"}}'],
            "`model_config = ConfigDict(json_schema_extra=...)`",
        ),
        (["smart_union = True"], ""),
    ],
)
def test_the_configuration_is_that_of_the_class(keys: list[str], fix: str, tmp_path: Path) -> None:
    body = "\n        ".join(keys)
    source = f"""
from pydantic import BaseModel
class Out(BaseModel):
    name: str
    class Config:
        {body}
"""
    assert only(tmp_path, "v1-config-leftovers", source).fix == fix


@pytest.mark.parametrize(
    ("read", "fix"),
    [
        ('os.getenv("JWT_SECRET", "change-it")', '`os.environ["JWT_SECRET"]`'),
        ('os.environ.get("JWT_SECRET", "change-it")', '`os.environ["JWT_SECRET"]`'),
        ('os.getenv("JWT_SECRET") or "change-it"', '`os.environ["JWT_SECRET"]`'),
    ],
)
def test_a_variable_of_the_environment_is_required(read: str, fix: str, tmp_path: Path) -> None:
    found = only(
        tmp_path, "secret-in-source", f"import os\nimport fastapi\nSECRET = {read}\nsign(SECRET)\n"
    )
    assert found.fix.startswith(fix)


def test_two_commits_are_named_as_they_are_called(tmp_path: Path) -> None:
    source = """
from fastapi import Depends, FastAPI
from sqlalchemy.orm import Session
from models import Team, User
class Users:
    def create(self, session: Session):
        session.add(User())
        session.commit()
class Teams:
    def create(self, session: Session):
        session.add(Team())
        session.commit()
users, teams = Users(), Teams()
app = FastAPI()
def get_session():
    with Session() as session:
        yield session
@app.post("/")
def register(session: Session = Depends(get_session)):
    Users().create(session)
    Teams().create(session)
"""
    message = only(tmp_path, "commit-per-call", source).message
    assert "`Users().create` in line" in message
    assert "so does `Teams().create`" in message


def test_one_function_that_commits_twice_is_named_once(tmp_path: Path) -> None:
    source = """
from fastapi import Depends, FastAPI
from sqlalchemy.orm import Session
from models import Seat
def reserve(session: Session, seat: str):
    session.add(Seat(name=seat))
    session.commit()
app = FastAPI()
def get_session():
    with Session() as session:
        yield session
@app.post("/")
def book(first: str, second: str, session: Session = Depends(get_session)):
    reserve(session, first)
    reserve(session, second)
"""
    message = only(tmp_path, "commit-per-call", source).message
    assert message.startswith("`reserve` in line 13 commits, and here again: ")


NUMBERS = """
from fastapi import Depends, FastAPI
from pydantic import BaseModel
from sqlalchemy import BigInteger, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
maker = async_sessionmaker(create_async_engine("postgresql+asyncpg://db/app"))
class Base(DeclarativeBase): ...
class Track(Base):
    __tablename__ = "tracks"
    id: Mapped[int] = mapped_column(primary_key=True)
    isrc: Mapped[int] = mapped_column(BigInteger)
class Ask(BaseModel):
    track_id: int
async def get_session():
    async with maker() as session:
        yield session
app = FastAPI()
"""


@pytest.mark.parametrize(
    ("path", "parameter", "where", "fix"),
    [
        ("/{key}", "key: int", "Track.id == key", "`Annotated[int, Path(le=2**31 - 1)]`"),
        ("/", "key: int", "Track.id == key", "`Annotated[int, Query(le=2**31 - 1)]`"),
        ("/", "key: int = 1", "Track.isrc == key", "`Annotated[int, Query(le=2**63 - 1)]`"),
        ("/", "ask: Ask", "Track.id == ask.track_id", "`Annotated[int, Field(le=2**31 - 1)]`"),
    ],
)
def test_the_bound_stands_where_the_number_comes_in(
    path: str, parameter: str, where: str, fix: str, tmp_path: Path
) -> None:
    source = f"""{NUMBERS}
@app.post("{path}")
async def read({parameter}, session: AsyncSession = Depends(get_session)):
    return (await session.scalars(select(Track).where({where}))).first().id
"""
    assert only(tmp_path, "id-out-of-range", source).fix == fix


@pytest.mark.parametrize(
    ("prefix", "path", "parameter", "kind"),
    [
        ("", '"/{key}"', "key: int", "Path"),
        ("/{key}", '"/"', "key: int", "Path"),
        ("", '"/{key_id}"', "key: int", "Query"),
        ("", "settings.PATH", "key: Annotated[int, Path()]", "Path"),
        ("", '"/"', 'key: Annotated[int, Header(alias="X-Key")]', "Header"),
        ("", '"/"', "key: int = Cookie(1)", "Cookie"),
    ],
)
def test_the_bound_of_a_dependency_is_one_of_its_path(
    prefix: str, path: str, parameter: str, kind: str, tmp_path: Path
) -> None:
    source = f"""
from typing import Annotated
from fastapi import APIRouter, Cookie, Header, Path
{NUMBERS}
router = APIRouter(prefix="{prefix}")
async def track({parameter}, session: AsyncSession = Depends(get_session)):
    return (await session.scalars(select(Track).where(Track.id == key))).first()
@router.get({path})
async def read(found: Track = Depends(track)):
    return found.id
app.include_router(router)
"""
    fix = only(tmp_path, "id-out-of-range", source).fix
    assert fix == f"`Annotated[int, {kind}(le=2**31 - 1)]`"


ALBUMS = """
from fastapi import Depends, FastAPI
from pydantic import BaseModel
from sqlalchemy import ForeignKey, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship
class Base(DeclarativeBase): ...
class Label(Base):
    __tablename__ = "labels"
    id: Mapped[int] = mapped_column(primary_key=True)
class Track(Base):
    __tablename__ = "tracks"
    id: Mapped[int] = mapped_column(primary_key=True)
    album_id: Mapped[int] = mapped_column(ForeignKey("albums.id"))
class Album(Base):
    __tablename__ = "albums"
    id: Mapped[int] = mapped_column(primary_key=True)
    label_id: Mapped[int] = mapped_column(ForeignKey("labels.id"))
    tracks: Mapped[list[Track]] = relationship()
    label: Mapped[Label] = relationship()
class Out(BaseModel):
    tracks: list[dict]
    label: dict
app = FastAPI()
@app.get("/{key}", response_model=Out)
async def read(key: str, session: AsyncSession = Depends()):
    return QUERY
"""


@pytest.mark.parametrize(
    ("query", "fix"),
    [
        (
            "await session.get(Album, key)",
            "`options=[selectinload(Album.tracks), selectinload(Album.label)]` in this call",
        ),
        (
            "await session.scalar(select(Album).where(Album.id == key))",
            "`.options(selectinload(Album.tracks), selectinload(Album.label))`",
        ),
    ],
)
def test_what_one_query_does_not_load_is_one_finding(query: str, fix: str, tmp_path: Path) -> None:
    source = ALBUMS.replace("QUERY", query)
    assert only(tmp_path, "lazy-load-while-serialising", source).fix == fix


@pytest.mark.parametrize(
    ("statement", "key"),
    [
        ("select(Parcel).offset(skip).limit(20)", "Parcel.number"),
        ("select(Parcel).where(Parcel.weight > 2).limit(20).offset(skip)", "Parcel.number"),
        ("select(Parcel.number, Parcel.weight).offset(skip).limit(20)", "key"),
        ("parcels().offset(skip).limit(20)", "key"),
    ],
)
def test_the_last_key_is_one_of_the_project(statement: str, key: str, tmp_path: Path) -> None:
    source = f"""
from fastapi import FastAPI
from sqlalchemy import select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
class Base(DeclarativeBase): ...
class Parcel(Base):
    __tablename__ = "parcels"
    number: Mapped[int] = mapped_column(primary_key=True)
    weight: Mapped[int]
def parcels():
    return select(Parcel)
app = FastAPI()
@app.get("/parcels")
def listed(session: Session, skip: int = 0):
    return session.scalars({statement}).all()
"""
    fix = f"Page by the last key: `where({key} > after).order_by({key}).limit(limit)`"
    assert only(tmp_path, "deep-offset", source).fix == fix


@pytest.mark.parametrize(
    ("other", "fix"),
    [
        ('{"sub": name, "kind": "refresh"}', '`options={"require": ["exp", "sub"]}`'),
        ('{"sid": name, "kind": "refresh"}', '`options={"require": ["exp"]}`'),
        ('{"sid": name}', '`options={"require": ["exp"]}`'),
    ],
)
def test_a_subject_is_required_where_each_issuer_sets_it(
    other: str, fix: str, tmp_path: Path
) -> None:
    source = f"""
import jwt
from config import KEY
def access(name, until):
    return jwt.encode({{"sub": name, "exp": until}}, KEY)
def renewing(name, until):
    return jwt.encode({other}, KEY)
def both(name, until):
    return dict(sub=access(name, until), renew=renewing(name, until))
def guest(name, GUEST_KEY):
    return jwt.encode({{"guest": name}}, GUEST_KEY)
def read(token):
    return jwt.decode(token, KEY, algorithms=["HS256"])
def user(token):
    return read(token)["sub"]
"""
    found = only(tmp_path, "token-without-expiry", source)
    assert found.fix == f"Set `exp` in what `renewing` encodes, then {fix}"


@pytest.mark.parametrize(
    ("options", "fix"),
    [
        ("", 'then `options={"require": ["exp"]}`'),
        (
            ', options={"verify_aud": False}',
            'then add to its `options`: `"require": ["exp"]`',
        ),
    ],
)
def test_who_issues_tokens_without_expiry_is_named_first(
    options: str, fix: str, tmp_path: Path
) -> None:
    source = f"""
import jwt
from config import key
def sign_in(name):
    return jwt.encode({{"name": name}}, key("site"))
def invite(name):
    return jwt.encode(payload={{"name": name, "by": "mail"}}, key=key("site"))
def renew(name, until):
    return jwt.encode({{"name": name, "exp": until}}, key("site"))
def read(token):
    return jwt.decode(token, key("site"), algorithms=["HS256"]{options})
"""
    found = only(tmp_path, "token-without-expiry", source)
    assert found.fix == f"Set `exp` in what `sign_in` and `invite` encode, {fix}"


@pytest.mark.parametrize(
    ("kind", "fix"),
    [
        ("list[str]", ""),
        (
            "dict[str, int]",
            (
                'Set it as JSON, `{"a": "1"}`, or declare it `str | dict[str, int]`:'
                " the text then reaches the validator"
            ),
        ),
    ],
)
def test_a_dict_in_the_settings_is_no_list(kind: str, fix: str, tmp_path: Path) -> None:
    source = f"""
from pydantic import field_validator
from pydantic_settings import BaseSettings
class Settings(BaseSettings):
    limits: {kind} = {{}}
    @field_validator("limits", mode="before")
    @classmethod
    def split(cls, value):
        return dict(part.split("=") for part in value.split(","))
"""
    assert only(tmp_path, "list-setting-from-environment", source).fix == fix


@pytest.mark.parametrize(
    ("around", "outer"),
    [
        ("", ""),
        ("class Config(BaseModel):\n    login: Login\n", "Config"),
        ("class Config(BaseSettings):\n    login: Login | None = None\n", "Config"),
        ("class Config(BaseSettings):\n    login: Login = Login()\n", "Config` and of `Login"),
        (
            (
                "class Shop(BaseSettings):\n    login: Login\n"
                "class Config(BaseModel):\n    shops: list[Shop]\n"
            ),
            "Config",
        ),
    ],
)
def test_the_outermost_class_hides_the_input(around: str, outer: str, tmp_path: Path) -> None:
    source = f"""
from pydantic import BaseModel
from pydantic_settings import BaseSettings
class Login(BaseSettings):
    user: str
    password: str
{around}"""
    fix = only(tmp_path, "settings-error-prints-secret", source).fix
    assert fix.startswith(f"`hide_input_in_errors=True` in the `model_config` of `{outer}`") == (
        outer != ""
    )


@pytest.mark.parametrize(
    ("fields", "secret"),
    [
        (["api_key", "host", "name", "port"], "api_key"),
        (["name", "host", "api_key", "port"], "api_key"),
        (["host", "name", "api_key", "user", "port"], "api_key"),
        (["host", "api_key", "name", "url_dsn"], "api_key"),
        (["address", "region", "api_key", "api_secret"], "api_secret"),
        (["api_key", "host", "a", "short_token", "b", "c"], "short_token"),
        (["administrator_password", "region", "address", "broker_url"], ""),
        (["host", "name", "api_key", "user_name", "address"], ""),
    ],
)
def test_the_secret_is_one_that_the_error_prints(
    fields: list[str], secret: str, tmp_path: Path
) -> None:
    limits = {"short_token": " = Field(min_length=32)"}
    declared = "".join(f"    {name}: str{limits.get(name, '')}\n" for name in fields)
    source = f"""
from fastapi import FastAPI
from pydantic import Field
from pydantic_settings import BaseSettings
class Settings(BaseSettings):
{declared}
app = FastAPI()
"""
    found = [f for f in audit(tmp_path, source) if f.slug == "settings-error-prints-secret"]
    told = [f"prints values, `{secret}` among them"] if secret else []
    assert [f.message[-len(text) :] for f, text in zip(found, told, strict=True)] == told


def test_a_page_of_a_table_whose_key_is_not_known_names_none(tmp_path: Path) -> None:
    source = """
from fastapi import FastAPI
from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
app = FastAPI()
class Base(DeclarativeBase): ...
class Entry(Base):
    __tablename__ = "entries"
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
@app.post("/entries")
def make(session: Session):
    session.add(Entry(user_id=1))
@app.get("/entries")
def read(session: Session):
    return session.scalars(select(Entry)).all()
"""
    fix = "`.order_by(key).limit(limit)`, at most 100, and `.where(key > after)`"
    assert only(tmp_path, "list-without-limit", source).fix == fix


@pytest.mark.parametrize(
    ("query", "loaded"),
    [
        ("select(Entry).limit(limit)", "the whole table"),
        ("select(Entry).where(Entry.book == book).limit(limit)", "all rows that its query finds"),
        ("session.query(Entry).filter_by(book=book).limit(limit)", "all rows that its query finds"),
        ("newest(limit)", "all rows that its query finds"),
        ("of(limit, book)", "all rows that its query finds"),
        ("of(limit, None)", "the whole table"),
        ("of(limit, kind)", "the whole table"),
        ("of(limit)", "the whole table"),
        ("page(of_book(book), limit)", "all rows that its query finds"),
        ("of_book(book).limit(limit)", "all rows that its query finds"),
        ("text('SELECT * FROM entries WHERE book = 1 LIMIT :n'), {'n': limit}", "all rows that"),
    ],
)
def test_a_page_is_of_what_its_query_finds(query: str, loaded: str, tmp_path: Path) -> None:
    source = f"""
from fastapi import FastAPI
from sqlalchemy import select, text
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
app = FastAPI()
class Base(DeclarativeBase): ...
class Entry(Base):
    __tablename__ = "entries"
    id: Mapped[int] = mapped_column(primary_key=True)
    book: Mapped[str]
def newest(count):
    rows = select(Entry).filter(Entry.book == "news")
    return rows.limit(count)
def of_book(book):
    return select(Entry).where(Entry.book == book)
def page(rows, count):
    return rows.order_by(Entry.id).limit(count)
def of(count, book=None):
    rows = select(Entry)
    if book:
        rows = rows.where(Entry.book == book)
    return rows.limit(count)
@app.get("/books/{{book}}")
def read(book: str, session: Session, limit: int = 10, kind: str | None = None):
    return session.scalars({query}).all()
"""
    message = only(tmp_path, "unbounded-page", source).message
    assert f"one request can load {loaded}" in message


@pytest.mark.parametrize(
    "added",
    [
        'app.add_middleware(ProxyHeadersMiddleware, trusted_hosts="*")',
        'served = ProxyHeadersMiddleware(app, trusted_hosts=["*"])',
    ],
)
def test_what_a_middleware_trusts_is_said_to_the_middleware(added: str, tmp_path: Path) -> None:
    source = f"""
from fastapi import FastAPI
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware
app = FastAPI()
{added}
"""
    assert only(tmp_path, "client-address-behind-proxy", source).fix.startswith("`trusted_hosts=`")


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("", "PrometheusMetricReader does not read PROMETHEUS_MULTIPROC_DIR"),
        ('ASKED = Counter("asked", "Requests")\n', "PROMETHEUS_MULTIPROC_DIR is not set"),
    ],
)
def test_metrics_of_opentelemetry_are_pushed(more: str, said: str, tmp_path: Path) -> None:
    source = f"""
import uvicorn
from fastapi import FastAPI, Response
from opentelemetry.exporter.prometheus import PrometheusMetricReader
from prometheus_client import Counter, generate_latest
reader = PrometheusMetricReader()
{more}app = FastAPI()
@app.get("/metrics")
def metrics():
    return Response(generate_latest())
uvicorn.run("main:app", workers=2)
"""
    found = only(tmp_path, "prometheus-per-worker", source)
    assert found.message.endswith(said)
    assert found.fix.startswith("Push with `OTLPMetricExporter`") == (not more)


@pytest.mark.parametrize(
    ("sets", "returned", "is_lost"),
    [
        ('headers["X-Trace"] = "1"', '{"x-trace": request.state.trace}', False),
        ('headers["X-Trace"] = "1"', '{"x-other": request.state.trace}', True),
        ('headers.append("X-Trace", "1")', '{"x-trace": request.state.trace}', False),
        ("headers.update(TRACED)", '{"x-trace": request.state.trace}', True),
    ],
)
def test_a_header_that_the_handler_sets_itself_is_not_said_to_be_lost(
    sets: str, returned: str, is_lost: bool, tmp_path: Path
) -> None:
    source = f"""
from fastapi import FastAPI
from fastapi.responses import JSONResponse
app = FastAPI()
@app.middleware("http")
async def trace(request, call_next):
    response = await call_next(request)
    response.{sets}
    return response
@app.exception_handler(Exception)
async def failed(request, error):
    return JSONResponse({{}}, 500, headers={returned})
"""
    found = only(tmp_path, "error-handler-outside-middleware", source)
    assert ("without the headers of the middleware" in found.message) == is_lost
    assert found.fix.endswith("that is added before all others")  # there is no CORS


@pytest.mark.parametrize(
    ("kept", "is_published"), [("asyncio.Queue()", True), ("str(len(CLIENTS))", False)]
)
def test_what_reaches_the_clients_of_each_worker_is_published(
    kept: str, is_published: bool, tmp_path: Path
) -> None:
    source = f"""
import asyncio
from fastapi import FastAPI
app = FastAPI()
CLIENTS = []
@app.get("/events")
async def events():
    client = {kept}
    CLIENTS.append(client)
    try:
        return await follow(client)
    finally:
        CLIENTS.remove(client)
@app.post("/events")
async def publish(text: str):
    for client in CLIENTS:
        await send(client, text)
"""
    fix = only(tmp_path, "state-in-memory", source).fix
    assert fix.startswith("Publish through Redis or LISTEN/NOTIFY") == is_published


@pytest.mark.parametrize(
    ("decorator", "answer"),
    [
        ('delete("/{name}")', 200),
        ('post("/{name}", status_code=status.HTTP_201_CREATED)', 201),
        ('put("/{name}", status_code=204)', 204),
    ],
)
def test_the_answer_to_a_failed_commit_is_that_of_the_endpoint_that_writes(
    decorator: str, answer: int, tmp_path: Path
) -> None:
    source = f"""
from fastapi import Depends, FastAPI, status
from sqlalchemy import create_engine
from sqlalchemy.orm import Session
engine = create_engine("postgresql://db/app")
app = FastAPI()
def get_db():
    with Session(engine) as session:
        yield session
        session.commit()
@app.get("/")
def read(db: Session = Depends(get_db)) -> None: ...
@app.{decorator}
def write(name: str, db: Session = Depends(get_db)) -> None: ...
"""
    found = only(tmp_path, "commit-after-response", source)
    assert found.line == 13
    assert found.message.endswith(f"gets a {answer} even if the commit fails")


@pytest.mark.parametrize(
    ("depends", "fix"),
    [
        ("Depends(open_unit)", '`Depends(open_unit, scope="function")`'),
        ("Depends(dependency=open_unit)", '`Depends(dependency=open_unit, scope="function")`'),
        ('Depends(open_unit, scope="request")', '`Depends(open_unit, scope="function")`'),
        (
            "Depends(open_unit, use_cache=False)",
            '`Depends(open_unit, use_cache=False, scope="function")`',
        ),
        ("Security(open_unit)", "Commit in the endpoint"),
    ],
)
def test_the_scope_is_added_to_the_dependency_of_this_project(
    depends: str, fix: str, tmp_path: Path
) -> None:
    source = f"""
from typing import Annotated
from fastapi import Depends, FastAPI, Security
from sqlalchemy import create_engine
from sqlalchemy.orm import Session
engine = create_engine("postgresql://db/app")
app = FastAPI()
def open_unit():
    with Session(engine) as session:
        yield session
        session.commit()
Unit = Annotated[Session, {depends}]
@app.post("/")
def write(name: str, unit: Unit) -> None:
    unit.add(name)
"""
    found = only(tmp_path, "commit-after-response", source)
    assert found.fix.startswith(fix)


@pytest.mark.parametrize(
    ("call", "what"),
    [
        ("bcrypt.hashpw(refresh_token.encode(), bcrypt.gensalt())", "slow hash of `refresh_token`"),
        ("bcrypt.checkpw(row.code_hash, row.otp)", "slow hash of `code_hash`"),
        ("hash_text(row.api_key)", "slow hash of `api_key`"),
        ("hash_word(row.word)", "password hash"),
        ("bcrypt.hashpw(password, token_salt)", "password hash"),
        ("bcrypt.hashpw(f'{password}{secret}'.encode(), salt)", "password hash"),
        ("hash_text(row.new_password)", "password hash"),
        ("hash_text(row.words)", "password hash"),
        ("store(row.token, row.words)", "password hash"),
    ],
)
def test_a_slow_hash_of_a_token_is_not_called_one_of_a_password(
    call: str, what: str, tmp_path: Path
) -> None:
    source = f"""
import bcrypt
from fastapi import FastAPI
app = FastAPI()
def hash_text(text):
    return bcrypt.hashpw(text.encode(), bcrypt.gensalt())
def hash_word(password):
    encoded = password.encode()
    return bcrypt.hashpw(encoded, bcrypt.gensalt())
def store(token, words):
    return token, bcrypt.hashpw(words.encode(), bcrypt.gensalt())
@app.post("/")
async def rotate(row: Row, refresh_token, password, salt, secret, token_salt):
    return {call}
"""
    assert f"computes a {what} on" in only(tmp_path, "hashing-on-event-loop", source).message


@pytest.mark.parametrize(
    ("made", "severity", "told"),
    [
        ("motor.motor_asyncio.AsyncIOMotorClient", "medium", "nobody sees when it fails"),
        ("pymongo.AsyncMongoClient", "", "it never runs"),
    ],
)
def test_a_call_of_motor_runs_although_nobody_awaits_it(
    made: str, severity: str, told: str, tmp_path: Path
) -> None:
    package, _, name = made.rpartition(".")
    source = f"""
from {package} import {name}
from fastapi import FastAPI
visits = {name}("mongodb://db").shop.visits
app = FastAPI()
@app.post("/")
async def visit(page: str):
    visits.insert_one({{"page": page}})
"""
    found = only(tmp_path, "forgotten-await", source)
    assert found.severity == severity
    assert told in found.message


def test_a_future_of_motor_is_no_coroutine(tmp_path: Path) -> None:
    source = """
from fastapi import FastAPI
from motor.motor_asyncio import AsyncIOMotorClient
pages = AsyncIOMotorClient("mongodb://db").shop.pages
app = FastAPI()
@app.get("/")
async def read(name: str):
    page = pages.find_one({"name": name})
    return page if page else {}
"""
    message = only(tmp_path, "forgotten-await", source).message
    assert message.endswith("`page` is a Future, which is always true")


@pytest.mark.parametrize(
    ("caught", "told"),
    [
        ("Exception", "any error: it may hold paths, SQL and addresses of this server"),
        ("OSError", "any `OSError`: it may hold paths of this server"),
        (
            "(sqlalchemy.exc.SQLAlchemyError, OSError)",
            "any `SQLAlchemyError`: it may hold SQL, values and addresses",
        ),
        ("(OSError, Exception)", "any error: it may hold paths, SQL and addresses of this server"),
        (
            "(HTTPException, httpx.HTTPError)",
            "any `HTTPError`: it may hold addresses of other services",
        ),
        ("redis.RedisError", "any `RedisError`: it may hold addresses of other services"),
        ("pymongo.errors.PyMongoError", "any `PyMongoError`: it may hold values and addresses"),
    ],
)
def test_the_text_is_that_of_the_errors_that_are_caught(
    caught: str, told: str, tmp_path: Path
) -> None:
    source = f"""
import httpx
import pymongo.errors
import redis
import sqlalchemy
from fastapi import FastAPI, HTTPException
app = FastAPI()
@app.post("/")
def write(name: str):
    try:
        open(name)
    except {caught} as e:
        raise HTTPException(500, str(e))
"""
    assert only(tmp_path, "error-text-sent", source).message.endswith(f"the text of {told}")


@pytest.mark.parametrize(
    ("start", "severity", "told"),
    [
        ("", "low", "another process may insert"),
        ("app = FastAPI(lifespan=lifespan)", "low", "`store` then fails, and that worker does not"),
        ("@app.post('/')\ndef add():\n    store('a')", "", "another request may insert"),
    ],
)
def test_who_else_inserts_follows_from_where_the_check_runs(
    start: str, severity: str, told: str, tmp_path: Path
) -> None:
    source = f"""
from contextlib import asynccontextmanager
from fastapi import FastAPI
from sqlalchemy import create_engine, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
engine = create_engine("postgresql://db/app")
class Base(DeclarativeBase): ...
class Account(Base):
    __tablename__ = "accounts"
    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(unique=True)
def store(email: str):
    with Session(engine) as session:
        if session.scalar(select(Account).where(Account.email == email)):
            raise ValueError(email)
        session.add(Account(email=email))
        session.commit()
@asynccontextmanager
async def lifespan(app):
    {"store('admin')" if "lifespan" in start else "..."}
    yield
app = FastAPI()
{start}
"""
    found = only(tmp_path, "check-then-insert", source)
    assert found.severity == severity
    assert told in found.message


@pytest.mark.parametrize(
    "text", ["str.encode(password)", "password.encode()", "bytes(password, 'utf-8')"]
)
def test_what_bcrypt_gets_is_named(text: str, tmp_path: Path) -> None:
    source = f"""
import bcrypt
from fastapi import FastAPI
app = FastAPI()
@app.post("/")
def add(password: str):
    return bcrypt.hashpw({text}, bcrypt.gensalt()).decode()
"""
    message = only(tmp_path, "bcrypt-72-bytes", source).message
    assert message.startswith("`bcrypt.hashpw` gets `password`")


@pytest.mark.parametrize(
    ("config", "use", "severity", "told"),
    [
        ("orm_mode = True", "Out.from_orm(row)", "high", "raises PydanticUserError each time"),
        ("orm_mode = True", "Heir.from_orm(row)", "high", "`Heir.from_orm` in line 14 of main.py"),
        ("orm_mode = True", "Own.from_orm(row)", "", "the configuration of `Out`"),
        ("orm_mode = True", "Out.model_validate(row)", "", "the configuration of `Out`"),
        ("schema_extra = {'example': {}}", "Out.from_orm(row)", "low", "only the documentation"),
        ("schema_extra = {}\n        fields = {}", "Out(id=row)", "", "the configuration of `Out`"),
    ],
)
def test_what_an_ignored_key_costs(
    config: str, use: str, severity: str, told: str, tmp_path: Path
) -> None:
    source = f"""
from fastapi import FastAPI
from pydantic import BaseModel, ConfigDict
class Out(BaseModel):
    id: int
    class Config:
        {config}
class Heir(Out): ...
class Own(Out):
    model_config = ConfigDict(from_attributes=True)
app = FastAPI()
@app.get("/")
def read(key: int):
    row = rows[key]
    return {{"row": {use}}}
"""
    found = only(tmp_path, "v1-config-leftovers", source)
    assert found.severity == severity
    assert told in found.message


def test_a_blocking_helper_is_counted_where_a_worse_one_blocks_too(tmp_path: Path) -> None:
    source = """
from fastapi import FastAPI
from redis import Redis
redis = Redis()
app = FastAPI()
def read(key):
    return redis.get(key)
def write(key):
    redis.set(key, 1)
@app.get("/a")
async def a():
    read("a")
    write("a")
@app.get("/b")
async def b():
    write("b")
"""
    found = [f for f in audit(tmp_path, source) if f.slug == "blocking-call-in-async"]
    assert "and so does 1 other coroutine)" in found[1].message


@pytest.mark.parametrize("test", ['request.method == "POST" and request.url.path == "/login"', "1"])
def test_a_middleware_that_asks_the_method_is_not_said_to_answer_a_preflight(
    test: str, tmp_path: Path
) -> None:
    source = f"""
from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from fastapi.responses import JSONResponse
app = FastAPI()
app.add_middleware(CORSMiddleware, allow_origins=["https://a.example"])
@app.middleware("http")
async def limit(request, call_next):
    if {test}:
        return JSONResponse({{}}, 429)
    return await call_next(request)
"""
    found = only(tmp_path, "cors-not-outermost", source)
    assert ("preflight" in found.message) == (test == "1")


_ANSWERS = """try:
        return await call_next(request)
    except ValueError:
        return answered(request)"""
_LENGTH = """if int(request.headers.get("Content-Length", 0)) > 100:
        return JSONResponse({}, 413)
    return await call_next(request)"""
_CATCHES = """try:
        return await call_next(request)
    except ValueError:
        return JSONResponse({}, 400)"""
_REPLACED = """response = JSONResponse({}, 500)
    try:
        response = await call_next(request)
    except Exception:
        raise
    finally:
        return response"""
_REWRITES = """response = await call_next(request)
    if response.status_code == 404:
        return JSONResponse({}, 404)
    return response"""


@pytest.mark.parametrize("answer", [_ANSWERS, _CATCHES, _LENGTH, _REPLACED, _REWRITES])
def test_a_middleware_of_failures_or_of_bodies_does_not_answer_a_preflight(
    answer: str, tmp_path: Path
) -> None:
    source = f"""
from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from fastapi.responses import JSONResponse
app = FastAPI()
app.add_middleware(CORSMiddleware, allow_origins=["https://a.example"])
def answered(request):
    return JSONResponse({{}}, 400)
@app.middleware("http")
async def catch(request, call_next):
    {answer}
"""
    found = only(tmp_path, "cors-not-outermost", source)
    assert "preflight" not in found.message
    assert found.severity == ("medium" if answer in (_REPLACED, _REWRITES) else "")


def test_the_column_that_an_error_logs_is_that_of_a_table(tmp_path: Path) -> None:
    source = """
from sqlalchemy import create_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
from fastapi import FastAPI
engine = create_engine("postgresql://db/app")
app = FastAPI()
class Base(DeclarativeBase): ...
class Secrets(Base):
    __abstract__ = True
    password_hash: Mapped[str]
class User(Secrets):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
@app.post("/")
def add(name: str) -> None:
    with Session(engine) as session:
        session.add(User(password_hash=name))
        session.commit()
"""
    assert "`User.password_hash`" in only(tmp_path, "sql-error-logs-parameters", source).message


def test_a_claim_that_another_may_stand_for_is_not_demanded(tmp_path: Path) -> None:
    source = """
from jose import jwt
def user(token: str) -> str:
    payload = jwt.decode(token, "secret", algorithms=["HS256"])
    return payload.get("id") or payload.get("sub")
"""
    assert only(tmp_path, "token-without-expiry", source).fix == '`options={"require_exp": True}`'


@pytest.mark.parametrize(("name", "whom"), [("ADMIN_PASSWORD", "with it"), ("JWT_SECRET", "as")])
def test_a_password_lets_nobody_sign_in_as_anybody(name: str, whom: str, tmp_path: Path) -> None:
    source = f"import os\nimport fastapi\nVALUE = os.getenv('{name}', 'qwerty')\nuse(VALUE)\n"
    assert f"can log in {whom}" in only(tmp_path, "secret-in-source", source).message


@pytest.mark.parametrize(
    ("limit", "more", "said"),
    [
        ("", "", "without a limit of 72 bytes"),
        (", max_length=50", "", "whose characters are limited"),
        ("", "LONGEST = 64\ndef is_long(password): return len(password) > LONGEST", "limited"),
        ("", "def is_long(password): return len(password) > settings.max_length", "limited"),
        (
            "",
            "MAX_LENGTH = 128\ndef is_long(password): return len(password) > MAX_LENGTH",
            "without a limit of 72 bytes",
        ),
    ],
)
def test_characters_that_are_limited_are_not_of_any_length(
    limit: str, more: str, said: str, tmp_path: Path
) -> None:
    source = f"""
{more}
import bcrypt
from fastapi import FastAPI
from pydantic import BaseModel, Field
app = FastAPI()
class User(BaseModel):
    password: str = Field(min_length=4{limit})
@app.post("/")
def add(user: User) -> None:
    save(user.password)
def save(password: str) -> None:
    bcrypt.hashpw(password.encode(), bcrypt.gensalt())
"""
    assert said in only(tmp_path, "bcrypt-72-bytes", source).message


def test_a_server_below_a_shell_is_named_without_the_variables_set_for_it(tmp_path: Path) -> None:
    source = """
from fastapi import FastAPI
app = FastAPI()
#= start.sh
#!/bin/sh
WORKERS="4 --max-requests 1000 --max-requests-jitter 100 --bind 0.0.0.0:80" gunicorn main:app
#= Dockerfile
FROM python:3.14-slim
COPY . .
CMD ["./start.sh"]
"""
    message = only(tmp_path, "shell-form-command", source).message
    assert message.startswith("the script stays the parent of `gunicorn main:app`: ")


def test_the_engine_of_the_service_is_named_before_that_of_a_function(tmp_path: Path) -> None:
    source = """
from sqlalchemy import create_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
class Base(DeclarativeBase): ...
class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    password_hash: Mapped[str]
def copy(url: str) -> None:
    create_engine(url).connect()
engine = create_engine("postgresql://db/app")
"""
    assert only(tmp_path, "sql-error-logs-parameters", source).line == 10


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("+= amount", "+ amount"),
        ("-= item.price", "- item.price"),
        ("+= a - b", "+ …"),
        ("= account.balance * ratio", "* ratio"),
    ],
)
def test_the_update_that_is_advised_adds_what_is_added(
    change: str, said: str, tmp_path: Path
) -> None:
    source = f"""
from fastapi import FastAPI
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
class Base(DeclarativeBase): ...
class Account(Base):
    __tablename__ = "accounts"
    id: Mapped[int] = mapped_column(primary_key=True)
    balance: Mapped[int]
app = FastAPI()
@app.post("/")
def pay(session: Session) -> None:
    account = session.get(Account, 1)
    account.balance {change}
    session.commit()
"""
    fix = only(tmp_path, "lost-update", source).fix
    assert f"values(balance=Account.balance {said})" in fix


@pytest.mark.parametrize(
    ("kind", "flush", "fix"),
    [
        (
            "Session",
            "",
            "Unique constraint; `session.flush()` in `try`, `except IntegrityError` gives 409",
        ),
        ("AsyncSession", "await ", ""),
    ],
)
def test_the_flush_that_is_advised_is_that_of_the_session(
    kind: str, flush: str, fix: str, tmp_path: Path
) -> None:
    source = """
from fastapi import FastAPI, HTTPException
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
class Base(DeclarativeBase): ...
class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(unique=True)
app = FastAPI()
@app.post("/")
async def add(email: str, session: KIND) -> None:
    if FLUSH session.scalar(select(User).where(User.email == email)):
        raise HTTPException(409)
    session.add(User(email=email))
    FLUSH session.commit()
"""
    source = source.replace("KIND", kind).replace("FLUSH ", flush)
    assert only(tmp_path, "check-then-insert", source).fix == fix


@pytest.mark.parametrize(
    ("path", "severity"), [("list_orders", "medium"), ("export_orders", "low")]
)
def test_an_export_reads_a_whole_table_on_purpose(path: str, severity: str, tmp_path: Path) -> None:
    source = f"""
from fastapi import FastAPI
from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
class Base(DeclarativeBase): ...
class Order(Base):
    __tablename__ = "orders"
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
app = FastAPI()
@app.post("/orders")
def add(session: Session) -> None:
    session.add(Order(user_id=1))
@app.get("/orders")
def {path}(session: Session) -> list:
    return session.scalars(select(Order)).all()
"""
    found = only(tmp_path, "list-without-limit", source)
    assert (found.severity or "medium") == severity


@pytest.mark.parametrize(
    ("value", "said"), [("user", "a `User`"), ("{'me': user}", "a dictionary")]
)
def test_a_row_in_a_dictionary_needs_a_schema_of_the_dictionary(
    value: str, said: str, tmp_path: Path
) -> None:
    source = f"""
from fastapi import FastAPI
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
class Base(DeclarativeBase): ...
class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str]
app = FastAPI()
@app.get("/me")
def me(session: Session):
    user = session.get(User, 1)
    return {value}
"""
    found = only(tmp_path, "orm-object-without-response-model", source)
    assert f"returns {said}" in found.message
    assert ("`response_model=UserOut`" in found.fix) == (value == "user")


def test_the_answer_is_that_of_the_first_endpoint_whose_dependency_has_the_session(
    tmp_path: Path,
) -> None:
    source = """
from fastapi import Depends, FastAPI
from sqlalchemy import create_engine
from sqlalchemy.orm import Session
engine = create_engine("postgresql://db/app")
app = FastAPI()
def get_db():
    with Session(engine) as session:
        yield session
        session.commit()
def get_store(db: Session = Depends(get_db)):
    return db
@app.post("/", status_code=201)
def write(name: str, store=Depends(get_store)) -> None: ...
@app.put("/")
def change(name: str, store=Depends(get_store)) -> None: ...
"""
    message = only(tmp_path, "commit-after-response", source).message
    assert message.endswith("gets a 201 even if the commit fails")


@pytest.mark.parametrize(
    ("endpoint", "opened", "is_of_threads"),
    [
        ("def", "with httpx.Client()", True),
        ("async def", "with httpx.Client()", False),
        ("async def", "async with httpx.AsyncClient()", False),
    ],
)
def test_the_client_of_a_thread_is_shared_by_threads(
    endpoint: str, opened: str, is_of_threads: bool, tmp_path: Path
) -> None:
    source = f"""
import httpx
from fastapi import FastAPI
app = FastAPI()
@app.get("/rates")
{endpoint} rates():
    {opened} as client:
        return client.get("https://rates.example/all")
"""
    fix = only(tmp_path, "http-client-per-request", source).fix
    assert fix.startswith("One `httpx.Client()` that all threads share") == is_of_threads


@pytest.mark.parametrize(
    ("url", "is_told_of_sqlite"),
    [
        ('"sqlite+aiosqlite:///a.db" if os.getenv("DEV") else os.environ["URL"]', True),
        ('os.environ["URL"]', False),
    ],
)
def test_what_asyncpg_is_given_is_not_for_sqlite(
    url: str, is_told_of_sqlite: bool, tmp_path: Path
) -> None:
    source = f"""
#= db.py
import os
from sqlalchemy.ext.asyncio import create_async_engine
engine = create_async_engine({url}, pool_pre_ping=True)
#= requirements.txt
asyncpg
aiosqlite
"""
    fix = only(tmp_path, "ping-that-hangs", source).fix
    assert ("SQLite has no" in fix) == is_told_of_sqlite


def test_the_sqlite_of_a_script_is_not_that_of_the_service(tmp_path: Path) -> None:
    source = """
#= db.py
import os
from sqlalchemy.ext.asyncio import create_async_engine
engine = create_async_engine(os.environ["URL"], pool_pre_ping=True)
#= verify_upload.py
import db
from sqlalchemy.ext.asyncio import create_async_engine
engine = create_async_engine("sqlite+aiosqlite:///:memory:")
"""
    assert only(tmp_path, "ping-that-hangs", source).fix == ""


@pytest.mark.parametrize(
    ("column", "severity"),
    [
        ("total_trades_shared: Mapped[int]", "medium"),
        ("total_shared = mapped_column(Integer)", "medium"),
        ("total_spent: Mapped[int]", ""),
        ("total_points: Mapped[int]", ""),
        ("total: Mapped[int]", ""),
        ("total_shared: Mapped[Decimal]", ""),
    ],
)
def test_a_whole_total_of_things_is_a_counter(column: str, severity: str, tmp_path: Path) -> None:
    name = column.partition(" ")[0].rstrip(":")
    source = f"""
from decimal import Decimal
from fastapi import FastAPI
from sqlalchemy import Integer
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
class Base(DeclarativeBase): ...
class Account(Base):
    __tablename__ = "accounts"
    id: Mapped[int] = mapped_column(primary_key=True)
    {column}
app = FastAPI()
@app.post("/")
def share(session: Session) -> None:
    account = session.get(Account, 1)
    account.{name} += 1
    session.commit()
"""
    assert severity_of(tmp_path, "lost-update", source) == severity


@pytest.mark.parametrize(
    ("body", "fix"),
    [
        (
            "await Orders(session).by_key(1)",
            "`.options(selectinload(Order.items))` in the query of `by_key`",
        ),
        (
            "await Orders(session).get(1)",
            "`options=[selectinload(Order.items)]` in `self.session.get(self.model, key)`",
        ),
        (
            "await Orders(session).add(Order(id=1))",
            '`await session.refresh(row, ["items"])` before the answer',
        ),
    ],
)
def test_the_fix_of_an_unloaded_relationship_names_it(body: str, fix: str, tmp_path: Path) -> None:
    source = """
from fastapi import Depends, FastAPI
from pydantic import BaseModel
from sqlalchemy import ForeignKey, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship
class Base(DeclarativeBase): ...
class Item(Base):
    __tablename__ = "items"
    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"))
class Order(Base):
    __tablename__ = "orders"
    id: Mapped[int] = mapped_column(primary_key=True)
    items: Mapped[list[Item]] = relationship()
class ItemOut(BaseModel):
    id: int
class OrderOut(BaseModel, from_attributes=True):
    items: list[ItemOut]
class Orders:
    model = Order
    def __init__(self, session: AsyncSession):
        self.session = session
    async def get(self, key: int):
        return await self.session.get(self.model, key)
    async def by_key(self, key: int):
        found = await self.session.scalars(select(self.model).where(self.model.id == key))
        return found.one()
    async def add(self, row):
        self.session.add(row)
        await self.session.flush()
        return row
async def get_db() -> AsyncSession: ...
app = FastAPI()
@app.get("/order", response_model=OrderOut)
async def order(session: AsyncSession = Depends(get_db)):
    return """
    assert only(tmp_path, "lazy-load-while-serialising", source + body).fix == fix


@pytest.mark.parametrize(
    ("item", "fix"), [("str", ""), ("Server", 'Set it as JSON, `[{"host": …, "port": …}]`')]
)
def test_a_list_of_models_is_not_split_at_commas(item: str, fix: str, tmp_path: Path) -> None:
    source = f"""
#= config.py
from pydantic import BaseModel
from pydantic_settings import BaseSettings
class Server(BaseModel):
    host: str
    port: int = 443
class Settings(BaseSettings):
    servers: list[{item}] = []
#= .env.example
SERVERS=a.example,b.example
"""
    assert only(tmp_path, "list-setting-from-environment", source).fix == fix


@pytest.mark.parametrize(
    ("line", "inner"),
    [
        ("""- ORIGINS='["https://a.example"]'""", '["https://a.example"]'),
        ("- ORIGINS='[]'", "[]"),
        ("- ORIGINS='a,b'", ""),
        ("- ORIGINS=a,b", ""),
        ("ORIGINS: \"'[1]'\"", "[1]"),
    ],
)
def test_quotes_that_belong_to_the_value_are_to_go(line: str, inner: str, tmp_path: Path) -> None:
    source = f"""
#= config.py
from pydantic_settings import BaseSettings
class Settings(BaseSettings):
    origins: list[str] = []
#= compose.yaml
services:
  api:
    build: .
    environment:
      {line}
"""
    fix = only(tmp_path, "list-setting-from-environment", source).fix
    told = f"Remove the quotes around `{inner}`: here they are part of the value"
    assert fix == (told if inner else "")


@pytest.mark.parametrize(
    ("returned", "fix"),
    [
        ("db.get(User, 1)", "`response_model=UserOut`"),
        ("db.scalars(select(User)).all()", "`response_model=list[UserOut]`"),
        ("db.query(User).all()", "`response_model=list[UserOut]`"),
        ("[user for user in db.scalars(select(User)).all()]", "`response_model=list[UserOut]`"),
        ("load(db)", "`response_model=list[UserOut]`"),
        ('{"message": "ok", "user": db.get(User, 1)}', "`user: UserOut` in a `response_model=`"),
        ('{"users": db.query(User).all()}', "`users: list[UserOut]` in a `response_model=`"),
    ],
)
def test_the_schema_has_the_shape_of_the_answer(returned: str, fix: str, tmp_path: Path) -> None:
    source = f"""
from fastapi import Depends, FastAPI
from sqlalchemy import select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
class Base(DeclarativeBase): ...
class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    password_hash: Mapped[str]
def get_session():
    with Session() as session:
        yield session
def load(db: Session) -> list[User]:
    rows = db.query(User).all()
    return rows
app = FastAPI()
@app.get("/users")
def read(db: Session = Depends(get_session)):
    return {returned}
"""
    found = only(tmp_path, "orm-object-without-response-model", source)
    assert found.fix.startswith(fix)
    assert ("a list of `User`" in found.message) == ("list[" in fix)


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ("id: int", "UserOut"),
        ("id: int\n    posts: list\n    page: int = 1", "UserOut"),
        ("id: int\n    likes: int", "UserPublic"),
    ],
)
def test_a_schema_that_asks_for_more_than_a_row_has_is_not_its_schema(
    fields: str, name: str, tmp_path: Path
) -> None:
    source = f"""
from fastapi import Depends, FastAPI
from pydantic import BaseModel
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, relationship
class Base(DeclarativeBase): ...
class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    password_hash: Mapped[str]
    posts = relationship("Post")
class UserOut(BaseModel):
    {fields}
def get_session():
    with Session() as session:
        yield session
app = FastAPI()
@app.get("/users/1")
def read(db: Session = Depends(get_session)):
    return db.get(User, 1)
"""
    found = only(tmp_path, "orm-object-without-response-model", source)
    assert found.fix.startswith(f"`response_model={name}`")


@pytest.mark.parametrize(
    ("query", "fix"),
    [
        ("session.query(Entry)", "`.order_by(Entry.id).limit(limit)`"),
        ("session.query(Entry).order_by(Entry.id)", "`.order_by(Entry.id).limit(limit)`"),
        (
            "session.query(Entry).order_by(Entry.id.desc())",
            "`.limit(limit)`, at most 100, and `.where(Entry.id < before)`",
        ),
        (
            "session.scalars(select(Entry).order_by(desc(Entry.id)))",
            "`.limit(limit)`, at most 100, and `.where(Entry.id < before)`",
        ),
        (
            "session.query(Entry).order_by(Entry.day.desc(), Entry.id)",
            "`.limit(limit)`, at most 100, and a `.where()` on what it is ordered by",
        ),
        (
            "session.query(Entry).order_by(desc(Entry.day))",
            "`.limit(limit)`, at most 100, and a `.where()` on what it is ordered by",
        ),
    ],
)
def test_a_page_follows_the_order_of_its_query(query: str, fix: str, tmp_path: Path) -> None:
    source = f"""
from fastapi import FastAPI
from sqlalchemy import ForeignKey, desc, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
app = FastAPI()
class Base(DeclarativeBase): ...
class Entry(Base):
    __tablename__ = "entries"
    id: Mapped[int] = mapped_column(primary_key=True)
    day: Mapped[int]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
@app.post("/entries")
def make(session: Session):
    session.add(Entry(user_id=1))
@app.get("/entries")
def read(session: Session):
    return {query}.all()
"""
    assert only(tmp_path, "list-without-limit", source).fix.startswith(fix)


@pytest.mark.parametrize(
    ("made", "flush"),
    [
        ("sessionmaker(create_engine('sqlite:///a.db'))", "`session.flush()`"),
        ("async_sessionmaker(create_async_engine('sqlite+aiosqlite:///'))", "`await session.fl"),
    ],
)
def test_a_session_is_flushed_as_its_kind_is(made: str, flush: str, tmp_path: Path) -> None:
    maybe = "await " if "async" in made else ""
    source = f"""
from fastapi import Depends, FastAPI, HTTPException
from sqlalchemy import select, create_engine
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, sessionmaker
class Base(DeclarativeBase): ...
class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(unique=True)
make = {made}
def get_session():
    db = make()
    try:
        yield db
    finally:
        pass
app = FastAPI()
@app.post("/users")
async def create(email: str, db=Depends(get_session)) -> None:
    if {maybe}db.scalar(select(User).where(User.email == email)):
        raise HTTPException(409)
    db.add(User(email=email))
    {maybe}db.commit()
"""
    found = only(tmp_path, "check-then-insert", source)
    assert flush in (found.fix or "`await session.flush()`")


@pytest.mark.parametrize(
    ("path", "by"),
    [
        ("FOLDER / name", "`../` or a leading `/`"),
        ("os.path.join('files', name)", "`../` or a leading `/`"),
        ("f'{FOLDER}/{name}'", "`../`"),
        ("Path(f'files/{name}')", "`../`"),
        ("'files/' + name", "`../`"),
        ("FOLDER / f'a/{name}'", "`../`"),
        ("below(name)", "`../`"),
        ("either(name, 'a')", "`../`"),
        ("joined(name)", "`../` or a leading `/`"),
    ],
)
def test_a_name_leaves_a_folder_in_the_way_that_is_open_to_it(
    path: str, by: str, tmp_path: Path
) -> None:
    source = f"""
import os
from pathlib import Path
from fastapi import FastAPI
FOLDER = Path("files")
app = FastAPI()
def below(name: str) -> str:
    return f"{{FOLDER}}/pictures/{{name}}"
def either(name: str, kind: str) -> str:
    if kind == "a":
        return f"files/{{name}}"
    return "/vol/%s/%s" % (kind, name)
def joined(name: str) -> Path:
    return FOLDER / name
@app.get("/read")
def read(name: str) -> None:
    with open({path}, "w") as file:
        file.write("a")
"""
    message = only(tmp_path, "path-from-input", source).message
    assert message.endswith(f"leads `open` out of its folder, by {by}")


@pytest.mark.parametrize(
    "path",
    [
        "body.key",
        "f'{body.key}.pub'",
        "os.path.join(body.key, 'config')",
        "Path(body.key) / 'config'",
        "os.path.expanduser(body.key)",
    ],
)
def test_a_path_that_a_client_chooses_leaves_no_folder(path: str, tmp_path: Path) -> None:
    source = f"""
import os
from pathlib import Path
from fastapi import FastAPI
from pydantic import BaseModel
class Import(BaseModel):
    key: str
app = FastAPI()
@app.post("/keys")
def read(body: Import) -> None:
    with open({path}, "w") as file:
        file.write("a")
"""
    found = only(tmp_path, "path-from-input", source)
    assert found.message.endswith("begins the path that `open` takes: it may name any file")
    assert found.fix.startswith("`resolve()`, then")


@pytest.mark.parametrize(
    "opened",
    [
        "Path(folder).mkdir()",
        "open(folder)",
        "open(f'{folder}/a.txt')",
        "listed(folder)",
        "listed(folder or chosen())",
    ],
)
def test_a_folder_that_a_client_chooses_is_below_none(opened: str, tmp_path: Path) -> None:
    source = f"""
from pathlib import Path
from fastapi import FastAPI
app = FastAPI()
def listed(text: str):
    folder = Path(text)
    return sorted(folder.iterdir())
def chosen():
    return read("folder")
def start():
    listed(chosen())
@app.get("/folders")
def read_folder(folder: str = ""):
    {opened}
"""
    found = only(tmp_path, "path-from-input", source)
    assert "begins the path" in found.message
    assert found.fix.startswith("`resolve()`, then")


@pytest.mark.parametrize(
    ("second", "fix"),
    [
        ("/rooms/{name}/{rest:path}", "Remove one of the two"),
        ("/rooms/{name}/plan", "Move the path"),
    ],
)
def test_one_of_two_equal_paths_is_removed(second: str, fix: str, tmp_path: Path) -> None:
    source = f"""
from fastapi import FastAPI
app = FastAPI()
@app.get("/rooms/{{name}}/{{rest:path}}")
def room(name: str, rest: str): ...
@app.get("{second}")
def old_room(name: str): ...
"""
    found = only(tmp_path, "path-after-parameter", source)
    assert (found.fix or load_rule(RULES / "path_after_parameter").fix).startswith(fix)


def test_the_late_commit_is_told_where_something_is_surely_written(tmp_path: Path) -> None:
    source = """
from fastapi import Depends, FastAPI
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from models import Order
from remote import client
make = async_sessionmaker(create_async_engine("postgresql+asyncpg://db/app"))
app = FastAPI()
async def get_db():
    async with make() as session:
        yield session
        await session.commit()
@app.post("/prices", status_code=202)
async def ask(session: AsyncSession = Depends(get_db)):
    await client.ask()
@app.post("/orders", status_code=201)
async def order(session: AsyncSession = Depends(get_db)):
    session.add(Order())
"""
    found = only(tmp_path, "commit-after-response", source)
    assert found.line == 15
    assert "gets a 201" in found.message


@pytest.mark.parametrize(
    ("condition", "end"),
    [
        (
            "not request.headers.get('authorization')",
            "read it, and preflights may get it",
        ),
        ("request.method != 'OPTIONS' and not request.cookies", "cannot read it"),
        (
            "not request.headers.get('x-key'): return await call_next(request)\n    if True",
            "cannot read it",
        ),
        ("not (key := 1): return await call_next(request)\n    if key", "preflights may get it"),
    ],
)
def test_a_preflight_is_told_of_where_it_may_be_refused(
    condition: str, end: str, tmp_path: Path
) -> None:
    source = f"""
from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from fastapi.responses import JSONResponse
app = FastAPI()
app.add_middleware(CORSMiddleware, allow_origins=["https://a.example"])
@app.middleware("http")
async def check(request, call_next):
    if {condition}:
        return JSONResponse({{}}, 401)
    return await call_next(request)
"""
    assert only(tmp_path, "cors-not-outermost", source).message.endswith(end)


@pytest.mark.parametrize(
    ("made", "given", "name"),
    [
        ("get_store = Checker()", "get_store", "get_store"),
        ("", "Checker()", "Checker()"),
        ("def get_user(): raise HTTPException(401)", "get_user", "get_user"),
    ],
)
def test_an_instance_is_called_as_it_is_written(
    made: str, given: str, name: str, tmp_path: Path
) -> None:
    source = f"""
from fastapi import APIRouter, Depends, FastAPI, Header, HTTPException
class Checker:
    def __call__(self, token: str = Header()) -> str:
        if token != "a":
            raise HTTPException(401)
        return token
{made}
def save_city(name: str) -> str:
    return name
router = APIRouter()
@router.delete("/cities/{{city_id}}")
def delete_city(city_id: int, store=Depends({given})) -> int:
    return city_id
@router.put("/cities/{{city_id}}")
def update_city(city_id: int, store=Depends({given})) -> int:
    return city_id
@router.post("/cities")
def create_city(name: str) -> str:
    return save_city(name)
app = FastAPI()
app.include_router(router)
"""
    message = only(tmp_path, "route-without-check", source).message
    assert message.endswith(f"next to it depends on `{name}`")


@pytest.mark.parametrize(
    ("kind", "await_", "limit"),
    [
        ("async def", "await ", "under `asyncio.timeout(2)`"),
        ("async def", "", "the time limits of its driver, in a `def` endpoint"),
        ("def", "", "and the time limits of its driver"),
    ],
)
def test_a_health_check_is_limited_as_its_kind_allows(
    kind: str, await_: str, limit: str, tmp_path: Path
) -> None:
    module = "sqlalchemy.ext.asyncio" if await_ else "sqlalchemy"
    made = "create_async_engine" if await_ else "create_engine"
    with_ = "async with" if await_ else "with"
    source = f"""
from fastapi import FastAPI
from sqlalchemy import text
from {module} import {made}
engine = {made}("postgresql://db/app")
app = FastAPI()
@app.get("/health")
{kind} health():
    {with_} engine.connect() as connection:
        {await_}connection.execute(text("SELECT 1"))
@app.get("/items")
{kind} items():
    {with_} engine.connect() as connection:
        {await_}connection.execute(text("SELECT id"))
"""
    found = only(tmp_path, "health-check-exhausts-pool", source)
    assert limit in (found.fix or "under `asyncio.timeout(2)`")


def test_connections_of_one_worker_are_no_copies(tmp_path: Path) -> None:
    source = """
#= Dockerfile
FROM python:3.13
CMD ["uvicorn", "main:app", "--host", "0.0.0.0"]
#= main.py
from fastapi import FastAPI, WebSocket
class Manager:
    def __init__(self):
        self.active_connections: list[WebSocket] = []
    async def connect(self, websocket: WebSocket):
        await websocket.accept()
        self.active_connections.append(websocket)
    async def broadcast(self, message: str):
        for connection in self.active_connections:
            await connection.send_text(message)
manager = Manager()
app = FastAPI()
@app.websocket("/ws")
async def listen(websocket: WebSocket):
    await manager.connect(websocket)
    while True:
        await manager.broadcast(await websocket.receive_text())
"""
    found = only(tmp_path, "state-in-memory", source)
    assert (found.severity, found.fix.partition(";")[0]) == ("low", "None needed with one worker")


@pytest.mark.parametrize(
    ("row", "column", "word"),
    [
        ("User(email=email)", "", "insert"),
        ("db.get(User, 1)", "row.email = email", "change"),
        ("db.scalars(select(User).where(User.id == 1)).first()", "row.email = email", "change"),
        ("db.get(User, 1)", "row.name = email", ""),
    ],
)
def test_a_row_that_was_loaded_is_changed_not_inserted(
    row: str, column: str, word: str, tmp_path: Path
) -> None:
    source = f"""
from fastapi import Depends, FastAPI, HTTPException
from sqlalchemy import create_engine, func, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
class Base(DeclarativeBase): ...
class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    email: Mapped[str] = mapped_column(unique=True)
def get_session():
    with Session(create_engine("postgresql://db/app")) as session:
        yield session
app = FastAPI()
@app.post("/users")
def write(email: str, db: Session = Depends(get_session)) -> None:
    if db.scalar(select(User).where(User.email == email)):
        raise HTTPException(409)
    row = {row}
    {column or "pass"}
    db.add(row)
    db.commit()
"""
    found = [f.message for f in audit(tmp_path, source) if f.slug == "check-then-insert"]
    assert [f"the {word} of `User`" in message for message in found] == ([True] if word else [])


@pytest.mark.parametrize(
    ("default", "given", "fix"),
    [
        (" = Field(default_factory=datetime.now)", "", ""),
        ("", ", created_at=datetime.now()", "`datetime.now(UTC)`"),
    ],
)
def test_a_time_gets_its_zone_where_it_is_made(
    default: str, given: str, fix: str, tmp_path: Path
) -> None:
    source = f"""
from datetime import datetime
from sqlmodel import Field, Session, SQLModel
class Note(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    created_at: datetime{default}
def add(session: Session) -> None:
    session.add(Note(id=1{given}))
"""
    assert only(tmp_path, "naive-time-in-sqlmodel", source).fix == fix


def test_the_engine_that_the_application_loads_is_told_of_first(tmp_path: Path) -> None:
    source = """
#= a_old.py
from sqlalchemy import create_engine
from sqlalchemy.orm import sessionmaker
engine = create_engine("postgresql://db/app")
make = sessionmaker(engine)
#= models.py
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
class Base(DeclarativeBase): ...
class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    password_hash: Mapped[str]
#= session.py
from sqlalchemy import create_engine
from sqlalchemy.orm import sessionmaker
engine = create_engine("postgresql://db/app")
make = sessionmaker(engine)
#= main.py
from fastapi import FastAPI
from models import User
from session import make
app = FastAPI()
@app.post("/users")
def add() -> None:
    with make() as session:
        session.add(User())
"""
    found = only(tmp_path, "sql-error-logs-parameters", source)
    assert (found.path, "more engine" in found.message) == ("session.py", False)


def test_of_the_endpoints_that_read_a_body_one_that_is_served_is_named(tmp_path: Path) -> None:
    source = """
#= a_old.py
from fastapi import APIRouter, Form
router = APIRouter()
@router.post("/old")
def read_old(plan: str = Form()) -> str: ...
#= notes.py
from fastapi import APIRouter, Form
router = APIRouter()
@router.post("/notes")
def read_note(plan: str = Form()) -> str: ...
#= main.py
from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from notes import router
app = FastAPI()
app.add_middleware(CORSMiddleware, allow_origins=["https://a.example"])
app.include_router(router)
"""
    assert "`read_note` reads" in only(tmp_path, "unlimited-body", source).message


def test_only_what_changes_the_named_attribute_is_counted(tmp_path: Path) -> None:
    source = """
from fastapi import FastAPI
class Store:
    def __init__(self):
        self.users: dict[str, dict] = {}
        self.seen: set[str] = set()
    def create(self, name):
        self.users[name] = {}
    def delete(self, name):
        del self.users[name]
    def mark(self, message):
        self.seen.add(message)
store = Store()
app = FastAPI()
@app.post("/users/{name}")
def create(name: str) -> None:
    store.create(name)
@app.delete("/users/{name}")
def delete(name: str) -> None:
    store.delete(name)
@app.post("/messages/{message}")
def mark(message: str) -> None:
    store.mark(message)
"""
    message = only(tmp_path, "state-in-memory", source).message
    assert message.startswith("`create` and 1 more change `users`")


@pytest.mark.parametrize(
    ("saved", "loaded", "is_lost"),
    [
        ("json.dump(self.names, file)", "self.names = json.load(file)", False),
        ("file.write(json.dumps(self.names))", "self.names = json.loads(file.read())", False),
        ("json.dump(self.names, file)", "...", True),
        ("json.dump({}, file)", "self.names = json.load(file)", True),
    ],
)
def test_a_restart_loses_only_what_no_file_has(
    saved: str, loaded: str, is_lost: bool, tmp_path: Path
) -> None:
    source = f"""
import json
from fastapi import FastAPI
app = FastAPI()
class Allowed:
    def __init__(self) -> None:
        self.names: dict[str, str] = {{}}
        with open("/srv/names.json") as file:
            {loaded}
    def add(self, name: str) -> None:
        self.names[name] = "yes"
        self.save()
    def save(self) -> None:
        with open("/srv/names.json", "w") as file:
            {saved}
allowed = Allowed()
@app.post("/names")
def add(name: str) -> None:
    allowed.add(name)
@app.get("/names")
def names() -> dict[str, str]:
    return allowed.names
"""
    message = only(tmp_path, "state-in-memory", source).message
    assert message.endswith(", and a restart loses it" if is_lost else "does not see it")


@pytest.mark.parametrize(
    ("parameter", "fix"),
    [
        (
            "session: AsyncSession",
            "Keep `_cache` apart, in an object of the lifespan: `Codes` needs",
        ),
        ("prefix: str", "Make the object in the lifespan"),
    ],
)
def test_what_needs_a_session_cannot_outlive_the_request(
    parameter: str, fix: str, tmp_path: Path
) -> None:
    source = f"""
from fastapi import Depends, FastAPI
from sqlalchemy.ext.asyncio import AsyncSession
app = FastAPI()
class Codes:
    def __init__(self, {parameter}) -> None:
        self.given = {parameter.partition(":")[0]}
        self._cache = {{}}
    async def code(self, name: str) -> str:
        if name not in self._cache:
            self._cache[name] = name.upper()
        return self._cache[name]
def get_codes({parameter}) -> Codes:
    return Codes({parameter.partition(":")[0]})
@app.get("/a")
async def a(name: str, codes: Codes = Depends(get_codes)) -> str:
    return await codes.code(name)
"""
    found = only(tmp_path, "depends-cached-per-request", source).fix
    assert (found or load_rule(RULES / "depends_cached_per_request").fix).startswith(fix)


@pytest.mark.parametrize(
    ("imported", "session", "fix"),
    [
        ("sqlalchemy.orm", "Session", "`with sessionmaker()"),
        ("sqlalchemy.ext.asyncio", "AsyncSession", "`async with sessionmaker()"),
    ],
)
def test_a_stream_opens_the_kind_of_session_that_it_had(
    imported: str, session: str, fix: str, tmp_path: Path
) -> None:
    wait = "await " if session == "AsyncSession" else ""
    source = f"""
from fastapi import Depends, FastAPI
from fastapi.responses import StreamingResponse
from sqlalchemy import text
from {imported} import {session}
app = FastAPI()
async def get_session():
    async with {session}() as session:
        yield session
@app.get("/a")
async def a(session: {session} = Depends(get_session, scope="function")):
    async def lines():
        for number in range(9):
            {wait}session.execute(text("SELECT 1"))
            yield str(number)
    return StreamingResponse(lines())
"""
    found = only(tmp_path, "stream-after-session", source).fix
    assert (found or load_rule(RULES / "stream_after_session").fix).startswith(fix)


@pytest.mark.parametrize(
    ("requirements", "is_there"),
    [("passlib==1.7.4", False), ("passlib[bcrypt]", True), ("passlib\nbcrypt", True), ("", True)],
)
def test_where_no_requirement_brings_bcrypt_passlib_may_fail_without_it(
    requirements: str, tmp_path: Path, *, is_there: bool
) -> None:
    source = f"""
#= requirements.txt
fastapi
{requirements}
#= main.py
from fastapi import FastAPI
from passlib.context import CryptContext
app = FastAPI()
hashes = CryptContext(schemes=["bcrypt"])
@app.post("/")
def add(password: str) -> str:
    return hashes.hash(password)
"""
    found = only(tmp_path, "passlib-bcrypt-5", source)
    assert ("without bcrypt" in found.message) != is_there
    assert found.severity == ("" if is_there else "medium")


_BOTH = "`pwdlib[argon2,bcrypt]` with `PasswordHash((Argon2Hasher(), BcryptHasher()))`, which "


@pytest.mark.parametrize(
    ("slug", "code", "fix"),
    [
        (
            "unmaintained-auth-libraries",
            "from jose import jwt",
            "PyJWT, which decodes the tokens of python-jose",
        ),
        (
            "unmaintained-auth-libraries",
            "from passlib.context import CryptContext\nh = CryptContext(['argon2'])",
            "`pwdlib[argon2]`: `PasswordHash.recommended()` verifies the old Argon2 hashes",
        ),
        (
            "unmaintained-auth-libraries",
            "from passlib.context import CryptContext\nh = CryptContext('argon2, bcrypt')",
            f"{_BOTH}verifies the old hashes",
        ),
        (
            "unmaintained-auth-libraries",
            "from passlib.hash import pbkdf2_sha256 as h\nstored = h.hash('a')",
            (
                "`pwdlib[argon2]` for new hashes; it cannot read `pbkdf2_sha256`: keep passlib to"
                " verify those"
            ),
        ),
        (
            "unmaintained-auth-libraries",
            (
                "import os\nfrom passlib.context import CryptContext\n"
                "h = CryptContext(os.environ['SCHEMES'].split())"
            ),
            f"{_BOTH}verifies Argon2 and bcrypt hashes, no others",
        ),
        (
            "passlib-bcrypt-5",
            (
                "from passlib.context import CryptContext\n"
                "h = CryptContext(schemes=['bcrypt', 'sha256_crypt', 'hex_md5'])"
            ),
            (
                f"{_BOTH}verifies the old bcrypt hashes; it cannot read `sha256_crypt`, `hex_md5`:"
                " keep passlib to verify those"
            ),
        ),
        (
            "passlib-bcrypt-5",
            "from passlib.hash import bcrypt_sha256\nstored = bcrypt_sha256.hash('a')",
            (
                "`pwdlib[argon2]` for new hashes; it cannot read `bcrypt_sha256`: keep passlib and"
                " `bcrypt<5` to verify those"
            ),
        ),
        (
            "passlib-bcrypt-5",
            "from passlib.hash import bcrypt\nstored = bcrypt.using(rounds=12).hash('a')",
            f"{_BOTH}verifies the old hashes",
        ),
    ],
)
def test_pwdlib_reads_only_hashes_of_two_schemes(
    slug: str, code: str, fix: str, tmp_path: Path
) -> None:
    assert only(tmp_path, slug, code).fix == fix


@pytest.mark.parametrize(
    ("first", "said"),
    [
        ("from database import Base, engine", "creates no table"),
        ("import models", "they race"),
        ("from models import User", "they race"),
        ("import users", "they race"),
        ("if TYPE_CHECKING:\n    import models", "creates no table"),
        ("def later():\n    import models", "creates no table"),
    ],
)
def test_tables_are_created_of_the_models_that_are_imported(
    first: str, said: str, tmp_path: Path
) -> None:
    source = f"""
#= database.py
from sqlalchemy import create_engine
from sqlalchemy.orm import DeclarativeBase
engine = create_engine("postgresql+psycopg://db/app")
class Base(DeclarativeBase): ...
#= models.py
from sqlalchemy.orm import Mapped, mapped_column
from database import Base
class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
#= users.py
from fastapi import APIRouter
from models import User
router = APIRouter()
#= main.py
from typing import TYPE_CHECKING
from fastapi import FastAPI
{first}
from database import Base, engine
Base.metadata.create_all(bind=engine)
from users import router
app = FastAPI()
app.include_router(router)
"""
    assert said in only(tmp_path, "tables-created-by-every-worker", source).message


@pytest.mark.parametrize(
    ("given", "severity", "fix"),
    [
        ("where(Row.id == 1 and Row.name == 'a')", "", "`where(Row.id == 1, Row.name == 'a')`"),
        ("where(Row.id == 1 or Row.name == 'a')", "medium", "`or_(...)`"),
        ("where(or_(Row.id == 1 and Row.is_old))", "", "`and_(...)`"),
        ("where(Row.name is None)", "medium", "`Row.name.is_(None)`"),
        ("where(Row.name is not None)", "", "`Row.name.is_not(None)`"),
        ("where(Row.name is not None, Row.name > 'a')", "low", "`Row.name.is_not(None)`"),
        ("where(Row.name is not None, Row.id > 2)", "", "`Row.name.is_not(None)`"),
        ("where(or_(Row.name is not None, Row.name > 'a'))", "", "`Row.name.is_not(None)`"),
        ("where(Row.id is not other)", "", "`Row.id != other`"),
        ("where(Row.id not in (1, 2))", "", "`Row.id.not_in((1, 2))`"),
        ("where(not Row.is_old)", "medium", "`~Row.is_old`"),
        ("where(not Row.id == 1)", "", "`~(Row.id == 1)`"),
        ("order_by(Row.name is not None)", "medium", "`Row.name.is_not(None)`"),
        ("order_by(Row.name or Row.id)", "medium", "Commas, or `func.coalesce(...)`"),
    ],
)
def test_operators_of_python_that_lose_a_condition_matter_most(
    given: str, severity: str, fix: str, tmp_path: Path
) -> None:
    source = f"""
from fastapi import FastAPI
from sqlalchemy import or_, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
class Base(DeclarativeBase): ...
class Row(Base):
    __tablename__ = "rows"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str | None]
    is_old: Mapped[bool]
app = FastAPI()
@app.get("/")
def read(db: Session, other: int) -> None:
    db.scalars(select(Row.name).{given}.limit(9)).all()
"""
    found = only(tmp_path, "python-operator-in-filter", source)
    assert found.severity == severity
    assert found.fix.startswith(fix)


@pytest.mark.parametrize(
    ("more", "body", "told"),
    [
        ("", "return JSONResponse({}, 500)", ""),
        ("", "return JSONResponse({}, 404 if isinstance(error, Missing) else 500)", "`Missing`"),
        (
            "",
            "if isinstance(error, (Missing, KeyError)): return answer(404)",
            "`Missing`, `KeyError`",
        ),
        ("", "match error:\n        case Missing(): return answer(404)", "`Missing`"),
        ("", "if isinstance(error, Missing): raise error", ""),
        ("", "if isinstance(error, RequestValidationError): return answer(422)", ""),
        ("", "if isinstance(error, HTTPException): return answer(error.status_code)", ""),
        ("", "if isinstance(error, Refused): return answer(403)", ""),
        (
            "del app.exception_handlers[RequestValidationError]",
            "if isinstance(error, RequestValidationError): return answer(422)",
            "`RequestValidationError`",
        ),
        (
            "app.exception_handlers.pop(HTTPException)",
            "if isinstance(error, HTTPException): return answer(error.status_code)",
            "`HTTPException`",
        ),
        (
            "@app.exception_handler(Missing)\nasync def missing(request, error): ...",
            "if isinstance(error, Gone): return answer(410)",
            "",
        ),
        (
            "@app.exception_handler(Gone)\nasync def gone(request, error): ...",
            "if isinstance(error, Missing): return answer(410)",
            "`Missing`",
        ),
    ],
)
def test_a_handler_of_all_is_told_of_what_else_it_answers(
    more: str, body: str, told: str, tmp_path: Path
) -> None:
    source = f"""
from fastapi import FastAPI, HTTPException
from fastapi.exceptions import RequestValidationError
from fastapi.middleware.cors import CORSMiddleware
from fastapi.responses import JSONResponse
class Missing(Exception): ...
class Gone(Missing): ...
class Refused(HTTPException): ...
app = FastAPI()
app.add_middleware(CORSMiddleware, allow_origins=["*"])
def answer(status):
    return JSONResponse({{}}, status)
@app.exception_handler(Exception)
async def failed(request, error):
    {body}
    return answer(500)
{more}
"""
    found = only(tmp_path, "error-handler-outside-middleware", source)
    begin = f"this 500, and what answers {told}, are sent" if told else "this 500 is sent"
    assert found.message.startswith(begin)
    assert found.fix.startswith(f"Add a handler for {told}:" if told else "")
    assert bool(found.fix) == bool(told)


def test_numbers_without_a_bound_are_one_cause_in_the_whole_project(tmp_path: Path) -> None:
    source = """
#= models.py
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
class Base(DeclarativeBase): ...
class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
"""
    for name in ("users", "staff"):
        source += f"""
#= {name}.py
from fastapi import APIRouter
from sqlalchemy.ext.asyncio import AsyncSession
from models import User
router = APIRouter()
@router.get("/{name}/{{key}}")
async def read(key: int, session: AsyncSession):
    return await session.get(User, key)
"""
    found = [f for f in audit(tmp_path, source) if f.slug == "id-out-of-range"]
    assert [f.path for f in found] == ["staff.py", "users.py"]
    assert len({(f.cause, f.fix) for f in found}) == 1
    assert found[0].fix.endswith("one alias for all of them")


@pytest.mark.parametrize(
    ("call", "fix"),
    [
        ("requests.post('https://a.example')", "`timeout=5` in `requests.post`;"),
        ("requests.get('https://a.example', timeout=60)", "`timeout=5` in `requests.get` instead;"),
        ("httpx.get('https://a.example', timeout=None)", "`timeout=5` in `httpx.get`;"),
    ],
)
def test_a_request_that_holds_a_thread_is_given_a_timeout(
    call: str, fix: str, tmp_path: Path
) -> None:
    source = f"""
import httpx, requests
from fastapi import FastAPI
app = FastAPI()
def load():
    return {call}.json()
@app.post("/")
def token():
    return load()
"""
    found = only(tmp_path, "forty-threads", source)
    assert found.fix.startswith(fix)
    assert "await" not in found.fix


_PRICED = """
from fastapi import FastAPI
from fastapi.responses import JSONResponse
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
class Base(DeclarativeBase): ...
class Offer(Base):
    __tablename__ = "offers"
    id: Mapped[int] = mapped_column(primary_key=True)
    price: Mapped[int]
def columns(offer: Offer) -> dict:
    return {c.name: getattr(offer, c.name) for c in offer.__table__.columns}
def named(offer: Offer) -> dict:
    data = {c.name: getattr(offer, c.name) for c in offer.__table__.columns}
    data["is_over"] = offer.price < 1
    return data
def lowered(offer: Offer) -> dict:
    data = columns(offer)
    data["price"] = 0
    return data
def updated(offer: Offer) -> dict:
    data = columns(offer)
    data.update(is_new=True, price=1)
    data.setdefault("stars", 3)
    data["seller"] = "x"
    return data
app = FastAPI()
"""


@pytest.mark.parametrize(
    ("answer", "fix"),
    [
        ("columns(offer)", "Return the object, "),
        ("[columns(o) for o in [offer]]", "Return the object, "),
        ("named(offer)", ", also `is_over`"),
        ("[named(o) for o in [offer]]", ", also `is_over`"),
        ("lowered(offer)", "with only its public fields"),
        ("updated(offer)", ", also `seller` and `is_new` …"),
        ("{**columns(offer), 'left': 2}", ", also `left`"),
        ("columns(offer) | {'left': 2}", ", also `left`"),
        ("{'offer': columns(offer), 'left': 2}", "with only its public fields"),
        ("JSONResponse(named(offer))", ", also `is_over`"),
    ],
)
def test_what_is_added_to_a_row_is_in_its_schema(answer: str, fix: str, tmp_path: Path) -> None:
    endpoint = f"""@app.get("/offers/1")
def read(session: Session):
    offer = session.get(Offer, 1)
    return {answer}
"""
    found = only(tmp_path, "orm-object-without-response-model", _PRICED + endpoint)
    if fix.startswith("Return"):
        assert found.fix.startswith(fix)
    else:
        assert found.fix.startswith("Return the dictionary, ")
        assert found.fix.endswith(fix)


@pytest.mark.parametrize(("column", "is_one"), [("title", True), ("password_hash", False)])
def test_rows_without_a_secret_have_one_cause(column: str, is_one: bool, tmp_path: Path) -> None:
    source = f"""
from fastapi import FastAPI
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
class Base(DeclarativeBase): ...
class Song(Base):
    __tablename__ = "songs"
    id: Mapped[int] = mapped_column(primary_key=True)
    {column}: Mapped[str]
app = FastAPI()
@app.get("/songs/1")
def read(session: Session):
    return session.get(Song, 1)
"""
    assert bool(only(tmp_path, "orm-object-without-response-model", source).cause) == is_one


@pytest.mark.parametrize(
    ("address", "claim"),
    [
        ("https://www.googleapis.com/oauth2/v2/userinfo", "verified_email"),
        ("https://www.googleapis.com/oauth2/v3/userinfo", "email_verified"),
        ("https://login.example.com/openid/userinfo", "email_verified"),
    ],
)
def test_the_claim_has_the_name_that_the_provider_gives_it(
    address: str, claim: str, tmp_path: Path
) -> None:
    source = f"""
import httpx
from fastapi import FastAPI
app = FastAPI()
@app.get("/callback")
def callback(token: str):
    profile = httpx.get("{address}", headers={{"Authorization": token}}).json()
    return session.query(User).filter_by(email=profile["email"]).first()
"""
    found = only(tmp_path, "unverified-email-linked", source)
    assert f"checks `{claim}`" in found.message
    assert ("verified_email" in found.fix) is (claim == "verified_email")


@pytest.mark.parametrize(
    ("column", "fix"),
    [
        ("b", "`where(links.c.a == 1, links.c.b == 2)`"),
        ("team", "Write the condition anew: `links.c` has no `team`"),
    ],
)
def test_a_condition_on_no_column_is_not_to_be_written_again(
    column: str, fix: str, tmp_path: Path
) -> None:
    source = f"""
from sqlalchemy import Column, Integer, MetaData, Table, UniqueConstraint
links = Table(
    "links", MetaData(), Column("a", Integer), Column("b", Integer), UniqueConstraint("a", "b")
)
statement = links.select().where(links.c.a == 1 and links.c.{column} == 2)
"""
    assert only(tmp_path, "python-operator-in-filter", source).fix == fix


@pytest.mark.parametrize(
    ("files", "fix"),
    [
        ("#= Procfile\nweb: uvicorn main:app --reload", "Leave `--reload` out here"),
        ("#= Procfile\nweb: fastapi dev main.py", "`fastapi run` here"),
        ('#= Dockerfile\nFROM python:3.13\nCMD ["uvicorn", "main:app", "--reload"]', ""),
        (
            (
                '#= run.py\nimport uvicorn\nuvicorn.run("main:app", reload=True)\n'
                '#= Dockerfile\nFROM python:3.13\nCMD ["python", "run.py"]'
            ),
            "`reload=False`",
        ),
    ],
    ids=["Procfile", "fastapi dev", "image", "Python"],
)
def test_what_reloads_is_told_how_to_do_without(files: str, fix: str, tmp_path: Path) -> None:
    source = f"#= main.py\nfrom fastapi import FastAPI\napp = FastAPI()\n{files}\n"
    found = only(tmp_path, "reload-in-production", source)
    assert found.fix.startswith(fix)
    assert bool(found.fix) == bool(fix)


@pytest.mark.parametrize(("route", "is_told"), [("post", True), ("websocket", False)])
def test_a_task_of_a_websocket_is_none_for_background_tasks(
    route: str, is_told: bool, tmp_path: Path
) -> None:
    source = f"""
import asyncio
from fastapi import FastAPI
app = FastAPI()
async def listen(queue):
    while True:
        print(await queue.get())
@app.{route}("/")
async def serve(queue):
    asyncio.create_task(listen(queue))
"""
    found = only(tmp_path, "task-not-kept", source)
    assert ("BackgroundTasks" in found.fix) == is_told


@pytest.mark.parametrize(
    ("sql", "severity", "end"),
    [
        ('f"SELECT * FROM {name}"', "", "can read other tables"),
        ('f"REINDEX TABLE {name}"', "medium", "decides what `REINDEX` is for"),
        ('"vacuum " + name', "medium", "decides what `VACUUM` is for"),
    ],
)
def test_sql_that_reads_nothing_shows_nothing(
    sql: str, severity: str, end: str, tmp_path: Path
) -> None:
    source = f"""
from fastapi import FastAPI
from sqlalchemy import text
app = FastAPI()
@app.post("/tables/{{name}}")
def work(name: str):
    command = {sql}
    with engine.connect() as connection:
        connection.execute(text(command))
"""
    found = only(tmp_path, "sql-from-input", source)
    assert found.message.endswith(end)
    assert found.severity == severity


@pytest.mark.parametrize(
    ("value", "fix"),
    [
        ("asyncio.create_task(work(name))", "nothing"),
        ("task", "Tell all workers"),
        ("name", "One atomic"),
    ],
)
def test_no_store_holds_a_task(value: str, fix: str, tmp_path: Path) -> None:
    source = f"""
import asyncio
from fastapi import FastAPI
from sqlalchemy import create_engine
engine = create_engine("postgresql+psycopg://db/app")
app = FastAPI()
RUNNING = {{}}
def keep(name: str, task: asyncio.Task):
    RUNNING[name] = {value}
@app.post("/jobs/{{name}}")
async def start(name: str, task):
    keep(name, task)
@app.delete("/jobs/{{name}}")
async def stop(name: str):
    RUNNING.pop(name).cancel()
"""
    found = [f for f in audit(tmp_path, source) if f.slug == "state-in-memory"]
    told = found[0].fix if found else "nothing"
    assert (told or load_rule(RULES / "state_in_memory").fix.strip("`")).startswith(fix)
