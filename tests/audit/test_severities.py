"""How much a finding matters follows from what stands at its place."""

from pathlib import Path

import pytest

from tests.audit.programs import audit, only, severity_of

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
        ("ATTEMPTS", "", "medium"),
        ("ATTEMPTS", "#= Dockerfile\nCMD uvicorn main:app\n", "medium"),
        ("PLACES", "", "medium"),
        ("PLACES", "#= Dockerfile\nCMD uvicorn main:app\n", "low"),
        ("PLACES", "#= Procfile\nweb: uvicorn main:app --workers $N\n", ""),
        ("METRICS", "", "low"),
        ("login_stats", "", "low"),
        ("_instruments", "", "low"),
        ("recent_traces", "", "low"),
        ("latency_samples", "", "low"),
        ("circuit_failures", "#= Procfile\nweb: uvicorn main:app --workers 3\n", "low"),
        ("CACHE", "", "low"),
        ("_price_cache", "", "low"),
        ("PRICES", "import time\ndef keep(k, v):\n    PRICES[k] = (v, time.time())\n", "medium"),
        ("ATTEMPTS", "#= Dockerfile\nCMD uvicorn main:app --workers 1\n", "low"),
        ("ATTEMPTS", "import uvicorn\nuvicorn.run(app)\n", "low"),
        ("ATTEMPTS", "import uvicorn\nuvicorn.run('main:app', workers=1)\n", "low"),
        ("ATTEMPTS", "import uvicorn\nuvicorn.run('main:app', workers=4)\n", ""),
        (
            "ATTEMPTS",
            "import uvicorn\nuvicorn.run(app)\n#= Procfile\nweb: gunicorn main:app\n",
            "medium",
        ),
    ],
)
def test_state_matters_less_in_a_cache_and_in_one_process(
    name: str, more: str, severity: str, tmp_path: Path
) -> None:
    source = f"#= main.py\n{STATE.format(name=name)}{more}"
    assert only(tmp_path, "state-in-memory", source).severity == severity


@pytest.mark.parametrize(
    ("name", "severity"),
    [
        ("PRICES", "low"),
        ("ATTEMPTS", "medium"),
        ("revoked", "medium"),
        ("_oauth1_states", "medium"),
        ("pkce_codes", "medium"),
        ("STATES", "low"),
    ],
)
def test_what_expires_is_a_cache_unless_it_limits(name: str, severity: str, tmp_path: Path) -> None:
    source = STATE.format(name=name).replace("= value", "= (value, time.time() + 60)")
    found = only(tmp_path, "state-in-memory", f"import time\n{source}")
    assert found.severity == severity


@pytest.mark.parametrize(
    ("start", "severity", "said"),
    [
        ("#= Procfile\nweb: uvicorn main:app --workers 3\n", "", "the others do not see it"),
        ("#= Procfile\nweb: uvicorn main:app\n", "medium", "another worker does not see it"),
    ],
)
def test_state_is_told_by_how_many_workers_there_are(
    start: str, severity: str, said: str, tmp_path: Path
) -> None:
    found = only(tmp_path, "state-in-memory", STATE.format(name="ATTEMPTS") + start)
    assert found.severity == severity
    assert said in found.message


def test_what_a_module_caches_matters_less(tmp_path: Path) -> None:
    source = f"#= price_cache.py\n{STATE.format(name='PRICES')}"
    assert only(tmp_path, "state-in-memory", source).severity == "low"


@pytest.mark.parametrize(
    ("value", "severity"),
    [("Letter(name)", "low"), ("Letter", "low"), ("name", "medium"), ("Address(name)", "medium")],
)
def test_a_registry_of_what_the_code_makes_matters_less(
    value: str, severity: str, tmp_path: Path
) -> None:
    source = f"""
from fastapi import FastAPI
app = FastAPI()
class Letter:
    def __init__(self, name): ...
    def send(self, text): ...
class Address:
    def __init__(self, name): ...
SENDERS = {{}}
def register(name, sender):
    SENDERS[name] = sender
@app.post("/")
def add(name: str):
    register(name, {value})
@app.delete("/")
def unregister(name: str):
    SENDERS.pop(name)
"""
    assert only(tmp_path, "state-in-memory", source).severity == severity


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
    assert only(tmp_path, "state-in-memory", source).severity == "low"


