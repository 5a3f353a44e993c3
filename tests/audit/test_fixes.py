"""What a finding says to do is right at its place: the call, algorithm and database in use."""

from pathlib import Path

import pytest

from fastapi_pro.auditing.finding import Finding
from tests.audit.programs import audit


def _only(folder: Path, slug: str, source: str) -> Finding:
    (found,) = [f for f in audit(folder, source) if f.slug == slug]
    return found


@pytest.mark.parametrize(
    ("call", "fix"),
    [
        ("context.hash(password)", "`await asyncio.to_thread(context.hash, password)`"),
        (
            "context.verify(password, secret=known)",
            "`await asyncio.to_thread(context.verify, password, secret=known)`",
        ),
        ("hashed(password)", "`await asyncio.to_thread(hashed, password)`"),
        ("context.hash(password" + " + password" * 9 + ")", "`await asyncio.to_thread(hash, …)`"),
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
    assert _only(tmp_path, "hashing-on-event-loop", source).fix == fix


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
    assert _only(tmp_path, "forgotten-await", source).fix == fix


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
    found = _only(tmp_path, "token-algorithms-left-out", source)
    assert found.fix.startswith(f"{fix}, the one")


def test_without_an_issuer_the_rule_says_the_algorithm(tmp_path: Path) -> None:
    source = "from jose import jwt\ndef read(token):\n    return jwt.decode(token, 'k')\n"
    assert _only(tmp_path, "token-algorithms-left-out", source).fix == ""


@pytest.mark.parametrize(
    ("claims", "severity"),
    [
        ('{"sub": "1", "exp": soon}', "low"),
        ('dict(sub="1", exp=soon)', "low"),
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
    assert _only(tmp_path, "token-without-expiry", source).severity == severity


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("postgresql+asyncpg://db/a", "PostgreSQL gives 97"),
        ("mysql+aiomysql://db/a", "MySQL gives 151"),
        ("mariadb+aiomysql://db/a", "MariaDB gives 151"),
    ],
)
def test_the_database_is_the_one_in_use(url: str, says: str, tmp_path: Path) -> None:
    source = f"""
import uvicorn
from sqlalchemy.ext.asyncio import create_async_engine
engine = create_async_engine("{url}", pool_size=90)
uvicorn.run("main:app", workers=4)
"""
    assert says in _only(tmp_path, "pool-times-workers", source).message


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
    assert _only(tmp_path, "response-validated-twice", source).fix == ""


@pytest.mark.parametrize(
    "body",
    [
        "    out = Out.model_validate(row)\n    out.url += str(row)\n    return out\n",
        "    return Out(url=str(row))\n",
    ],
)
def test_a_schema_that_the_endpoint_fills_stays(body: str, tmp_path: Path) -> None:
    fix = _only(tmp_path, "response-validated-twice", f"{SCHEMA}{body}").fix
    assert fix.startswith("Let `complete` check")


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
    assert _only(tmp_path, "missing-extras", f"#= main.py\n{source}").fix == fix


STATE = """
from fastapi import FastAPI
app = FastAPI()
{name} = {{}}
@app.put("/{{key}}")
def put(key: str, value: int):
    {name}[key] = value
@app.delete("/{{key}}")
def drop(key: str):
    {name}.pop(key, None)
@app.get("/{{key}}")
def read(key: str):
    return {name}.get(key)
"""


@pytest.mark.parametrize(
    ("name", "more", "severity"),
    [
        ("ATTEMPTS", "", ""),
        ("CACHE", "", "low"),
        ("_price_cache", "", "low"),
        ("PRICES", "import time\ndef keep(k, v):\n    PRICES[k] = (v, time.time())\n", ""),
        ("ATTEMPTS", "#= Dockerfile\nCMD uvicorn main:app --workers 1\n", "low"),
        ("ATTEMPTS", "import uvicorn\nuvicorn.run(app)\n", "low"),
        ("ATTEMPTS", "import uvicorn\nuvicorn.run('main:app', workers=1)\n", "low"),
        ("ATTEMPTS", "import uvicorn\nuvicorn.run('main:app', workers=4)\n", ""),
        ("ATTEMPTS", "import uvicorn\nuvicorn.run(app)\n#= Procfile\nweb: gunicorn main:app\n", ""),
    ],
)
def test_state_matters_less_in_a_cache_and_in_one_process(
    name: str, more: str, severity: str, tmp_path: Path
) -> None:
    source = f"#= main.py\n{STATE.format(name=name)}{more}"
    assert _only(tmp_path, "state-in-memory", source).severity == severity


@pytest.mark.parametrize(
    ("name", "severity"), [("PRICES", "low"), ("ATTEMPTS", ""), ("revoked", "")]
)
def test_what_expires_is_a_cache_unless_it_limits(name: str, severity: str, tmp_path: Path) -> None:
    source = STATE.format(name=name).replace("= value", "= (value, time.time() + 60)")
    found = _only(tmp_path, "state-in-memory", f"import time\n{source}")
    assert found.severity == severity


def test_what_each_worker_flushes_matters_less(tmp_path: Path) -> None:
    source = """
from fastapi import FastAPI
app = FastAPI()
ROWS = []
@app.put("/")
def put(value: int):
    ROWS.append(value)
@app.delete("/")
def drop():
    ROWS.pop()
def flush_rows():
    ROWS.clear()
"""
    assert _only(tmp_path, "state-in-memory", source).severity == "low"


@pytest.mark.parametrize(
    ("comment", "severity"),
    [
        ("# safe under single-worker uvicorn", "low"),
        ("# each process has its own; Redis once there are several", "low"),
        ("# one entry for each account", ""),
    ],
)
def test_state_that_is_meant_for_one_worker_matters_less(
    comment: str, severity: str, tmp_path: Path
) -> None:
    source = STATE.format(name="ATTEMPTS").replace("ATTEMPTS =", f"{comment}\nATTEMPTS =", 1)
    assert _only(tmp_path, "state-in-memory", source).severity == severity


CLIENT = """
import aiohttp
import httpx
from fastapi import FastAPI
app = FastAPI()
@app.get("/")
async def read(names: str, token: str):
    async with {client}() as client:
        {request}
"""


@pytest.mark.parametrize(
    ("client", "request_", "severity"),
    [
        ("httpx.AsyncClient", "await client.get('https://a.example.com')", ""),
        ("httpx.AsyncClient", "await client.get('http://prices:8000')", ""),
        ("httpx.AsyncClient", "for n in names:\n            await client.get(n)", "low"),
        ("aiohttp.ClientSession", "await client.get('https://a.example.com')", ""),
        ("aiohttp.ClientSession", "await client.get('http://prices:8000/' + names)", "low"),
        ("aiohttp.ClientSession", "await client.request('GET', url=f'http://a/{names}')", "low"),
    ],
)
def test_a_client_matters_less_where_few_connections_are_opened(
    client: str, request_: str, severity: str, tmp_path: Path
) -> None:
    source = CLIENT.format(client=client, request=request_)
    found = _only(tmp_path, "http-client-per-request", source)
    assert found.severity == severity
    assert ("certificates" in found.message) == client.startswith("httpx")
    assert ("aiohttp" in found.fix) == client.startswith("aiohttp")


CLAIMS = """
class Claims(BaseModel):
    exp: {kind}
def make(claims: Claims):
    return jwt.encode(claims.model_dump(), KEY)
"""
NAMED = """
EXPIRY = "exp"
def make():
    return jwt.encode({EXPIRY: 1}, KEY)
"""
OF_CLASS = """
class Maker:
    EXPIRY = "exp"
    def make(self):
        return jwt.encode({self.EXPIRY: 1}, KEY)
"""
OTHER_KEY = """
def make():
    return jwt.encode({"exp": 1}, KEY)
def make_hook():
    return jwt.encode({"sub": 1}, settings.hook_key)
"""


@pytest.mark.parametrize(
    ("maker", "severity"),
    [
        (NAMED, "low"),
        (OF_CLASS, "low"),
        (OTHER_KEY, "low"),
        (CLAIMS.format(kind="int"), "low"),
        (CLAIMS.format(kind="int | None = None"), ""),
        (NAMED.replace('"exp"', '"sub"'), ""),
    ],
)
def test_a_token_without_expiry_matters_less_where_all_have_one(
    maker: str, severity: str, tmp_path: Path
) -> None:
    source = f"""
import jwt
from pydantic import BaseModel
from somewhere import settings
KEY = settings.key
{maker}
def read(token):
    return jwt.decode(token, KEY, algorithms=["HS256"])
"""
    assert _only(tmp_path, "token-without-expiry", source).severity == severity


CALLS = """
from fastapi import Depends, FastAPI
from sqlalchemy.orm import Session
from models import Row
from somewhere import get_db
app = FastAPI()
def vote(db: Session):
    db.add(Row())
    db.commit()
def {name}(db: Session):
    db.add(Row())
    db.commit()
@app.post("/")
def post(db: Session = Depends(get_db)):
    vote(db)
    {name}(db)
"""


@pytest.mark.parametrize(
    ("name", "severity"), [("log_activity", "low"), ("_audit", "low"), ("pay", ""), ("login", "")]
)
def test_a_second_commit_of_a_log_matters_less(name: str, severity: str, tmp_path: Path) -> None:
    found = _only(tmp_path, "commit-per-call", CALLS.format(name=name))
    assert found.severity == severity


@pytest.mark.parametrize(
    ("column", "severity"), [("title", "low"), ("password_hash", ""), ("email", "")]
)
def test_a_row_of_harmless_columns_matters_less(column: str, severity: str, tmp_path: Path) -> None:
    source = f"""
from fastapi import FastAPI
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
app = FastAPI()
class Base(DeclarativeBase): ...
class Song(Base):
    __tablename__ = "songs"
    id: Mapped[int] = mapped_column(primary_key=True)
    {column}: Mapped[str]
@app.post("/songs")
def add():
    song = Song(id=1)
    return song
"""
    found = _only(tmp_path, "orm-object-without-response-model", source)
    assert found.severity == severity
