"""What costs little, or is seldom done, matters less."""

from pathlib import Path

import pytest

from tests.audit.programs import only, severity_of

BLOCKING = """
import sqlite3
import psycopg2
from fastapi import FastAPI
app = FastAPI()
class Store:
    def __init__(self):
        self.local = sqlite3.connect("keys.db")
        self.remote = psycopg2.connect("postgresql:///keys")
    def keys(self):
        return {call}
store = Store()
@app.get("/keys")
async def keys():
    return store.keys()
"""


@pytest.mark.parametrize(
    ("call", "severity"),
    [
        ("self.local.execute('SELECT 1').fetchall()", "low"),
        ("self.local.cursor().execute('SELECT 1')", "low"),
        ("self.local.commit()", "low"),
        ("sqlite3.connect('other.db')", "low"),
        ("self.remote.commit()", ""),
        ("self.local.commit(), self.remote.commit()", ""),
    ],
)
def test_a_local_file_blocks_for_a_moment(call: str, severity: str, tmp_path: Path) -> None:
    source = BLOCKING.format(call=call)
    assert only(tmp_path, "blocking-call-in-async", source).severity == severity


HASHING = """
import bcrypt
from pydantic import BaseModel, Field
MAXIMUM = 64
class SignUp(BaseModel):
    password: str{limit}
def check(password: str):
    {check}
def hashed(password: str) -> bytes:
    return bcrypt.hashpw(password.encode(), bcrypt.gensalt())
"""


@pytest.mark.parametrize(
    ("limit", "check", "severity"),
    [
        ("", "return password", ""),
        (" = Field(max_length=64)", "return password", "low"),
        (" = Field(min_length=8, max_length=128)", "return password", ""),
        ("", "return 8 <= len(password) <= 64", "low"),
        ("", "size = len(password)\n    return size > MAXIMUM", "low"),
        ("", "return len(password) < 8", ""),
        ("", "return len(check.__name__) < 64", ""),
    ],
)
def test_72_bytes_matter_less_where_the_characters_are_counted(
    limit: str, check: str, severity: str, tmp_path: Path
) -> None:
    source = HASHING.format(limit=limit, check=check)
    assert only(tmp_path, "bcrypt-72-bytes", source).severity == severity


@pytest.mark.parametrize(
    ("field", "check", "severity"),
    [
        ("password: str", "", "medium"),
        ("password: str = Field(min_length=8)", "", "medium"),
        ("password: str = Field(max_length=40)", "", "low"),
        ("password: str", "@field_validator('password')\n    def short(cls, v): return v", "low"),
        ("password: str", "def is_short(self): return len(self.password) < 65", "low"),
    ],
)
def test_one_limit_of_characters_is_none_of_another_password(
    field: str, check: str, severity: str, tmp_path: Path
) -> None:
    source = f"""
import bcrypt
from fastapi import FastAPI
from pydantic import BaseModel, Field, field_validator
class Change(BaseModel):
    password: str = Field(max_length=48)
class SignUp(BaseModel):
    {field}
    {check}
app = FastAPI()
def hashed(password: str) -> bytes:
    return bcrypt.hashpw(password.encode(), bcrypt.gensalt())
@app.post("/users")
def sign_up(body: SignUp) -> None:
    hashed(body.password)
@app.put("/password")
def change(body: Change) -> None:
    hashed(body.password)
"""
    found = only(tmp_path, "bcrypt-72-bytes", source)
    assert (found.severity or "medium") == severity
    assert ("without a limit" in found.message) is (severity == "medium")


RARE = """
import time
from fastapi import APIRouter, Depends, FastAPI, Security
from users import current_user, require, require_admin, users, verify_shop_admin
router = APIRouter({router})
async def names():
    time.sleep(2)
    return []
@router.get("{path}"{more})
async def {name}({given}):
    return await names()
"""
USUAL = {"router": "", "path": "/names", "more": "", "name": "read", "given": ""}


def rare(**parts: str) -> str:
    """Return a service with one endpoint that blocks."""
    return RARE.format(**(USUAL | parts))


GUARDS = """
from typing import Annotated
from fastapi import HTTPException
def get_admin(user=Depends(current_user)):
    if user.level < 9:
        raise HTTPException(403)
    return user
def changes_users(user=Depends(current_user)):
    if "users" not in user.permissions:
        raise HTTPException(status_code=403)
    return user
def known(user=Depends(current_user)):
    if user is None:
        raise HTTPException(401)
    return user
Changer = Annotated[object, Depends(changes_users)]
"""