@pytest.mark.parametrize(
    ("loop", "severity"),
    [
        ("while TOKENS['free'] < 1:\n        await asyncio.sleep(1)", "low"),
        ("while True:\n        await asyncio.sleep(1)\n        if TOKENS['free']: break", "low"),
        ("if TOKENS['free'] < 1:\n        raise RuntimeError('too many')", "medium"),
        ("while True:\n        await asyncio.sleep(1)", "medium"),
    ],
)
def test_a_pace_that_makes_calls_wait_matters_less(
    loop: str, severity: str, tmp_path: Path
) -> None:
    source = f"""
import asyncio
from fastapi import FastAPI
app = FastAPI()
TOKENS = {{"free": 60}}
@app.post("/")
async def send(text: str):
    {loop}
    TOKENS["free"] -= 1
"""
    assert only(tmp_path, "state-in-memory", source).severity == severity


@pytest.mark.parametrize(
    ("comment", "severity"),
    [
        ("# safe under single-worker uvicorn", "low"),
        ("# each process has its own; Redis once there are several", "low"),
        ("# one entry for each account", "medium"),
    ],
)
def test_state_that_is_meant_for_one_worker_matters_less(
    comment: str, severity: str, tmp_path: Path
) -> None:
    source = STATE.format(name="ATTEMPTS").replace("ATTEMPTS =", f"{comment}\nATTEMPTS =", 1)
    assert only(tmp_path, "state-in-memory", source).severity == severity


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
    found = only(tmp_path, "http-client-per-request", source)
    assert found.severity == severity
    assert ("certificates" in found.message) == client.startswith("httpx")
    assert ("aiohttp" in found.fix) == client.startswith("aiohttp")


@pytest.mark.parametrize(
    ("client", "fix"),
    [
        ("httpx.Client", ""),
        ("redis.Redis", "Make it once in the lifespan"),
        ("openai.OpenAI", "Make it once in the lifespan"),
        ("boto3.client", "Make it once in the lifespan"),
        ("aiohttp.ClientSession", "`session = aiohttp.ClientSession()` in the lifespan"),
    ],
)
def test_each_client_is_kept_in_its_own_way(client: str, fix: str, tmp_path: Path) -> None:
    source = f"""
import {client.split(".", maxsplit=1)[0]}
from fastapi import FastAPI
app = FastAPI()
@app.get("/")
async def read():
    client = {client}()
    return client.one()
"""
    found = only(tmp_path, "http-client-per-request", source).fix
    assert found.startswith(fix)
    assert bool(found) == bool(fix)


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
        (NAMED, "not told"),
        (OF_CLASS, "not told"),
        (OTHER_KEY, "not told"),
        (CLAIMS.format(kind="int"), "not told"),
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
    assert severity_of(tmp_path, "token-without-expiry", source) == severity


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
    ("name", "is_told"),
    [("log_activity", False), ("_audit", False), ("pay", True), ("login", True), ("blog", True)],
)
def test_a_second_commit_of_a_log_is_left_alone(name: str, is_told: bool, tmp_path: Path) -> None:
    slugs = [found.slug for found in audit(tmp_path, CALLS.format(name=name))]
    assert ("commit-per-call" in slugs) == is_told


