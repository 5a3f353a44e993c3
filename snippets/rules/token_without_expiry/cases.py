"""Decoding with and without a demand for `exp`."""

BAD = ["claims = jwt.decode("]

_FOR_EVER = """
import os
import time
import jwt
from fastapi import FastAPI, Header
app = FastAPI()
HOURS = int(os.environ.get("TOKEN_HOURS", "12"))
def issue(name: str, hours: int | None = None) -> str:
    claims = {"sub": name}
    if %:
        claims["exp"] = time.time() + 3600 * (hours or HOURS)
    return jwt.encode(claims, os.environ["KEY"], algorithm="HS256")
def who(token: str) -> str:
    return jwt.decode(token, os.environ["KEY"], algorithms=["HS256"])["sub"]@
@app.get("/")
def read(authorization: str = Header()) -> str:
    return who(authorization)
"""


FOUND = {
    "decoded before by a dependency that asks for no `exp`": """
from fastapi import Depends, FastAPI, HTTPException, Request
from fastapi.security import HTTPBearer
from jose import jwt
from settings import settings
app = FastAPI()
def opened(token: str) -> dict:
    try:
        found = jwt.decode(token, settings.key, algorithms=["HS256"])  # !
        return found
    except Exception:
        return {}
class Bearer(HTTPBearer):
    async def __call__(self, request: Request):
        given = await super().__call__(request)
        if not opened(given.credentials):
            raise HTTPException(401)
        return given.credentials
def user(token: str = Depends(Bearer())):
    found = jwt.decode(token, settings.key, algorithms=["HS256"])  # !
    return found["name"]
@app.get("/")
def read(name=Depends(user)): ...
""",
    "a token without expiry, of the same algorithm": """
import jwt
def invite(name: str) -> str:
    return jwt.encode({"name": name}, "secret", algorithm="RS256")
def login(name: str, expiry: int) -> str:
    return jwt.encode({"name": name, "exp": expiry}, PRIVATE, algorithm="RS256")
def claims(token: str) -> dict:
    return jwt.decode(token, PUBLIC, algorithms=["RS256"])  # !
""",
    "a caller may leave the hours out": _FOR_EVER.replace("%", "hours").replace("@", "  # !"),
    "expired ones, in a dependency and a helper": """
import jwt
from fastapi import Depends, FastAPI, Header
from jose import jwt as jose
OPTIONS = {"verify_exp": False, "require": ["exp"]}
def read(token: str) -> dict:
    return jwt.decode(token, "key", algorithms=["HS256"], options=OPTIONS)  # !
def user(authorization: str = Header()) -> str:
    return read(authorization)["sub"]
app = FastAPI()
@app.get("/")
async def home(user: str = Depends(user)) -> str:
    return user
@app.get("/other")
async def other(token: str) -> str:
    return jose.decode(token, "key", ["HS256"], options={"verify_exp": False})["sub"]  # !
""",
    "the function under another name": """
from jwt import decode as read
def claims(token, key):
    return read(token, key, algorithms=["HS256"])["sub"]  # !
""",
    "an instance of PyJWT": """
import jwt
tokens = jwt.PyJWT()
def claims(token, key):
    return tokens.decode(token, key, algorithms=["HS256"])  # !
""",
    "options that require something else": """
import jwt
OPTIONS = {"require": ["sub"], "verify_aud": False}
def claims(token, key):
    return jwt.decode(token, key, ["HS256"], OPTIONS)  # !
""",
    "python-jose without require_exp": """
from jose import jwt
async def claims(token: str):
    payload = jwt.decode(token, "secret", algorithms=["HS256"], options={"require_sub": True})  # !
    return payload.get("sub")
""",
    "python-jose's option given to PyJWT": """
import jwt
def claims(token, key):
    return jwt.decode(token, key, algorithms=["HS256"], options=dict(require_exp=True))  # !
""",
    "a schema that does not need exp": """
import jwt
from pydantic import BaseModel
class Payload(BaseModel):
    sub: str
    exp: int | None = None
def claims(token, key):
    return Payload(**jwt.decode(token, key, algorithms=["HS256"]))  # !
""",
    "options of another module": """
#= options.py
TOKEN = {"verify_aud": False}
#= main.py
import jwt
from options import TOKEN
def claims(token, key):
    return jwt.decode(token, key, algorithms=["HS256"], options=TOKEN)  # !
""",
    "expired ones are kept for the endpoint": """
import jwt
from fastapi import FastAPI, Header, Request
app = FastAPI()
def sign_in(request: Request, token: str) -> None:
    claims = jwt.decode(token, "key", algorithms=["HS256"], options={"verify_exp": False})  # !
    request.state.user = claims["sub"]
@app.get("/")
def read(request: Request, authorization: str = Header()):
    sign_in(request, authorization)
    return request.state.user
""",
    "the claims are dropped, and nothing else is asked": """
import jwt
from fastapi import FastAPI, HTTPException
app = FastAPI()
def login(user: str) -> str:
    return jwt.encode({"sub": user}, "key")
@app.get("/me")
def me(token: str, name: str | None = None):
    if name is None:
        raise HTTPException(422)
    jwt.decode(token, "key", algorithms=["HS256"])  # !
    return name
""",
}