@pytest.mark.parametrize(
    ("parts", "severity"),
    [
        ({"name": "assign_names", "more": ", dependencies=[Depends(require_admin)]"}, "low"),
        ({"name": "design", "given": "_=Depends(require_admin)"}, "low"),
        ({"name": "sign_in", "more": ", dependencies=[Depends(require_admin)]"}, ""),
        ({"path": "/enrollment-tokens", "given": "_=Depends(get_admin)"}, "low"),
        ({"path": "/token", "given": "_=Depends(require_admin)"}, ""),
        ({"given": "_admin: Changer"}, "low"),
        ({"given": "_user: Changer"}, ""),
        ({"given": "admin=Depends(known)"}, ""),
    ],
    ids=str,
)
def test_whoever_is_refused_is_known_by_guards_rather_than_names(
    parts: dict[str, str], severity: str, tmp_path: Path
) -> None:
    start, endpoint = rare(**parts).split("@router")
    source = f"{start}{GUARDS}@router{endpoint}"
    assert only(tmp_path, "blocking-call-in-async", source).severity == severity


OTHER = """
other = APIRouter()
@other.get("/names")
async def read_names():
    return await names()
"""


@pytest.mark.parametrize(
    "parts",
    [
        {"path": "/admin/names"},
        {"router": "prefix='/admin'"},
        {"router": "dependencies=[Depends(require_admin)]"},
        {"more": ", dependencies=[Depends(require_admin)]"},
        {"more": ", dependencies=[Security(users, scopes=['admin'])] if users else None"},
        {"given": "user=Depends(current_user('superuser'))"},
        {"given": "_=Depends(require_staff_or_admin)"},
        {"given": "_=Depends(admin_or_superuser)"},
        {"given": "_=Depends(require(users.Role.admin, users.Role.manager))"},
    ],
    ids=str,
)
def test_what_only_administrators_ask_for_matters_less(
    parts: dict[str, str], tmp_path: Path
) -> None:
    source = rare(**parts)
    assert only(tmp_path, "blocking-call-in-async", source).severity == "low"
    assert only(tmp_path, "blocking-call-in-async", source + OTHER).severity == ""


@pytest.mark.parametrize(
    ("test", "severity"),
    [
        ("settings.debug", "low"),
        ("config('LOCAL_DEV', default=False)", "low"),
        ("settings.environment == 'development'", "low"),
        ("not settings.debug", ""),
        ("settings.environment != 'dev'", ""),
        ("settings.device", ""),
    ],
)
def test_what_only_developers_ask_for_matters_less(
    test: str, severity: str, tmp_path: Path
) -> None:
    start, endpoint = rare().split("@router")
    lines = f"@router{endpoint}".splitlines()
    source = f"{start}if {test}:\n" + "".join(f"    {line}\n" for line in lines)
    assert only(tmp_path, "blocking-call-in-async", source).severity == severity


@pytest.mark.parametrize(
    ("path", "name", "given"),
    [
        ("/names", "read", ""),
        ("/admin/login", "login", ""),
        ("/names", "read", "admin_id: int"),
        ("/names", "read", "user=Depends(current_user)"),
        ("/names", "read", "_=Depends(require('admin', 'user'))"),
        ("/names", "read", "_=Depends(verify_shop_admin)"),
        ("/names", "read", "_=Depends(require_premium_or_admin)"),
        ("/names", "read", "_=Depends(admin_or_owner)"),
    ],
)
def test_what_others_ask_for_matters(path: str, name: str, given: str, tmp_path: Path) -> None:
    source = rare(path=path, name=name, given=given)
    assert only(tmp_path, "blocking-call-in-async", source).severity == ""


@pytest.mark.parametrize("name", ["reindex", "install", "rebuild_all", "run_migration", "seed_all"])
def test_a_job_that_a_function_is_named_for_matters_less(name: str, tmp_path: Path) -> None:
    source = rare().replace("names()", f"{name}()")
    assert only(tmp_path, "blocking-call-in-async", source).severity == "low"


@pytest.mark.parametrize(
    ("timeout", "severity"), [("", ""), (", timeout=10", "low"), (", timeout=120", "")]
)
def test_a_request_that_gives_up_soon_matters_less(
    timeout: str, severity: str, tmp_path: Path
) -> None:
    source = f"""
import requests
from fastapi import FastAPI
app = FastAPI()
@app.get("/prices")
def prices():
    return requests.get("https://prices.example.com"{timeout}).json()
"""
    assert only(tmp_path, "forty-threads", source).severity == severity


