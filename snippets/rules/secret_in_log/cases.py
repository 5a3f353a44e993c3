"""What is written to logs, with and without secrets."""

BAD = ['logger.warning("Failed login of %s with %s", form.username, form.password)']

_APP = """
import logging
from typing import Annotated
from fastapi import Depends, FastAPI, Form, Header, Request
from fastapi.security import OAuth2PasswordBearer, OAuth2PasswordRequestForm
from pydantic import BaseModel, Field, SecretStr
from pydantic_settings import BaseSettings
logger = logging.getLogger(__name__)
app = FastAPI()
scheme = OAuth2PasswordBearer("login")
class UserCreate(BaseModel):
    email: str
    password: str
"""

FOUND = {
    "a token that something else may have refused": """
import base64
import logging
from fastapi import FastAPI
log = logging.getLogger(__name__)
app = FastAPI()
@app.get("/")
def read(access_token: str):
    try:
        raw = base64.urlsafe_b64decode(access_token)
        return look_up(raw)
    except ValueError:
        log.warning("no token: %s", access_token)  # !
        raise
""",
    "the password of the form, an f-string": _APP
    + """
@app.post("/login")
def log_in(form: Annotated[OAuth2PasswordRequestForm, Depends()]):
    logger.info(f"Login of {form.username} with {form.password!r}")  # !
""",
    "printed while a request waits": _APP
    + """
@app.post("/users")
def sign_up(body: UserCreate):
    print("new user", body.model_dump())  # !
""",
    "the headers, in a middleware": _APP
    + """
@app.middleware("http")
async def log_requests(request: Request, call_next):
    logger.info("%s %s", request.url, dict(request.headers))  # !
    return await call_next(request)
""",
    "one header": _APP
    + """
@app.get("/me")
def me(request: Request):
    logger.error("Who is " + request.headers.get("Authorization"))  # !
""",
    "the token of the caller": _APP
    + """
def user(token: Annotated[str, Depends(scheme)]):
    logger.warning("Invalid token {}".format(token))  # !
@app.get("/me")
def me(name: Annotated[str, Depends(user)]):
    return name
""",
    "the settings, loguru": """
#= config.py
from pydantic_settings import BaseSettings
class Settings(BaseSettings):
    database_url: str
    smtp_password: str
settings = Settings()
#= main.py
from fastapi import FastAPI
from loguru import logger
from config import settings
app = FastAPI()
logger.info("Starting with {}", settings)  # !
""",
    "fields of a log entry": _APP
    + """
class Mailer:
    def __init__(self):
        self.log = logging.getLogger("mail")
    def send(self, user, access_token: str):
        self.log.info("sent", extra={"user": user.id, "token": access_token})  # !
    def bind(self, config: dict):
        self.log.error("failed", config["client_secret"])  # !
""",
    "whole bodies, where some bring a password": _APP
    + """
from fastapi.exceptions import RequestValidationError
from starlette.middleware.base import BaseHTTPMiddleware
class LogBodies(BaseHTTPMiddleware):
    async def dispatch(self, request, call_next):
        body = await request.body()
        logger.info("%s %s", request.url.path, body.decode())  # !
        return await call_next(request)
@app.exception_handler(RequestValidationError)
async def invalid(request: Request, error: RequestValidationError):
    logger.warning(f"{error.body}")  # !
@app.post("/users")
def sign_up(body: UserCreate): ...
""",
    "what a SecretStr hides": _APP
    + """
class Login(BaseModel):
    password: SecretStr
@app.post("/login")
def log_in(body: Login):
    logger.info("login %s", body.password.get_secret_value())  # !
""",
    "a dataclass with the settings, a URL that an object keeps": """
import logging
import os
from dataclasses import dataclass, field
from fastapi import FastAPI
app = FastAPI()
@dataclass(frozen=True)
class Options:
    host: str = "mail"
    jwt_secret: str = field(default_factory=lambda: os.environ["JWT"])
class Config:
    database_url = os.environ["DATABASE_URL"]
    def __init__(self) -> None:
        self.dsn = f"postgresql://app:{os.environ['DB_PASSWORD']}@db/app"
options = Options()
config = Config()
print(f"starting with {options}")  # !
print("database", config.database_url)  # !
logging.info("connecting to %s", config.dsn)  # !
""",
    "keys and links that are drawn here, a token of the header": """
import logging
import secrets
from dataclasses import dataclass
from fastapi import FastAPI, Header
app = FastAPI()
logger = logging.getLogger(__name__)
@dataclass
class Seed:
    workspace: int
    api_key: str
def seed() -> Seed:
    return Seed(1, f"key_{secrets.token_urlsafe(32)}")
@app.post("/a")
async def a():
    made = seed()
    logger.info("seeded with %s", made.api_key)  # !
@app.post("/b")
async def b(email: str):
    link = f"https://shop.example/join?t={secrets.token_urlsafe()}"
    print("invited", email, link)  # !
@app.get("/c")
async def c(authorization: str = Header()):
    scheme, _, token = authorization.partition(" ")
    logger.warning("refused %s %s", scheme, token)  # !
""",
}

