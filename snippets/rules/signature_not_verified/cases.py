"""Tokens that are read, and tokens that are verified."""

BAD = ['claims = jwt.decode(token, SECRET, algorithms=["HS256"], options=OPTIONS)']

_APP = """
import os
from datetime import timedelta
from typing import Annotated
import jwt
from fastapi import Depends, FastAPI, Header, HTTPException, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer, OAuth2PasswordBearer
app = FastAPI()
KEY = os.environ["KEY"]
scheme = OAuth2PasswordBearer("login")
bearer = HTTPBearer()
"""

FOUND = {
    "Amazon Cognito checks another": """
import boto3
import jwt
from fastapi import Depends, FastAPI, Request
app = FastAPI()
cognito = boto3.client("cognito-idp")
def member(request: Request):
    token = request.cookies["id_token"]
    access = request.cookies["access_token"]
    claims = jwt.decode(token, options={"verify_signature": False})  # !
    cognito.get_user(AccessToken=access)
    return claims["email"]
@app.get("/")
def read(email: str = Depends(member)): ...
""",
    "HTTPBearer, a dependency": _APP
    + """
def user(credentials: HTTPAuthorizationCredentials = Depends(bearer)):
    claims = jwt.decode(credentials.credentials, options={"verify_signature": False})  # !
    return claims["sub"]
""",
    "python-jose's unverified claims, a header": """
from fastapi import Depends, FastAPI, Header
from jose import jwt
app = FastAPI()
async def user(authorization: str = Header()):
    token = authorization.split(" ")[1]
    return jwt.get_unverified_claims(token)["sub"]  # !
@app.get("/me")
async def me(name: str = Depends(user)):
    return name
""",
    "a helper in another module, python-jose's option": """
#= tokens.py
from jose import jwt
def claims_of(token: str) -> dict:
    return jwt.decode(token, "", options={"verify_signature": False, "verify_aud": False})  # !
#= main.py
from fastapi import FastAPI, Request
from tokens import claims_of
app = FastAPI()
@app.get("/me")
async def me(request: Request):
    header = request.headers.get("Authorization")
    if not header or not header.startswith("Bearer "):
        return None
    return claims_of(header.removeprefix("Bearer "))["email"]
""",
    "a cookie, in a middleware": _APP
    + """
@app.middleware("http")
async def add_user(request: Request, call_next):
    token = request.cookies.get("token")
    if token:
        request.state.user = jwt.decode(token, options=dict(verify_signature=False))["sub"]  # !
    return await call_next(request)
""",
    "a leeway of ten years": _APP
    + """
LEEWAY = timedelta(days=3650)
def claims(token: str):
    return jwt.decode(token, KEY, algorithms=["HS256"], leeway=LEEWAY)  # !
""",
    "a leeway in seconds, python-jose's too": """
import jwt
from jose import jwt as jose_jwt
def claims(token: str, key: str):
    return jwt.decode(token, key, algorithms=["HS256"], leeway=86400)  # !
def others(token: str, key: str):
    return jose_jwt.decode(token, key, ["HS256"], options={"leeway": 7200})  # !
""",
    "where nobody develops": """
import jwt
from fastapi import Depends, FastAPI
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from settings import settings
app = FastAPI()
def user(given: HTTPAuthorizationCredentials = Depends(HTTPBearer())):
    if settings.environment != "local":
        return jwt.decode(given.credentials, options={"verify_signature": False})  # !
def other(given: HTTPAuthorizationCredentials = Depends(HTTPBearer())):
    if settings.is_production:
        return jwt.decode(given.credentials, options={"verify_signature": False})  # !
@app.get("/")
def read(a=Depends(user), b=Depends(other)): ...
""",
}