@pytest.mark.parametrize(
    ("more", "severity"),
    [
        ("", "low"),
        ("def sign_in(response): response.set_cookie('id', '1', samesite='none')", ""),
        ("def sign_in(response): response.set_cookie('id', '1', samesite=settings.samesite)", ""),
        ("def sign_in(response): response.set_cookie('id', '1')", "low"),
        ("def sign_in(response): response.set_cookie('id', '1', samesite='Lax')", "low"),
        ("def sign_in(response): response.set_cookie('id', '1', samesite='strict')", "low"),
        ("from fastapi import Cookie", "low"),
        ("from fastapi.security import HTTPBasic", ""),
        (("from starlette.middleware.sessions import SessionMiddleware\n"
         "app.add_middleware(SessionMiddleware, secret_key=settings.key)"), "low"),
        (("from starlette.middleware.sessions import SessionMiddleware\n"
         "app.add_middleware(SessionMiddleware, same_site='none', secret_key=settings.key)"), ""),
        (("from fastapi_users.authentication import CookieTransport\n"
         "cookies = CookieTransport(cookie_max_age=3600)"), "low"),
    ],
)  # fmt: skip
def test_all_origins_matter_less_where_no_cookie_crosses_sites(
    more: str, severity: str, tmp_path: Path
) -> None:
    source = f"""
from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from settings import settings
app = FastAPI()
app.add_middleware(CORSMiddleware, allow_origins=["*"], allow_credentials=True)
{more}
"""
    found = only(tmp_path, "cors-any-origin-with-credentials", source)
    assert found.severity == severity


@pytest.mark.parametrize(
    ("use", "severity"),
    [
        ("log.info('id %s', request_id)", ""),
        ("logger.bind(request_id=request_id)", ""),
        ("current.set(request_id)", "not told"),
        ("request.state.request_id = request_id", "not told"),
        ("pass", "not told"),
        ("log.info('answered')", "not told"),
        ("await client.get('/', headers={'X-Request-ID': request_id})", "low"),
        ("send.delay(1, request_id)", "low"),
    ],
)
def test_a_request_id_that_is_only_sent_on_matters_less(
    use: str, severity: str, tmp_path: Path
) -> None:
    source = f"""
from fastapi import FastAPI, Request
from logs import client, current, log, logger, send
app = FastAPI()
@app.middleware("http")
async def identify(request: Request, call_next):
    request_id = request.headers.get("X-Request-ID") or "none"
    response = await call_next(request)
    {use}
    response.headers["X-Request-ID"] = request_id
    return response
"""
    assert severity_of(tmp_path, "request-id-trusted", source) == severity


@pytest.mark.parametrize(
    ("more", "severity"),
    [("from fastapi import FastAPI\napp = FastAPI()", ""), ("print(Settings().url)", "low")],
)
def test_the_settings_of_a_command_matter_less(more: str, severity: str, tmp_path: Path) -> None:
    source = f"""
from pydantic_settings import BaseSettings
class Settings(BaseSettings):
    url: str
    api_key: str
{more}
"""
    assert only(tmp_path, "settings-error-prints-secret", source).severity == severity


@pytest.mark.parametrize(("guard", "severity"), [("require_admin", "low"), ("current_user", "")])
def test_a_page_in_a_schema_matters_less_where_only_administrators_send_it(
    guard: str, severity: str, tmp_path: Path
) -> None:
    source = f"""
from fastapi import Depends, FastAPI
from pydantic import BaseModel
from sqlalchemy import select
from users import User, current_user, db, require_admin
app = FastAPI()
class Page(BaseModel):
    per_page: int = 50
@app.post("/users", dependencies=[Depends({guard})])
def users(data: Page):
    return db.scalars(select(User).limit(data.per_page)).all()
"""
    assert only(tmp_path, "unbounded-page", source).severity == severity