LOOK_ALIKES = {
    "what is no base64, and so no token": """
import base64
import logging
from fastapi import FastAPI
log = logging.getLogger(__name__)
app = FastAPI()
@app.get("/")
def read(access_token: str):
    try:
        raw = base64.urlsafe_b64decode(access_token)
    except ValueError:
        log.warning("no token: %s", access_token)
        raise
    return raw
""",
    "an id": _APP
    + """
@app.post("/users")
def sign_up(body: UserCreate):
    logger.info("new user %s", body.email)
    logger.info(f"password of {body.email} was changed")
""",
    "a SecretStr": _APP
    + """
class Login(BaseModel):
    email: str
    password: SecretStr
@app.post("/login")
def log_in(body: Login):
    logger.info("login %s %s", body, body.password)
""",
    "masked, shortened, counted": _APP
    + """
def mask(text: str) -> str: ...
def use(api_key: str, access_token: str, password: str):
    logger.info("key %s, token %s…", mask(access_token), access_token[:4])
    logger.info("%d characters, given: %s", len(password), bool(password))
    logger.info("given: %s", password is not None)
""",
    "names that are no secrets": _APP
    + """
def use(token_type: str, password_hash_rounds: int, secret_name: str, tokens: int, key: str):
    logger.info("%s %s %s %s %s", token_type, password_hash_rounds, secret_name, tokens, key)
async def stream(chunks):
    async for token in chunks:
        logger.info(token)
""",
    "left out, or of other fields": _APP
    + """
class Settings(BaseSettings):
    api_password: str = Field(repr=False)
    name: str
settings = Settings()
@app.post("/users")
def sign_up(body: UserCreate):
    logger.info("new %s", body.model_dump(exclude={"password"}))
    logger.info("settings %s", settings)
    logger.info(settings.name)
""",
    "no log": _APP
    + """
@app.post("/users")
def sign_up(body: UserCreate, service=None, dialog=None):
    service.info(body.password)
    dialog.error(body.password)
    return body
def command(password: str):
    print(password)
""",
    "bodies without passwords": """
import logging
from fastapi import FastAPI, Request
from pydantic import BaseModel
logger = logging.getLogger(__name__)
app = FastAPI()
class Note(BaseModel):
    text: str
@app.middleware("http")
async def log_bodies(request: Request, call_next):
    logger.info(await request.body())
    return await call_next(request)
@app.post("/notes")
def add(note: Note):
    logger.info(note)
""",
    "what somebody asked for, and what is masked": _APP
    + """
import os
@app.middleware("http")
async def log_requests(request: Request, call_next):
    if os.environ.get("LOG_HEADERS"):
        logger.info("%s", request.headers)
    return await call_next(request)
def create(email: str):
    user = UserCreate(email=email, password="*****")
    logger.info("new %s", user)
""",
    "a flag": _APP
    + """
def use(has_password: bool, reset_password: bool, user):
    logger.info("%s %s %s", has_password, reset_password, user.has_password)
""",
    "one header that is no secret": _APP
    + """
@app.get("/me")
def me(request: Request):
    logger.info(request.headers.get("user-agent"))
""",
    "a scanner tries what everybody knows": """
import logging
from fastapi import FastAPI
logger = logging.getLogger(__name__)
app = FastAPI()
class FtpBruter:
    def run(self, host: str, pairs: list[tuple[str, str]]):
        for username, password in pairs:
            logger.info("trying %s on %s with password=%s", username, host, password)
def brute_force(host: str, password: str):
    logger.info("found %s on %s", password, host)
@app.post("/scan")
def scan(host: str):
    FtpBruter().run(host, [("root", "root")])
    brute_force(host, "admin")
""",
    "hidden fields, numbers of requests, keys of others": """
import logging
import os
import secrets
from dataclasses import dataclass, field
from fastapi import FastAPI
app = FastAPI()
logger = logging.getLogger(__name__)
@dataclass
class Options:
    host: str = "mail"
    jwt_secret: str = field(default="", repr=False)
options = Options(jwt_secret=os.environ["JWT"])
print(f"starting with {options}")
@app.get("/a")
async def a():
    number = secrets.token_hex(8)
    logger.info("request %s", number)
    logger.info("request %s begins", secrets.token_hex(4))
@app.get("/b")
async def b(line: str):
    kind, _, token = line.partition(":")
    logger.info("parsed %s %s", kind, token)
""",
}