LOOK_ALIKES = {
    "the id that the token carries is looked up": """
import jwt
from fastapi import Depends, FastAPI, HTTPException
app = FastAPI()
def issue(row):
    return jwt.encode({"owner": row.owner_id, "token_id": row.id}, KEY, algorithm="HS256")
def read(token):
    return jwt.decode(token, KEY, algorithms=["HS256"])
async def key_of(token: str):
    claims = read(token)
    row = await find_key(claims["owner"], claims["token_id"])
    if row is None or row.ended:
        raise HTTPException(401)
    return row
@app.get("/")
async def show(row=Depends(key_of)):
    return row.owner_id
""",
    "a token without expiry, of another algorithm": """
import jwt
def invite(name: str) -> str:
    return jwt.encode({"name": name}, "secret", algorithm="HS256")
def login(name: str, expiry: int) -> str:
    return jwt.encode({"name": name, "exp": expiry}, PRIVATE, algorithm="RS256")
def claims(token: str) -> dict:
    return jwt.decode(token, PUBLIC, algorithms=["RS256"])
""",
    "by a setting tokens have no end": _FOR_EVER.replace("%", "HOURS > 0").replace("@", ""),
    "claims that are only logged": """
import logging
import jwt
from fastapi import FastAPI, Header
app = FastAPI()
logger = logging.getLogger(__name__)
def log_claims(token: str) -> None:
    if not token:
        return
    try:
        claims = jwt.decode(token, "key", algorithms=["HS256"], options={"verify_exp": False})
        logged = {name: claims.get(name) for name in ("sub", "tenant")}
        logger.info("claims %s", logged)
    except jwt.PyJWTError:
        logger.warning("no token")
@app.get("/")
def read(authorization: str = Header()):
    log_claims(authorization)
    return "hello"
""",
    "a store says who it is, and until when": """
import jwt
from fastapi import FastAPI, HTTPException
app = FastAPI()
def login(user: str) -> str:
    return jwt.encode({"sub": user}, "key")
async def whose(token: str, store) -> str | None:
    data = await store.get(token)
    if not data:
        return None
    try:
        jwt.decode(token, "key", algorithms=["HS256"])
    except jwt.PyJWTError:
        return None
    return data["user_id"]
@app.get("/me")
def me(token: str, sessions):
    session = sessions.find(token)
    if session is None:
        raise HTTPException(401)
    jwt.decode(token, "key", algorithms=["HS256"])
    return session.user
""",
    "expired ones, to be renewed": """
import time
import jwt
from fastapi import FastAPI
app = FastAPI()
def claims_of(token: str) -> dict:
    return jwt.decode(token, "key", algorithms=["HS256"], options={"verify_exp": False})
@app.post("/refresh")
async def refresh(token: str) -> str:
    return claims_of(token)["sub"]
@app.post("/sessions")
async def session(token: str) -> str:
    claims = jwt.decode(token, "key", algorithms=["HS256"], options={"verify_exp": False})
    return claims["sub"] if claims["exp"] > time.time() else ""
""",
    "required through names": """
import jwt
REQUIRED = ["exp", "sub"]
OPTIONS = {"require": REQUIRED}
def claims(token, key):
    return jwt.decode(token, key, algorithms=["HS256"], options=OPTIONS)
""",
    "python-jose with require_exp": """
from jose import jwt
def claims(token, key):
    return jwt.decode(token, key, algorithms="HS256", options={"require_exp": True})
""",
    "not verified at all": """
import jwt
def claims(token):
    return jwt.decode(token, options={"verify_signature": False})
""",
    "read by subscript": """
import jwt
def expiry(token, key):
    claims = jwt.decode(token, key, algorithms=["HS256"])
    return claims["exp"]
""",
    "read by whoever calls": """
import jwt
def decode(token, key):
    return jwt.decode(token, key, algorithms=["HS256"])
def expiry(token, key):
    claims = decode(token, key)
    if "exp" not in claims:
        raise ValueError
    return claims
""",
    "a schema that needs exp": """
import jwt
from pydantic import BaseModel
class Payload(BaseModel):
    sub: str
    exp: int
def claims(token, key):
    payload = jwt.decode(token, key, algorithms=["HS256"])
    return Payload.model_validate(payload)
""",
    "revoked by its id": """
import jwt
def claims(token, key):
    return jwt.decode(token, key, algorithms=["HS256"], options={"require": ["jti"]})
""",
    "expired ones are welcome": """
import jwt
def claims(token, key):
    return jwt.decode(token, key, algorithms=["HS256"], options={"verify_exp": False})
""",
    "the key of an identity provider": """
import jwt
keys = jwt.PyJWKClient("https://login.example.com/keys")
def claims(token):
    key = keys.get_signing_key_from_jwt(token)
    return jwt.decode(token, key.key, algorithms=["RS256"])
""",
    "options nobody can read": """
import jwt
def claims(token, key, options):
    return jwt.decode(token, key, algorithms=["HS256"], options=options)
""",
    "a token made a moment ago": """
import jwt
def make(subject, key):
    return jwt.encode({"sub": subject}, key, algorithm="HS256")
def refresh(subject, key):
    token = make(subject, key)
    return jwt.decode(token, key, algorithms=["HS256"])
""",
    "a public key, in a program that signs with none": """
import jwt
def claims(token, key):
    return jwt.decode(token, key, algorithms=["RS256"])
""",
    "looked up by its id": """
from typing import Any, cast
import jwt
async def claims(token, key, redis):
    claims = cast(dict[str, Any], jwt.decode(token, key, algorithms=["HS256"]))
    await redis.exists(claims["jti"])
    return claims
""",
    "a claim of the project's own says when it ends": """
import time
import jwt
from fastapi import Depends, FastAPI
from fastapi.security import OAuth2PasswordBearer
from settings import settings
app = FastAPI()
bearer = OAuth2PasswordBearer("token")
def sign(name: str) -> str:
    return jwt.encode({"name": name, "expires": time.time() + 60}, settings.key, "HS256")
def claims(token: str = Depends(bearer)):
    found = jwt.decode(token, settings.key, algorithms=["HS256"])
    if found.get("expires") >= time.time():
        return found
def other(token: str = Depends(bearer)):
    found = jwt.decode(token, settings.key, algorithms=["HS256"])
    if found["token_expiry"] < time.time():
        raise PermissionError
    return found
@app.get("/")
def read(a=Depends(claims), b=Depends(other)): ...
""",
    "the object that is made of the claims is asked": """
from datetime import datetime
import jwt
from fastapi import Depends, FastAPI
from fastapi.security import OAuth2PasswordBearer
from pydantic import BaseModel
from settings import settings
app = FastAPI()
bearer = OAuth2PasswordBearer("token")
class Payload(BaseModel):
    sub: str | None = None
    exp: int | None = None
def user(token: str = Depends(bearer)):
    claims = jwt.decode(token, settings.key, algorithms=["HS256"])
    payload = Payload(**claims)
    if datetime.fromtimestamp(payload.exp) < datetime.now():
        raise PermissionError
    return payload.sub
@app.get("/")
def read(a=Depends(user)): ...
""",
    "a dependency has refused a token without `exp`": """
from fastapi import Depends, FastAPI, HTTPException, Request
from fastapi.security import HTTPBearer
from jose import jwt
from settings import settings
app = FastAPI()
def opened(token: str) -> dict:
    try:
        found = jwt.decode(token, settings.key, algorithms=["HS256"])
        return found if found["exp"] > 1 else None
    except Exception:
        return {}
class Bearer(HTTPBearer):
    async def __call__(self, request: Request):
        given = await super().__call__(request)
        if not opened(given.credentials):
            raise HTTPException(401)
        return given.credentials
def user(token: str = Depends(Bearer())):
    found = jwt.decode(token, settings.key, algorithms=["HS256"])
    return found["name"]
@app.get("/")
def read(name=Depends(user)): ...
""",
    "a function that demands `exp` has given the token": """
import jwt
from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import OAuth2PasswordBearer
from settings import settings
app = FastAPI()
bearer = OAuth2PasswordBearer("token")
def checked(token: str = Depends(bearer)) -> str:
    try:
        jwt.decode(token, settings.key, algorithms=["HS256"], options={"require": ["exp"]})
    except jwt.PyJWTError:
        raise HTTPException(401) from None
    return token
def user(token: str = Depends(checked)):
    return jwt.decode(token, settings.key, algorithms=["HS256"])["name"]
@app.get("/")
def read(name=Depends(user)): ...
""",
    "a constant names the claim that is set": """
from datetime import datetime, timedelta, timezone
from jose import jwt
from fastapi import Depends, FastAPI
from fastapi.security import OAuth2PasswordBearer
from settings import settings
EXP = "exp"
SUB = "sub"
app = FastAPI()
bearer = OAuth2PasswordBearer("token")
def issue(claims: dict) -> str:
    claims[EXP] = datetime.now(timezone.utc) + timedelta(minutes=5)
    return jwt.encode(claims, settings.key, algorithm="HS256")
@app.post("/token")
def login(): return issue({SUB: "1"})
@app.get("/")
def read(token: str = Depends(bearer)):
    return jwt.decode(token, settings.key, algorithms=["HS256"])[SUB]
""",
    "a constant names the claim that is looked at": """
from jose import JWTError, jwt
from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import OAuth2PasswordBearer
from settings import settings
from store import is_revoked
JTI = "jti"
app = FastAPI()
bearer = OAuth2PasswordBearer("token")
@app.get("/")
def read(token: str = Depends(bearer)):
    try:
        claims = jwt.decode(token, settings.key, algorithms=["HS256"])
    except JWTError:
        raise HTTPException(401) from None
    if is_revoked(claims[JTI]):
        raise HTTPException(401)
    return claims["sub"]
""",
    "an object of a class of constants names the claim": """
import time
import jwt
from fastapi import Depends, FastAPI
from fastapi.security import OAuth2PasswordBearer
from settings import settings
class _Names:
    ENDS = "exp"
    WHO = "sub"
NAMES = _Names()
app = FastAPI()
bearer = OAuth2PasswordBearer("token")
def sign(claims: dict) -> str:
    return jwt.encode(claims, settings.key, algorithm="HS256")
def issue(name: str) -> str:
    claims = {NAMES.WHO: name}
    claims.update({NAMES.ENDS: time.time() + 300})
    return sign(claims)
@app.post("/token")
def login(name: str): return issue(name)
@app.get("/")
def read(token: str = Depends(bearer)):
    return jwt.decode(token, settings.key, algorithms=["HS256"])[NAMES.WHO]
""",
    "a member of an Enum names the claim": """
import time
from enum import Enum
import jwt
from fastapi import Depends, FastAPI
from fastapi.security import OAuth2PasswordBearer
from settings import settings
class Claim(str, Enum):
    ENDS = "exp"
    WHO = "sub"
app = FastAPI()
bearer = OAuth2PasswordBearer("token")
def issue(name: str) -> str:
    claims: dict[str, object] = dict()
    claims[Claim.WHO.value] = name
    claims[Claim.ENDS.value] = time.time() + 300
    return jwt.encode(claims, settings.key, algorithm="HS256")
@app.post("/token")
def login(name: str): return issue(name)
@app.get("/")
def read(token: str = Depends(bearer)):
    return jwt.decode(token, settings.key, algorithms=["HS256"])[Claim.WHO.value]
""",
}