ACCOUNTS = """
import httpx
from fastapi import APIRouter, Depends, FastAPI, HTTPException
from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
engine = create_async_engine("postgresql+asyncpg:///app")
class Base(DeclarativeBase): ...
class Account(Base):
    __tablename__ = "accounts"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
class Wanted(BaseModel):
    account_id: int
def {guard}(): ...
async def get_db() -> AsyncSession: ...
router = APIRouter({router})
"""
ENDPOINTS = {
    "id-out-of-range": """
@router.get("/accounts/{account_id}")
async def read(account_id: int, db: AsyncSession = Depends(get_db), _=Depends(GUARD)):
    return await db.get(Account, account_id)
""",
    "id-out-of-range of a body": """
@router.post("/wanted")
async def want(wanted: Wanted, db: AsyncSession = Depends(get_db), _=Depends(GUARD)):
    return await db.get(Account, wanted.account_id)
""",
    "check-then-insert": """
@router.post("/accounts")
async def create(name: str, db: AsyncSession = Depends(get_db), _=Depends(GUARD)):
    if await db.scalar(select(Account).where(Account.name == name)):
        raise HTTPException(409)
    db.add(Account(name=name))
    await db.commit()
""",
    "connection-held-during-slow-work": """
@router.get("/names")
async def names(client: httpx.AsyncClient, db: AsyncSession = Depends(get_db), _=Depends(GUARD)):
    account = await db.scalar(select(Account).limit(1))
    return (await client.get("https://example.org", params={"name": account.name})).text
""",
}


@pytest.mark.parametrize("rule", ENDPOINTS)
@pytest.mark.parametrize(
    ("guard", "router", "severity"),
    [
        ("current_superuser", "", "low"),
        ("require_admin", "", "low"),
        ("get_user", "prefix='/admin'", "low"),
        ("get_user", "dependencies=[Depends(only_staff)]", "low"),
        ("get_user", "", ""),
        ("require_shop_admin", "", ""),
    ],
)
def test_errors_of_administrators_matter_less(
    rule: str, guard: str, router: str, severity: str, tmp_path: Path
) -> None:
    start = ACCOUNTS.format(guard=guard, router=router)
    source = start + ENDPOINTS[rule].replace("GUARD", guard)
    assert only(tmp_path, rule.partition(" ")[0], source).severity == severity


_PAGES = """
#= pyproject.toml
[project]
name = "{name}"
#= main.py
from fastapi import FastAPI
from sqlalchemy import create_engine, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
app = FastAPI(title="{title}")
engine = create_engine("{url}")
class Base(DeclarativeBase): ...
class Note(Base):
    __tablename__ = "notes"
    id: Mapped[int] = mapped_column(primary_key=True)
@app.get("/notes")
def notes(limit: int = 100):
    with Session(engine) as session:
        return session.scalars(select(Note).limit(limit)).all()
"""


@pytest.mark.parametrize(
    ("name", "title", "url", "severity"),
    [
        ("shop", "Shop", "postgresql://db/shop", ""),
        ("shop-admin", "Shop", "postgresql://db/shop", "low"),
        ("shop", "Admin of the shop", "postgresql://db/shop", "low"),
        ("smart-home", "Lights", "postgresql://db/lights", "low"),
        ("badminton", "Homes for sale", "postgresql://db/homes", ""),
        ("notes", "Notes", "sqlite:///notes.db", "low"),
    ],
)
def test_a_page_matters_less_where_few_people_ask(
    name: str, title: str, url: str, severity: str, tmp_path: Path
) -> None:
    source = _PAGES.format(name=name, title=title, url=url)
    assert only(tmp_path, "unbounded-page", source).severity == severity


@pytest.mark.parametrize(
    ("work", "severity"),
    [
        ("time.sleep(2)", ""),
        (("for _ in range(3):\n        try:\n            return load()\n        except OSError:\n"
         "            time.sleep(2)"), "low"),
    ],
)  # fmt: skip
def test_a_pause_after_a_failure_matters_less(work: str, severity: str, tmp_path: Path) -> None:
    source = f"""
import time
from fastapi import FastAPI
from loading import load
app = FastAPI()
@app.get("/")
async def read():
    {work}
"""
    assert only(tmp_path, "blocking-call-in-async", source).severity == severity


@pytest.mark.parametrize(
    ("guard", "column", "severity"),
    [
        ("user=Depends(require_admin)", "token", "low"),
        ("user=Depends(require_admin)", "password_hash", "medium"),
        ("page: int = 0", "token", ""),
    ],
)
def test_a_row_matters_less_where_only_administrators_read_it(
    guard: str, column: str, severity: str, tmp_path: Path
) -> None:
    source = f"""
from fastapi import Depends, FastAPI
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
from users import current_user, require_admin
class Base(DeclarativeBase): ...
class Link(Base):
    __tablename__ = "links"
    id: Mapped[int] = mapped_column(primary_key=True)
    {column}: Mapped[str]
def get_session():
    with Session() as session:
        yield session
app = FastAPI()
@app.get("/admin/links")
def read(session: Session = Depends(get_session), {guard}):
    return session.get(Link, 1)
@app.get("/")
def root(): ...
"""
    assert only(tmp_path, "orm-object-without-response-model", source).severity == severity