FOUND["read from the environment, put into the message, logged or printed at the start"] = """
#= config.py
import os
DB_PASSWORD = os.environ["DB_PASSWORD"]
KEY = os.getenv("STRIPE_SECRET_KEY")
print("password: %s, key: {}" % DB_PASSWORD)  # !
#= mail.py
import logging, os
logger = logging.getLogger(__name__)
logger.warning("relay with " + os.getenv("SMTP_PASSWORD", ""))  # !
logger.info("all of it: %s", dict(os.environ))  # !
def connect():
    db_pass, first_pass = os.environ.get("DB_PASS"), 1
    url = f"mysql://root:{db_pass}@db/shop"
    print(f"{url=}", first_pass)  # !
    print(f"as {os.environ.get('SMTP_PASSWORD')}")  # !
relay = connect()
#= main.py
from contextlib import asynccontextmanager
from fastapi import FastAPI
import config, mail
@asynccontextmanager
async def lifespan(app):
    message = "key is {}".format(config.KEY)
    print(message)  # !
    yield
app = FastAPI(lifespan=lifespan)
"""
FOUND["the URL of the database"] = """
#= database.py
import logging, os
from sqlalchemy import create_engine
from settings import settings
log = logging.getLogger("db")
DATABASE_URL = os.getenv("DATABASE_URL")
SQLALCHEMY_DATABASE_URI = f"mysql://{os.environ['USER']}:{os.environ['MYSQL_PASSWORD']}@db/shop"
print("URL:", DATABASE_URL)  # !
log.info(f"using {SQLALCHEMY_DATABASE_URI}")  # !
log.debug("or %s", settings.database_url)  # !
log.error("or " + settings.dsn())  # !
log.info("or %s", settings.mongo_uri)  # !
engine = create_engine(DATABASE_URL)
log.info(engine.url.render_as_string(hide_password=False))  # !
def connect(db_url: str):
    log.info("connecting to %s", db_url)
connect(DATABASE_URL)  # !
#= settings.py
from pydantic import PostgresDsn
from pydantic_settings import BaseSettings
class Settings(BaseSettings):
    database_url: PostgresDsn
    mongo_uri: str = "mongodb://root:example@mongo:27017"
    user: str
    password: str
    def dsn(self) -> str:
        return "postgresql://{}:{}@db/shop".format(self.user, self.password)
settings = Settings()
#= main.py
from fastapi import FastAPI
import database
app = FastAPI()
"""
FOUND["the headers, copied first"] = (
    _APP
    + """
@app.get("/a")
def a(request: Request):
    given = dict(request.headers)
    logger.info("headers: %s", given)  # !
@app.get("/b")
def b(request: Request):
    logger.info({name: value for name, value in request.headers.items()})  # !
"""
)
FOUND["through a helper that logs what it is given"] = (
    _APP
    + """
def audit(event: str, detail: str | None = None):
    logger.info("%s: %s", event, detail)
@app.post("/login")
def log_in(form: Annotated[OAuth2PasswordRequestForm, Depends()]):
    audit("login", detail=f"{form.username}/{form.password}")  # !
"""
)
FOUND["the tokens that fastapi-users sends by mail"] = """
import logging, uuid
from fastapi import FastAPI
from fastapi_users import BaseUserManager, UUIDIDMixin
logger = logging.getLogger(__name__)
app = FastAPI()
class UserManager(UUIDIDMixin, BaseUserManager["User", uuid.UUID]):
    async def on_after_forgot_password(self, user, token: str, request=None):
        print(f"{user.id} may reset with {token}")  # !
    async def on_after_request_verify(self, user, token, request=None):
        logger.info("verify %s by %s", user.id, token)  # !
"""