LOOK_ALIKES = {
    "Amazon Cognito checks it, when asked whose it is": """
import time
import boto3
import jwt
from fastapi import Depends, FastAPI, HTTPException, Request
app = FastAPI()
cognito = boto3.client("cognito-idp")
def member(request: Request):
    token = request.headers["Authorization"].split(" ")[1]
    claims = jwt.decode(token, options={"verify_signature": False})
    if claims["exp"] < time.time():
        raise HTTPException(401)
    cognito.get_user(AccessToken=token)
@app.get("/", dependencies=[Depends(member)])
def read(): ...
""",
    "the key is looked up first": _APP
    + """
def user(token: Annotated[str, Depends(scheme)]):
    issuer = jwt.decode(token, options={"verify_signature": False})["iss"]
    kid = jwt.get_unverified_header(token)["kid"]
    return jwt.decode(token, key_of(issuer, kid), algorithms=["RS256"], options={"require": ["exp"]})
""",
    "read by one function, verified by another": _APP
    + """
def peek(token: str) -> dict:
    return jwt.decode(token, options={"verify_signature": False})
def verify(token: str) -> dict:
    return jwt.decode(token, KEY, algorithms=["HS256"])
def user(token: Annotated[str, Depends(scheme)]):
    if peek(token)["iss"] != "us":
        raise HTTPException(401)
    return verify(token)
""",
    "a token that was just received from the provider": _APP
    + """
import httpx
@app.get("/callback")
async def callback(code: str):
    async with httpx.AsyncClient() as client:
        answer = (await client.post("https://login.example/token", data={"code": code})).json()
    return jwt.decode(answer["id_token"], options={"verify_signature": False})["email"]
""",
    "verified": _APP
    + """
def user(token: Annotated[str, Depends(scheme)]):
    return jwt.decode(token, KEY, algorithms=["HS256"], options={"verify_signature": True}, leeway=30)
""",
    "an audience that is not verified, a leeway of a minute": _APP
    + """
def user(token: Annotated[str, Depends(scheme)]):
    return jwt.decode(
        token, KEY, ["HS256"], options={"verify_aud": False}, leeway=timedelta(minutes=1)
    )
""",
    "expired ones are welcome": _APP
    + """
@app.post("/refresh")
def refresh(token: Annotated[str, Depends(scheme)]):
    return jwt.decode(token, KEY, algorithms=["HS256"], options={"verify_exp": False})["sub"]
@app.get("/left")
def left(token: Annotated[str, Depends(scheme)]):
    claims = jwt.decode(token, KEY, algorithms=["HS256"], options={"verify_exp": False})
    return claims["exp"]
""",
    "a token of one's own": _APP
    + """
def show() -> dict:
    return jwt.decode(os.environ["TOKEN"], options={"verify_signature": False})
""",
    "for the log alone": _APP
    + """
from starlette.middleware.base import BaseHTTPMiddleware
def identity(request: Request) -> str:
    token = request.headers.get("Authorization").split(" ")[1]
    return jwt.decode(token, options={"verify_signature": False})["email"]
class LoggingMiddleware(BaseHTTPMiddleware):
    async def dispatch(self, request: Request, call_next):
        print(identity(request))
        return await call_next(request)
""",
    "an option nobody can read": _APP
    + """
def user(token: Annotated[str, Depends(scheme)], strict: bool = True):
    return jwt.decode(token, KEY, algorithms=["HS256"], options={"verify_signature": strict})
""",
    "in a developer's environment alone": """
import os
import jwt
from fastapi import Depends, FastAPI
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from gateway import claims_of
from settings import settings
app = FastAPI()
target = os.getenv("TARGET_ENVIRONMENT")
def user(request, given: HTTPAuthorizationCredentials = Depends(HTTPBearer())):
    if target != "local":
        claims = claims_of(request)
    else:
        claims = jwt.decode(given.credentials, options={"verify_signature": False})
    return claims
def other(given: HTTPAuthorizationCredentials = Depends(HTTPBearer())):
    if settings.environment == "development":
        return jwt.decode(given.credentials, options={"verify_signature": False})
def third(given: HTTPAuthorizationCredentials = Depends(HTTPBearer())):
    if not settings.is_production:
        return jwt.decode(given.credentials, options={"verify_signature": False})
@app.get("/")
def read(a=Depends(user), b=Depends(other), c=Depends(third)): ...
""",
}