_MEMBERS = """
from fastapi import APIRouter, Depends, FastAPI, HTTPException, Request
from sqlalchemy import select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
class Base(DeclarativeBase): ...
class Member(Base):
    __tablename__ = "members"
    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str]
    role: Mapped[str]
def get_session():
    with Session() as session:
        yield session
app = FastAPI()
def get_current_user(s: Session = Depends(get_session)) -> Member:
    raise HTTPException(401)
def require_admin(user=Depends(get_current_user)):
    if user.role != "admin":
        raise HTTPException(403)
    return user
def require_role(*roles):
    def check(user=Depends(get_current_user)):
        if user.role not in roles:
            raise HTTPException(403)
        return user
    return check
def check_admin(user):
    if user.role != "admin":
        raise HTTPException(403)
def ensure(user, role):
    if user.role != role:
        raise HTTPException(403)
async def is_admin(user): return user.role == "admin"
def only_staff(user=Depends(get_current_user)):
    if user.role not in ("admin", "staff"):
        raise HTTPException(403)
AdminOnly = [Depends(require_admin)]
router = APIRouter(dependencies=AdminOnly)
"""


@pytest.mark.parametrize(
    ("read", "severity"),
    [
        pytest.param(
            """@app.get("/members", dependencies=[Depends(require_admin)])
def read(s: Session = Depends(get_session)):
    return s.scalars(select(Member)).all()
""",
            "low",
            id="dep",
        ),
        pytest.param(
            """@app.get("/members")
def read(s: Session = Depends(get_session), me=Depends(require_role("admin"))):
    return s.scalars(select(Member)).all()
""",
            "low",
            id="role factory",
        ),
        pytest.param(
            """@app.get("/members")
def read(s: Session = Depends(get_session), me=Depends(get_current_user)):
    if me.role != "admin":
        raise HTTPException(403)
    return s.scalars(select(Member)).all()
""",
            "low",
            id="in body",
        ),
        pytest.param(
            """@app.get("/members")
def read(s: Session = Depends(get_session), me=Depends(get_current_user)):
    check_admin(me)
    return s.scalars(select(Member)).all()
""",
            "low",
            id="helper",
        ),
        pytest.param(
            """@app.get("/members")
def read(s: Session = Depends(get_session), me=Depends(get_current_user)):
    ensure(me, "admin")
    return s.scalars(select(Member)).all()
""",
            "low",
            id="helper role",
        ),
        pytest.param(
            """@app.get("/members")
async def read(s: Session = Depends(get_session), me=Depends(get_current_user)):
    if not await is_admin(me):
        raise HTTPException(403)
    return s.scalars(select(Member)).all()
""",
            "low",
            id="await",
        ),
        pytest.param(
            """@router.get("/members")
def read(s: Session = Depends(get_session)):
    return s.scalars(select(Member)).all()
app.include_router(router)
""",
            "low",
            id="router",
        ),
        pytest.param(
            """r2 = APIRouter()
@r2.get("/members")
def read(s: Session = Depends(get_session)):
    return s.scalars(select(Member)).all()
app.include_router(r2, dependencies=[Depends(require_admin)])
""",
            "low",
            id="included",
        ),
        pytest.param(
            """r2 = APIRouter()
@r2.get("/members")
def read(s: Session = Depends(get_session), me=Depends(get_current_user)):
    return s.scalars(select(Member)).all()
app.include_router(r2, prefix="/admin", dependencies=[Depends(require_admin)])
""",
            "low",
            id="included admin prefix",
        ),
        pytest.param(
            """@app.get("/members")
def read(s: Session = Depends(get_session), me=Depends(only_staff)):
    return s.scalars(select(Member)).all()
""",
            "low",
            id="staff",
        ),
        pytest.param(
            """def guard(user=Depends(get_current_user)):
    if not user.role == "admin":
        raise HTTPException(403)
@app.get("/members", dependencies=[Depends(guard)])
def read(s: Session = Depends(get_session)):
    return s.scalars(select(Member)).all()
""",
            "low",
            id="dep named otherwise",
        ),
        pytest.param(
            """@app.get("/authors")
def read_authors(s: Session = Depends(get_session), me=Depends(require_admin)):
    return s.scalars(select(Member)).all()
""",
            "low",
            id="authors",
        ),
        pytest.param(
            """@app.get("/members/{id}")
def read(id: int, s: Session = Depends(get_session), me=Depends(get_current_user)):
    if me.role != "admin" and me.id != id:
        raise HTTPException(403)
    return s.get(Member, id)
""",
            "",
            id="or me",
        ),
        pytest.param(
            """@app.get("/members")
def read(s: Session = Depends(get_session), me=Depends(get_current_user)):
    return s.scalars(select(Member)).all()
""",
            "",
            id="open",
        ),
    ],
)
def test_what_only_administrators_read_matters_less(
    read: str, severity: str, tmp_path: Path
) -> None:
    source = _MEMBERS + read
    found = severity_of(tmp_path, "orm-object-without-response-model", source)
    assert found == severity