@pytest.mark.parametrize(
    ("column", "severity"), [("title", "medium"), ("password_hash", ""), ("email", "")]
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
    found = only(tmp_path, "orm-object-without-response-model", source)
    assert found.severity == severity


OFTEN = """
import httpx
from fastapi import Depends, FastAPI
from settings import settings
app = FastAPI()
HOST = "https://a.example.com"
async def fetch(host: str):
    async with httpx.AsyncClient() as client:
        return await client.get({url})
"""
ENDPOINT = '@app.get("/")\nasync def read(host: str):\n    '


@pytest.mark.parametrize(
    ("url", "caller", "severity"),
    [
        ("HOST + '/a'", '@app.get("/")', ""),
        ("'https://a.example.com/' + host", '@app.post("/")', ""),
        ("f'{settings.url}/{host}'", '@app.get("/")', ""),
        ("f'https://{host}/a'", '@app.get("/")', "low"),
        ("host", '@app.get("/")', "low"),
        ("HOST", '@app.delete("/")', "low"),
        ("HOST", "def plain(function): return function\n@plain", "low"),
    ],
)
def test_a_client_matters_where_requests_to_one_host_open_it(
    url: str, caller: str, severity: str, tmp_path: Path
) -> None:
    source = OFTEN.format(url=url).replace("async def fetch", f"{caller}\nasync def fetch")
    source += ENDPOINT.replace("/", "/all") + "return await fetch(host)\n"
    assert only(tmp_path, "http-client-per-request", source).severity == severity


@pytest.mark.parametrize(
    ("path", "name", "severity"),
    [
        ("/token", "get_token_from_code", "low"),
        ("/auth/callback", "finish", "low"),
        ("/oauth2/exchange", "exchange", "low"),
        ("/enter", "login_by_orcid", "low"),
        ("/sso", "sign_in", "low"),
        ("/tokens/count", "count_words", ""),
        ("/verify", "verify", ""),
        ("/weather", "weather", ""),
    ],
)
def test_a_client_of_one_call_for_each_login_matters_less(
    path: str, name: str, severity: str, tmp_path: Path
) -> None:
    source = OFTEN.format(url="HOST").replace("fetch(", f"{name}(")
    source = source.replace("async def", f'@app.post("{path}")\nasync def')
    assert only(tmp_path, "http-client-per-request", source).severity == severity


@pytest.mark.parametrize(("base", "severity"), [("settings.url", ""), ("host", "low")])
def test_a_client_of_a_dependency_matters_where_its_host_is_constant(
    base: str, severity: str, tmp_path: Path
) -> None:
    source = f"""
import httpx
from fastapi import Depends, FastAPI
from settings import settings
app = FastAPI()
async def api(host: str):
    async with httpx.AsyncClient(base_url={base}) as client:
        yield client
@app.get("/")
async def read(client=Depends(api)):
    return await client.get("/a")
"""
    assert only(tmp_path, "http-client-per-request", source).severity == severity


BEHIND = """
import asyncio
from collections import Counter
from fastapi import FastAPI
from sqlalchemy.orm import Session
from models import Visit, engine
app = FastAPI()
VISITS = Counter()
@app.get("/{{page}}")
def read(page: str):
    VISITS[page] += 1
def store(visits):
    with Session(engine) as session:
        {write}
async def {name}():
    while True:
        await asyncio.sleep(10)
        {save}
        VISITS.clear()
"""


@pytest.mark.parametrize(
    ("name", "save", "write", "severity"),
    [
        ("tally", "store(VISITS)", "session.add(Visit(visits))", "low"),
        ("tally", "await asyncio.to_thread(store, VISITS.copy())", "session.commit()", "low"),
        ("each_minute", "store(VISITS)", "session.merge(Visit(visits))", "low"),
        ("tally", "print(VISITS)", "session.add(Visit(visits))", "medium"),
        ("tally", "store(1)", "session.add(Visit(visits))", "medium"),
        ("tally", "store(VISITS)", "print(session.get(Visit, 1))", "medium"),
    ],
)
def test_what_is_written_behind_matters_less(
    name: str, save: str, write: str, severity: str, tmp_path: Path
) -> None:
    source = BEHIND.format(name=name, save=save, write=write)
    assert only(tmp_path, "state-in-memory", source).severity == severity


PAGE = """
from fastapi import APIRouter, Query
from sqlalchemy import select
from sqlalchemy.orm import Session
from models import Row, db
router = APIRouter()
other = APIRouter()
def load(session: Session, limit: int{stored}):
    return session.scalars(select(Row).limit(limit)).all()
@router.get("/pages")
def pages({limit}):
    {docs}
    return load(db, limit)
"""


@pytest.mark.parametrize(
    ("limit", "docs", "sibling", "severity"),
    [
        ("limit: int = 50", "'List all rows.'", ("", ""), ""),
        ("limit: int = -1", "'List rows.'", ("", ""), "low"),
        ("limit: int = Query(-1)", "'List rows.'", ("", ""), "low"),
        ("limit: int | None = None", "'List rows.'", ("", ""), "low"),
        ("limit: int | None = None", "limit = limit or 50", ("", ""), ""),
        ("limit: int = 50", "'A limit of -1 returns all rows.'", ("", ""), "low"),
        ("limit: int = Query(50, description='0 for all')", "'List.'", ("", ""), "low"),
        ("limit: int = 50", "'All rows, unless there are none.'", ("", ""), ""),
        ("limit: int = 50", "'List.'", ("", "router.get:load(db, -1)"), "low"),
        ("limit: int = 50", "'List.'", (" = None", "router.get:load(db)"), "low"),
        ("limit: int = 50", "'List.'", (" = 100", "router.get:load(db)"), ""),
        ("limit: int = 50", "'List.'", ("", "other.get:load(db, -1)"), ""),
    ],
)
def test_a_limit_matters_less_where_the_api_promises_all(
    limit: str, docs: str, sibling: tuple[str, str], severity: str, tmp_path: Path
) -> None:
    stored, more = sibling
    source = PAGE.format(limit=limit, docs=docs, stored=stored)
    if more:
        decorator, call = more.split(":")
        source += f'@{decorator}("/all")\ndef everything():\n    return {call}\n'
    assert only(tmp_path, "unbounded-page", source).severity == severity


COOKIES = """
#= shop/main.py
from fastapi import FastAPI, Request
from fastapi.middleware.cors import CORSMiddleware
from plugin import main
app = FastAPI()
app.add_middleware(CORSMiddleware, allow_origins=["https://a.example"], allow_credentials=True)
@app.get("/")
def read(request: Request):
    return request.cookies.get("session")
#= plugin/main.py
from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
app = FastAPI()
app.add_middleware(CORSMiddleware, allow_origins=["*"], allow_credentials=True)
"""
UNPACKED = """
def made(value, https: bool = False):
    return {{"key": "x", "value": value, "secure": https, "samesite": {choice}}}
@app.post("/enter")
def enter(answer):
    cookie = made("y", {given})
    answer.set_cookie(**cookie)
"""


@pytest.mark.parametrize(
    ("more", "severity"),
    [
        ("", "low"),
        ("from fastapi.security import APIKeyCookie\n", "low"),
        ("from fastapi import Cookie\n", "low"),
        ("def read(request: Request): return request.cookies['x']\n", "low"),
        ("def enter(answer): answer.set_cookie('x', 'y', samesite='lax')\n", "low"),
        ("def enter(answer): answer.set_cookie('x', 'y', samesite='none')\n", ""),
        ("from fastapi.security import HTTPBasic\n", ""),
        ("from fastapi_jwt_auth import AuthJWT\n", "low"),
        ("from fastapi_jwt_auth import AuthJWT\nPLACES = {'cookies', 'headers'}\n", ""),
        (UNPACKED.format(choice="'none' if https else 'lax'", given=""), "low"),
        (UNPACKED.format(choice="'strict' if not https else 'lax'", given="https=True"), "low"),
        (UNPACKED.format(choice="'lax'", given=""), "low"),
        (UNPACKED.format(choice="'none' if https else 'lax'", given="https=True"), ""),
        (UNPACKED.format(choice="'None' if not https else 'Lax'", given=""), ""),
        (UNPACKED.format(choice="options.same_site", given=""), ""),
        (UNPACKED.format(choice="'lax'", given="") + "LIVE = dict(samesite='none')\n", ""),
        (UNPACKED.format(choice="'lax'", given="") + "MORE['samesite'] = 'none'\n", ""),
        ("def enter(answer, options): answer.set_cookie('x', 'y', **options)\n", ""),
    ],
)
def test_of_several_applications_each_has_its_own_cookies(
    more: str, severity: str, tmp_path: Path
) -> None:
    found = only(tmp_path, "cors-any-origin-with-credentials", COOKIES + more)
    assert found.severity == severity


UPLOAD = """
from fastapi import FastAPI, Form, UploadFile
from fastapi.middleware.cors import CORSMiddleware
app = FastAPI()
app.add_middleware(CORSMiddleware, allow_origins=["https://a.example"])
@app.post("/files")
def upload(file: UploadFile, name: str = Form()): ...
"""


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("", "`upload` takes uploads of any size, which fill the disk"),
        ("@app.post('/')\ndef add(name: str = Form()): ...\n", "`add` reads a body of any size"),
    ],
)
def test_an_upload_fills_the_disk(more: str, said: str, tmp_path: Path) -> None:
    assert said in only(tmp_path, "unlimited-body", UPLOAD + more).message