FOUND["credentials without an annotation"] = (
    _APP
    + """
def user(given=Depends(HTTPBearer(auto_error=False))):
    return jwt.decode(given.credentials, options={"verify_signature": False})  # !
async def other(given=Depends(bearer)):
    token = given.credentials
    return jwt.decode(token, options={"verify_signature": False})  # !
@app.get("/")
def read(a=Depends(user), b=Depends(other)): ...
"""
)
FOUND["options put together elsewhere"] = """
#= config.py
from pydantic_settings import BaseSettings
class Settings(BaseSettings):
    key: str
    verify_tokens: bool = False
settings = Settings()
VERIFY = False
BASE = {"verify_aud": False}
NO_CHECKS = {**BASE, "verify_signature": VERIFY}
def decode_options(audience: bool = False) -> dict:
    return {"verify_signature": False, "verify_aud": audience}
#= main.py
from functools import partial
import jwt
from jose import jwt as jose
from jwt import decode as jwt_decode
from fastapi import Depends, FastAPI
from fastapi.security import OAuth2PasswordBearer
from config import NO_CHECKS, decode_options, settings
app = FastAPI()
scheme = OAuth2PasswordBearer("login")
GIVEN = {"algorithms": ["HS256"], "options": {"verify_signature": False}}
class Tokens:
    options = {"verify_signature": False}
    def __init__(self):
        self.checks = dict(verify_signature=False)
    def read(self, token: str):
        return jose.decode(token, "key", options=self.options)  # !
    def claims(self, token: str):
        return jwt.decode(token, options=self.checks)  # !
def a(token: str = Depends(scheme)):
    return jwt_decode(token, settings.key, ["HS256"], NO_CHECKS)  # !
def b(token: str = Depends(scheme)):
    options = {"verify_aud": False}
    options["verify_signature"] = False
    return jwt.decode(token, settings.key, algorithms=["HS256"], options=options)  # !
def c(token: str = Depends(scheme)):
    return jwt.decode(token, settings.key, **GIVEN)  # !
def d(token: str = Depends(scheme)):
    options = {"verify_signature": settings.verify_tokens}
    return jwt.decode(token, settings.key, algorithms=["HS256"], options=options)  # !
def e(token: str = Depends(scheme)):
    return jwt.decode(token, settings.key, algorithms=["HS256"], options=decode_options())  # !
@app.get("/")
def read(a=Depends(a), b=Depends(b), c=Depends(c), d=Depends(d), e=Depends(e), token: str = Depends(scheme)):
    return Tokens().read(token), Tokens().claims(token)
"""
LOOK_ALIKES["options put together, which verify"] = """
import jwt
from fastapi import Depends, FastAPI
from fastapi.security import OAuth2PasswordBearer
from pydantic_settings import BaseSettings
class Settings(BaseSettings):
    key: str
    verify_tokens: bool = True
    check: bool
settings = Settings()
app = FastAPI()
scheme = OAuth2PasswordBearer("login")
BASE = {"verify_signature": False}
CHECKS = {**BASE, "verify_signature": True}
def options_of(strict: bool) -> dict:
    return {"verify_signature": strict}
def a(token: str = Depends(scheme)):
    return jwt.decode(token, settings.key, algorithms=["HS256"], options=CHECKS)
def b(token: str = Depends(scheme)):
    options = {"verify_signature": False}
    options["verify_signature"] = True
    return jwt.decode(token, settings.key, algorithms=["HS256"], options=options)
def c(token: str = Depends(scheme)):
    options = {"verify_signature": settings.verify_tokens, "verify_aud": settings.check}
    return jwt.decode(token, settings.key, algorithms=["HS256"], options=options)
def d(token: str = Depends(scheme)):
    return jwt.decode(token, settings.key, algorithms=["HS256"], options=options_of(True))
@app.get("/")
def read(a=Depends(a), b=Depends(b), c=Depends(c), d=Depends(d)): ...
"""