LOOK_ALIKES["URLs without a password, masked or of a file"] = """
#= database.py
import logging, os, re
from sqlalchemy import create_engine, make_url
from settings import settings
log = logging.getLogger("db")
DATABASE_URL = os.environ["DATABASE_URL"]
DB_URL = os.getenv("DB_URL", "sqlite:///./app.db")
TEST_DB_URL = "postgresql://localhost/test"
LOCAL_DB_URL = f"postgresql://{os.environ['DB_HOST']}/{os.environ['DB_NAME']}"
engine = create_engine(DATABASE_URL)
log.info("to %s", DATABASE_URL.split("@")[-1])
log.info("to %s and %s", re.sub(":.*@", ":***@", DATABASE_URL), make_url(DATABASE_URL))
log.info("to %s, %s, %s, %s", engine.url, str(engine.url), DB_URL, TEST_DB_URL)
log.info(f"to {LOCAL_DB_URL} {settings.database_url} {settings.masked_url} {DATABASE_URL[:12]}")
log.info("given: %s", DATABASE_URL is not None)
def hidden(url: str) -> str:
    return url.replace(os.environ["DB_PASSWORD"], "***")
log.info(hidden(DATABASE_URL))
#= settings.py
from pydantic_settings import BaseSettings
class Settings(BaseSettings):
    database_url: str = "sqlite+aiosqlite:///app.db"
    password: str
    @property
    def masked_url(self) -> str:
        return f"postgresql://app:{'*' * len(self.password)}@db/app"
settings = Settings()
#= main.py
from fastapi import FastAPI
import database
app = FastAPI()
"""
LOOK_ALIKES["printed by a command, or whether it is set"] = """
#= seed.py
import os
ADMIN_PASSWORD = os.environ["ADMIN_PASSWORD"]
print(f"admin / {ADMIN_PASSWORD}")
#= config.py
import os
API_PASSWORD = os.getenv("API_PASSWORD")
print("password is", "set" if API_PASSWORD else "missing")
print(f"{len(API_PASSWORD or '')} characters; {'*' * len(API_PASSWORD or '')}")
print("workers", os.environ["WORKERS"], os.environ.get("SECRET_NAME"))
if __name__ == "__main__":
    print(API_PASSWORD)
#= main.py
from fastapi import FastAPI
import config
app = FastAPI()
"""
LOOK_ALIKES["a message that is masked before it is logged, headers that are filtered"] = (
    _APP
    + """
def describe(password: str) -> str:
    message = f"password {password}"
    message = message.replace(password, "***")
    logger.info(message)
    return message
@app.post("/users")
def sign_up(body: UserCreate):
    body.password = hash_password(body.password)
    logger.info("new user: %s", body)
@app.get("/a")
def a(request: Request):
    logger.info({n: v for n, v in request.headers.items() if n != "authorization"})
    logger.info({n: "***" if n == "cookie" else v for n, v in request.headers.items()})
    logger.info([name for name in request.headers.keys()])
"""
)
LOOK_ALIKES["a helper that is given names, one that masks"] = (
    _APP
    + """
def audit(event: str, detail: str = ""):
    logger.info("%s: %s", event, detail)
def quiet(detail: str):
    detail = detail[:2] + "***"
    logger.info(detail)
@app.post("/login")
def log_in(form: Annotated[OAuth2PasswordRequestForm, Depends()]):
    audit("login", detail=form.username)
    quiet(form.password)
"""
)
LOOK_ALIKES["a token of another class, a token that is no parameter"] = """
import logging
from fastapi import FastAPI
logger = logging.getLogger(__name__)
app = FastAPI()
class Parser:
    async def on_after_forgot_password(self, user, token: str):
        logger.info("parsed %s", token)
"""