PICTURE = """
import io
import shutil
from fastapi import FastAPI
from PIL import Image
app = FastAPI()
@app.get("/")
async def draw(path: str):
    try:
        {work}
    except OSError:
        {clear}
"""


@pytest.mark.parametrize(
    ("work", "clear", "severity"),
    [
        ("Image.open(path).save(io.BytesIO())", "raise", "medium"),
        ("Image.new('RGB', (120, 40)).save(io.BytesIO())", "raise", "low"),
        ("image = Image.new('L', (9, 9)); image.save(io.BytesIO())", "raise", "low"),
        ("print(path)", "shutil.rmtree(path)", "low"),
        ("shutil.rmtree(path)", "raise", "medium"),
        ("print(path)", "shutil.copytree(path, 'failed')", "medium"),
    ],
)
def test_what_is_small_or_clears_up_blocks_little(
    work: str, clear: str, severity: str, tmp_path: Path
) -> None:
    source = PICTURE.format(work=work, clear=clear)
    assert only(tmp_path, "blocking-call-in-async", source).severity == severity


@pytest.mark.parametrize(
    ("use", "severity"),
    [
        ("", "low"),
        ("key = Settings().secret_key", ""),
        ("def sign(settings):\n    return settings.secret_key", ""),
        ("#= scripts/show.py\nfrom main import Settings\nSettings().secret_key", "low"),
        ("import jwt\ndef read(token, key): return jwt.decode(token, key, ['HS256'])", "not told"),
        ("#= scripts/a.py\nimport jwt\ndef read(t, k): return jwt.decode(t, k, ['HS256'])", "low"),
    ],
)
def test_a_setting_that_nobody_reads_matters_less(use: str, severity: str, tmp_path: Path) -> None:
    source = f"""
#= main.py
from fastapi import FastAPI
from pydantic_settings import BaseSettings
class Settings(BaseSettings):
    secret_key: str = "insecure"
app = FastAPI()
{use}
"""
    assert severity_of(tmp_path, "secret-in-source", source) == severity


