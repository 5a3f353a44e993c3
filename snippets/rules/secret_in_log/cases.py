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
}

LOOK_ALIKES = {
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
}