PART = """
#= shop/admin/names.py
import time
from fastapi import APIRouter
router = APIRouter()
@router.get("/names")
async def read():
    time.sleep(2)
    return []
#= shop/admin/users.py
from fastapi import APIRouter, Depends
from pydantic import BaseModel
from shop.users import get_current_user
router = APIRouter()
class UserCreate(BaseModel):
    email: str
    password: str
{users}
#= shop/main.py
from fastapi import FastAPI
from shop.admin import names, users
app = FastAPI()
app.include_router(names.router)
app.include_router(users.router)
#= shop/users.py
from fastapi import HTTPException
def get_current_user():
    raise HTTPException(401)
"""
ME = """
@router.get("/me")
def me(user=Depends(get_current_user)): ...
"""
SIGN_UP = """
@router.post("/sign-up")
def create(new: UserCreate): ...
"""


@pytest.mark.parametrize(
    ("users", "severity"),
    [
        (ME + SIGN_UP, ""),
        (ME + SIGN_UP.replace("/sign-up", "").replace("create", "create_user"), ""),
        (ME + SIGN_UP.replace("new: UserCreate", "email: str, password: str"), ""),
        (ME, "low"),
        (ME + SIGN_UP.replace("sign-up", "login").replace("create", "login"), "low"),
        (ME + SIGN_UP.replace("UserCreate", "UserCreate, by=Depends(get_current_user)"), "low"),
        (ME + SIGN_UP.replace("new: UserCreate", "device: str"), "low"),
        (SIGN_UP, "low"),
    ],
)
def test_a_folder_of_administrators_where_strangers_sign_up_is_the_product(
    users: str, severity: str, tmp_path: Path
) -> None:
    folder = PART.format(users=users)
    assert only(tmp_path / "1", "blocking-call-in-async", folder).severity == severity
    prefix = folder.replace("admin", "office").replace(".router)", ".router, prefix='/admin')")
    assert only(tmp_path / "2", "blocking-call-in-async", prefix).severity == severity
    both = folder.replace(".router)", ".router, prefix='/admin')")
    assert only(tmp_path / "3", "blocking-call-in-async", both).severity == severity


LINES = """
from fastapi import Depends, FastAPI
from sqlalchemy import ForeignKey, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship
app = FastAPI()
class Base(DeclarativeBase): ...
class Product(Base):
    __tablename__ = "products"
    id: Mapped[int] = mapped_column(primary_key=True)
class Order(Base):
    __tablename__ = "orders"
    id: Mapped[int] = mapped_column(primary_key=True)
    lines: Mapped[list["Line"]] = relationship(lazy="selectin")
class Line(Base):
    __tablename__ = "lines"
    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"))
    product_id: Mapped[int]
@app.get("/orders/{key}")
async def read(key: int, session: AsyncSession = Depends()):
    order = await session.get_one(Order, key)
    return [await session.get(Product, line.product_id) for line in ROWS]
"""


@pytest.mark.parametrize(
    ("rows", "severity"),
    [("(await session.scalars(select(Line))).all()", ""), ("order.lines", "low")],
)
def test_the_rows_of_one_row_are_few(rows: str, severity: str, tmp_path: Path) -> None:
    source = LINES.replace("ROWS", rows)
    assert only(tmp_path, "query-per-row", source).severity == severity