def test_a_setting_that_nobody_reads_is_not_said_to_sign(tmp_path: Path) -> None:
    source = """
from fastapi import FastAPI
from pydantic_settings import BaseSettings
class Settings(BaseSettings):
    secret_key: str = "insecure"
app = FastAPI()
"""
    found = only(tmp_path, "secret-in-source", source)
    assert found.message.endswith("no code here reads the setting")
    assert found.fix.startswith("Remove the setting")


@pytest.mark.parametrize(
    ("made", "severity"), [("int(datetime.utcnow().timestamp())", "low"), ("None", "")]
)
def test_a_stamp_compared_with_one_made_alike_matters_less(
    made: str, severity: str, tmp_path: Path
) -> None:
    source = f"""
from datetime import datetime
from fastapi import FastAPI
app = FastAPI()
def is_over(ends: int) -> bool:
    return ends < datetime.utcnow().timestamp()
def begin():
    return {{"ends": {made}}}
app.post("/")(is_over)
"""
    found = [f for f in audit(tmp_path, source) if f.slug == "local-time-as-utc"]
    assert {f.severity for f in found} == {severity}


@pytest.mark.parametrize(
    ("start", "severity"),
    [("", ""), ("web: uvicorn main:app", "low"), ("web: uvicorn main:app --workers 2", "")],
)
def test_tables_matter_less_where_one_worker_creates_them(
    start: str, severity: str, tmp_path: Path
) -> None:
    source = f"""
#= main.py
from contextlib import asynccontextmanager
from fastapi import FastAPI
from sqlalchemy import create_engine
from sqlalchemy.orm import DeclarativeBase
class Base(DeclarativeBase): ...
engine = create_engine("postgresql://db/app", hide_parameters=True)
@asynccontextmanager
async def lifespan(app):
    Base.metadata.create_all(engine)
    yield
app = FastAPI(lifespan=lifespan)
#= Procfile
{start}
"""
    assert only(tmp_path, "tables-created-by-every-worker", source).severity == severity


@pytest.mark.parametrize(
    ("decode", "severity"),
    [
        ("json.loads(value)", "low"),
        ("value.split(',')", ""),
        ("json.loads(value) if value[:1] == '[' else value.split(',')", ""),
    ],
)
def test_a_list_that_its_validator_wants_as_json_matters_less(
    decode: str, severity: str, tmp_path: Path
) -> None:
    source = f"""
import json
from pydantic import field_validator
from pydantic_settings import BaseSettings
class Settings(BaseSettings):
    origins: list[str] = []
    @field_validator("origins", mode="before")
    @classmethod
    def decode(cls, value):
        return {decode} if isinstance(value, str) else value
"""
    assert only(tmp_path, "list-setting-from-environment", source).severity == severity