FOUND["a code that somebody is sent"] = """
import logging
import random
import secrets
from fastapi import FastAPI
logger = logging.getLogger(__name__)
app = FastAPI()
def generate_code() -> str:
    return secrets.token_hex(3)
def send_sms(phone: str, otp: int) -> None:
    logger.info("sending %s to %s", otp, phone)  # !
@app.post("/code")
def send_code(phone: str):
    otp = random.randint(100000, 999999)
    logger.info(f"Generated OTP: {otp} for {phone}")  # !
    reset_code = "".join(secrets.choice("0123456789") for _ in range(6))
    print("reset code:", reset_code)  # !
    login_code = generate_code()
    logger.warning("%s", login_code)  # !
    send_sms(phone, otp)
"""
LOOK_ALIKES["codes of other kinds, lengths of codes, what a stranger sends"] = """
import logging
import random
from fastapi import FastAPI
logger = logging.getLogger(__name__)
app = FastAPI()
OTP_LENGTH = 6
@app.post("/code")
def check_code(otp: str, status_code: int, country_code: str, otp_id: int):
    error_code = random.randint(1, 9)
    otp_code = OTP_LENGTH
    logger.info("%s %s %s %s %s", status_code, country_code, error_code, otp_id, otp_code)
    logger.info("wrong code: %s", otp)
    masked = f"{'*' * OTP_LENGTH}"
    logger.info(masked)
"""
_HANDLER = """
from fastapi.exceptions import RequestValidationError
@app.post("/users")
def sign_up(body: UserCreate): ...
"""
FOUND["the errors of a validation, with what was sent"] = (
    _APP
    + _HANDLER
    + """
@app.exception_handler(RequestValidationError)
async def invalid(request: Request, exc: RequestValidationError):
    logger.error(f"Request validation error: {exc}")  # !
    logger.warning("invalid: %s", exc.errors())  # !
async def refuse(request: Request, error: Exception):
    logger.info("%s", str(error))  # !
app.add_exception_handler(RequestValidationError, refuse)
"""
)
LOOK_ALIKES["the place of an error, errors of another kind"] = (
    _APP
    + _HANDLER
    + """
@app.exception_handler(RequestValidationError)
async def invalid(request: Request, exc: RequestValidationError):
    logger.error("%s", [(error["loc"], error["type"]) for error in exc.errors()])
    logger.error("%s errors", len(exc.errors()))
@app.exception_handler(ValueError)
async def failed(request: Request, exc: ValueError):
    logger.error(f"{exc}")
"""
)
LOOK_ALIKES["the errors of Pydantic 1, without what was sent"] = (
    _APP
    + _HANDLER
    + """
@app.exception_handler(RequestValidationError)
async def invalid(request: Request, exc: RequestValidationError):
    logger.error(f"{exc}")
#= requirements.txt
pydantic==1.10.13
"""
)
LOOK_ALIKES["the errors of a service without passwords"] = """
import logging
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel
logger = logging.getLogger(__name__)
app = FastAPI()
class Note(BaseModel):
    text: str
@app.post("/notes")
def write(note: Note): ...
@app.exception_handler(RequestValidationError)
async def invalid(request: Request, exc: RequestValidationError):
    logger.error(f"{exc}")
"""
_ONLY_HERE = (
    _APP
    + _HANDLER
    + """
from settings import settings
def add_handler(app: FastAPI) -> None:
    TEST
        return
    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, exc: RequestValidationError):
        logger.error(f"{exc}")  # !
"""
)
LOOK_ALIKES["a handler that production does not get"] = _ONLY_HERE.replace(
    "TEST", "if settings.PRODUCTION and not settings.TESTING:"
)
LOOK_ALIKES["a handler that no other environment gets"] = _ONLY_HERE.replace(
    "TEST", 'if settings.env == "production":'
)
FOUND["a handler that production gets"] = _ONLY_HERE.replace(
    "TEST", 'if settings.env != "production" and settings.quiet:'
)
FOUND["a handler that is left out at times"] = _ONLY_HERE.replace(
    "TEST", "if settings.PRODUCTION and settings.quiet:"
)
_BY_ANOTHER = (
    _APP
    + _HANDLER
    + """
from settings import settings
def note(request: Request, e):
    logger.error(f"error is {e}")MARK
def add_handler(app: FastAPI) -> None:
    TEST
        return
    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, exc: RequestValidationError):
        note(request, exc)
"""
)
FOUND["a function that a handler calls, without types"] = _BY_ANOTHER.replace(
    "MARK", "  # !"
).replace("TEST", "if settings.quiet:")
LOOK_ALIKES["a function that a handler for developers calls"] = _BY_ANOTHER.replace(
    "MARK", ""
).replace("TEST", "if settings.PRODUCTION:")