@pytest.mark.parametrize(
    ("comment", "severity"), [("# PgBouncer, in front", ""), ("# fewer surprises", "medium")]
)
def test_half_of_what_pgbouncer_needs_matters_most_where_one_is_named(
    comment: str, severity: str, tmp_path: Path
) -> None:
    source = f"""
from sqlalchemy.ext.asyncio import create_async_engine
{comment}
engine = create_async_engine(
    "postgresql+asyncpg://db/shop", connect_args={{"statement_cache_size": 0}}
)
"""
    found = only(tmp_path, "prepared-statements-behind-pgbouncer", source)
    assert found.severity == severity


_CONSOLE = """
from fastapi import FastAPI
from sqlalchemy import create_engine, text
app = FastAPI()
engine = create_engine("postgresql://db/app")
@app.post("/run")
def run({name}: str):
    with engine.begin() as connection:
        return connection.execute(text({statement})).all()
"""


@pytest.mark.parametrize(
    ("name", "statement", "severity"),
    [
        ("sql", "sql", "low"),
        ("query", "query", "low"),
        ("order", "'SELECT * FROM items ORDER BY ' + order", ""),
        ("table", "table", ""),
    ],
)
def test_sql_that_an_endpoint_is_there_to_run_matters_less(
    name: str, statement: str, severity: str, tmp_path: Path
) -> None:
    source = _CONSOLE.format(name=name, statement=statement)
    found = only(tmp_path, "sql-from-input", source)
    assert found.severity == severity
    assert ("part of the SQL" in found.message) == (severity == "")


_FILES = """
from pathlib import Path
from fastapi import FastAPI
from pydantic import BaseModel
app = FastAPI()
ROOT = Path("/data")
class Item(BaseModel):
    path: str
class Disk:
    def take(self, item: Item):
        {use}
@app.post("/items")
def make(item: Item):
    {calls}
"""


@pytest.mark.parametrize(
    ("use", "calls", "severity"),
    [
        ("(ROOT / item.path).unlink()", "Disk().take(item)", ""),
        ("(ROOT / item.path).unlink()", "run_in_threadpool(Disk().take, item)", ""),
        ("(ROOT / item.path).unlink()", "run_module('disk', item)", "low"),
        ("(ROOT / item.path / 'info.json').read_text()", "Disk().take(item)", "low"),
        ("(ROOT / item.path / 'info.json').unlink()", "Disk().take(item)", ""),
        ("open(ROOT / item.path / 'info.json')", "Disk().take(item)", "low"),
        ("open(ROOT / item.path / 'info.json', 'w')", "Disk().take(item)", ""),
    ],
)
def test_a_path_matters_less_where_nothing_leads_to_it_or_one_name_is_read(
    use: str, calls: str, severity: str, tmp_path: Path
) -> None:
    source = _FILES.format(use=use, calls=calls)
    assert only(tmp_path, "path-from-input", source).severity == severity


@pytest.mark.parametrize(
    ("start", "severity"),
    [
        ("uvicorn.run('main:app', workers=3)", ""),
        ("uvicorn.run('main:app', workers=settings.workers)", "low"),
    ],
)
def test_metrics_of_an_unknown_number_of_workers_matter_less(
    start: str, severity: str, tmp_path: Path
) -> None:
    source = f"""
import uvicorn
from fastapi import FastAPI
from prometheus_client import make_asgi_app
from config import settings
app = FastAPI()
app.mount("/metrics", make_asgi_app())
{start}
"""
    assert only(tmp_path, "prometheus-per-worker", source).severity == severity


@pytest.mark.parametrize(
    ("check", "severity"),
    [
        ("len(password) > settings.PASSWORD_MAX_LENGTH", "low"),
        ("len(password) < settings.PASSWORD_MIN_LENGTH", ""),
    ],
)
def test_a_password_that_a_setting_limits_matters_less(
    check: str, severity: str, tmp_path: Path
) -> None:
    source = f"""
import bcrypt
from config import settings
def check(password: str):
    if {check}:
        raise ValueError
def hashed(password: str) -> bytes:
    return bcrypt.hashpw(password.encode(), bcrypt.gensalt())
"""
    assert only(tmp_path, "bcrypt-72-bytes", source).severity == severity


def test_folders_that_are_removed_at_the_end_matter_less(tmp_path: Path) -> None:
    source = """
import shutil
from fastapi import FastAPI
app = FastAPI()
@app.post("/")
async def make(folder: str):
    try:
        return folder
    finally:
        shutil.rmtree("/tmp/folder")
"""
    assert only(tmp_path, "blocking-call-in-async", source).severity == "low"


_TWICE = """
from fastapi import APIRouter, FastAPI
users, me = APIRouter(), APIRouter()
@users.get("/{{user_id}}")
def read_user(user_id: int): ...
@me.get("/me")
def read_me(): ...
app = FastAPI()
app.include_router(users, prefix="/users")
{include}
"""


@pytest.mark.parametrize(
    ("include", "severity"),
    [
        ("app.include_router(me, prefix='/users')", ""),
        ("app.include_router(me, prefix='/users')\napp.include_router(me)", "low"),
        ("app.include_router(me)\napp.include_router(me, prefix='/users')", "low"),
        ("app.include_router(me)\napp.include_router(me, prefix='/v1')", "not told"),
        ("app.include_router(users)\napp.include_router(me)", ""),
    ],
)
def test_a_path_matters_less_where_another_prefix_reaches_the_endpoint(
    include: str, severity: str, tmp_path: Path
) -> None:
    source = _TWICE.format(include=include)
    assert severity_of(tmp_path, "path-after-parameter", source) == severity


@pytest.mark.parametrize(
    ("start", "severity"),
    [
        ("", "low"),
        ("from settings import load", "low"),
        ("import settings; settings.load()", ""),
        ("from settings import load\n@app.get('/')\ndef read():\n    load()", ""),
    ],
)
def test_the_settings_of_a_command_beside_a_service_matter_less(
    start: str, severity: str, tmp_path: Path
) -> None:
    source = f"""
#= main.py
from fastapi import FastAPI
app = FastAPI()
{start}
#= settings.py
from pydantic import PostgresDsn
from pydantic_settings import BaseSettings
class Settings(BaseSettings):
    dsn: PostgresDsn
    other: str
def load() -> Settings:
    return Settings()
#= loader.py
import typer
from settings import load
commands = typer.Typer()
@commands.command()
def run():
    print(load().other)
"""
    assert severity_of(tmp_path, "settings-error-prints-secret", source) == severity


OUT = """
#= schemas.py
from typing import Generic, TypeVar
from pydantic import BaseModel
T = TypeVar("T")
class Envelope(BaseModel, Generic[T]):
    data: T
class Out(BaseModel):
    id: int
    class Config:
        {key} = True
class Page(BaseModel):
    items: list[Out]
class Details(Out):
    name: str
#= main.py
from fastapi import FastAPI
from fastapi_pagination import Page as Pages
from pydantic import TypeAdapter
import schemas
from schemas import Details, Envelope, Out, Page
app = FastAPI()
{use}
"""


@pytest.mark.parametrize(
    ("use", "severity"),
    [
        ("@app.get('/', response_model=Out)\ndef read(): return row", "low"),
        ("@app.get('/', response_model=list[Out])\ndef read(): return rows", "low"),
        ("@app.get('/', response_model=schemas.Out | None)\ndef read(): return row", "low"),
        ("@app.get('/')\ndef read() -> dict[str, Out]: return rows", "low"),
        ("@app.get('/', response_model=Page)\ndef read(): return {'items': rows}", "low"),
        ("@app.get('/', response_model=Envelope[Out])\ndef read(): return {'data': 1}", "low"),
        ("@app.get('/', response_model=Details)\ndef read(): return row", "low"),
        ("@app.get('/', response_model=Out)\ndef read(): return Out(id=1)", "low"),
        ("@app.get('/', response_model=Page)\ndef read(): return Page(items=rows)", ""),
        ("@app.get('/', response_model=Pages[Out])\ndef read(): return paginate(rows)", ""),
        ("@app.get('/')\ndef read(): return Out.model_validate(row)", ""),
        ("@app.get('/')\ndef read(): return schemas.Out.from_orm(row)", "high"),
        ("@app.get('/')\ndef read(): return Details.model_validate(row)", ""),
        ("@app.get('/')\ndef read(): return Envelope[Out](data=row)", ""),
        ("@app.get('/')\ndef read(): return TypeAdapter(list[Out]).validate_python(rows)", ""),
        ("@app.get('/')\ndef read(): return convert(row, Out)", ""),
        ("from schemas import Out as Answer\ndef read(): return Answer.model_validate(row)", ""),
        ("class More(Out):\n    def of(cls, row): return cls.model_validate(row)", ""),
    ],
)
def test_orm_mode_of_what_only_fastapi_reads_matters_less(
    use: str, severity: str, tmp_path: Path
) -> None:
    source = OUT.format(use=use, key="orm_mode")
    assert only(tmp_path, "v1-config-leftovers", source).severity == severity
    source = OUT.format(use=use, key="allow_population_by_field_name")
    assert only(tmp_path, "v1-config-leftovers", source).severity == ""


@pytest.mark.parametrize(
    ("outer", "severity"),
    [
        (["HTTPSRedirectMiddleware"], "low"),
        (["Limit"], ""),
        (["HTTPSRedirectMiddleware", "Limit"], ""),
        (["Limit", "HTTPSRedirectMiddleware"], ""),
    ],
)
def test_a_redirect_to_https_outside_cors_matters_less(
    outer: list[str], severity: str, tmp_path: Path
) -> None:
    added = "\n".join(f"app.add_middleware({name})" for name in outer)
    source = f"""
from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from fastapi.middleware.httpsredirect import HTTPSRedirectMiddleware
from fastapi.responses import JSONResponse
class Limit:
    async def __call__(self, scope, receive, send):
        await JSONResponse({{}}, 429)(scope, receive, send)
app = FastAPI()
app.add_middleware(CORSMiddleware, allow_origins=["*"])
{added}
"""
    assert only(tmp_path, "cors-not-outermost", source).severity == severity


CHECKS = """
from fastapi import Depends, FastAPI
from redis import Redis
from sqlalchemy import text
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
engine = create_async_engine("postgresql+asyncpg://db/shop", pool_size=10, max_overflow=0)
make = async_sessionmaker(engine)
app = FastAPI()
async def get_session():
    async with make() as session:
        yield session
def get_redis():
    return Redis(host="cache")
@app.get("/items")
async def items(db=Depends(get_session)):
    return (await db.execute(text("SELECT 1"))).all()
"""
DETAILED = """
@app.get("/health/detailed")
async def detailed(db=Depends(get_session)):
    await db.execute(text("SELECT 1"))
"""


@pytest.mark.parametrize(
    ("more", "severity"),
    [
        (DETAILED + "@app.get('/health')\nasync def alive(): return 1\n", "low"),
        (DETAILED + "@app.get('/ping')\nasync def alive(): return 1\n", "low"),
        (DETAILED, ""),
        (DETAILED.replace("/health/detailed", "/health/ready"), ""),
        (
            DETAILED.replace("/health/detailed", "/health")
            + "@app.get('/ping')\nasync def alive(): return 1\n",
            "",
        ),
    ],
)
def test_a_check_that_people_look_at_matters_less_where_a_probe_asks_nothing(
    more: str, severity: str, tmp_path: Path
) -> None:
    found = only(tmp_path, "health-check-exhausts-pool", CHECKS + more)
    assert found.severity == severity


@pytest.mark.parametrize(
    ("paths", "severity"),
    [
        (["/ready"], "low"),
        (["/ready", "/health/cache"], "low"),
        (["/ready", "/prices"], ""),
        (["/prices"], ""),
    ],
)
def test_what_only_health_checks_make_anew_matters_less(
    paths: list[str], severity: str, tmp_path: Path
) -> None:
    more = "".join(
        f"@app.get('{path}')\ndef read_{number}(redis=Depends(get_redis)): return redis.ping()\n"
        for number, path in enumerate(paths)
    )
    assert only(tmp_path, "depends-cached-per-request", CHECKS + more).severity == severity


@pytest.mark.parametrize(
    ("use", "severity"),
    [
        ("return user.get('stamp') == given", "low"),
        ("return given != user['stamp']", "low"),
        ("return user['stamp'] >= given", ""),
        ("return given - user['stamp'] == 60", ""),
        ("return datetime.fromtimestamp(user['stamp']) == given", ""),
        ("kept = user['stamp']\n    return kept == given or kept < 5", ""),
        ("return user", ""),
    ],
)
def test_a_stamp_that_is_only_matched_matters_less(use: str, severity: str, tmp_path: Path) -> None:
    source = f"""
from datetime import datetime
from fastapi import FastAPI
app = FastAPI()
@app.put("/")
def change(user: dict):
    user["stamp"] = datetime.utcnow().timestamp()
@app.get("/")
def read(user: dict, given: float):
    {use}
"""
    assert only(tmp_path, "local-time-as-utc", source).severity == severity
