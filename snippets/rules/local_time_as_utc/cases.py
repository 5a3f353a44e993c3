"""Times without a zone: in claims, turned into numbers, compared."""

BAD = ['claims = {"sub": "guest", "exp": datetime.now() + timedelta(minutes=15)}']

_IMPORTS = """
import time
from datetime import UTC, datetime, timedelta, timezone
from fastapi import FastAPI
from jose import jwt
app = FastAPI()
"""

FOUND = {
    "a stamp that is kept, and compared with the clock": _IMPORTS
    + """
def change(user: dict) -> None:
    user["changed_ts"] = datetime.utcnow().timestamp()  # !
def is_old(user: dict, given: float) -> bool:
    return user["changed_ts"] == given or user["changed_ts"] < time.time() - 60
""",
    "updated with a name, a default beside it": _IMPORTS
    + """
def make(data: dict, life: timedelta | None = None) -> str:
    claims = data.copy()
    if life:
        expire = datetime.now() + life
    else:
        expire = datetime.now() + timedelta(minutes=15)
    claims.update({"exp": expire})  # !
    return jwt.encode(claims, "key", algorithm="HS256")
""",
    "an item, a choice": _IMPORTS
    + """
def make(claims: dict, life: timedelta | None = None) -> str:
    now = datetime.now()
    claims["iat"] = now  # !
    claims["exp"] = now + life if life else now + timedelta(minutes=15)  # !
    return jwt.encode(claims, "key", algorithm="HS256")
""",
    "the module imported, keywords": """
import datetime as dt
import jwt
from fastapi import FastAPI
app = FastAPI()
def make(subject: str) -> str:
    claims = dict(sub=subject, exp=dt.datetime.today() + dt.timedelta(hours=1))  # !
    return jwt.encode(claims, "key")
""",
    "utcnow as a number": _IMPORTS
    + """
def deadline() -> float:
    return datetime.utcnow().timestamp() + 60  # !
def ends_at(hours: int) -> int:
    ends = datetime.utcnow() + timedelta(hours=hours)
    return int(ends.timestamp())  # !
def local(zone) -> datetime:
    return (datetime.utcnow() - timedelta(hours=1)).astimezone(zone)  # !
""",
    "local digits that are called UTC": _IMPORTS
    + """
def now() -> datetime:
    return datetime.now().replace(tzinfo=timezone.utc)  # !
def then(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds).replace(tzinfo=UTC)  # !
""",
    "local compared with UTC": _IMPORTS
    + """
def is_old(claims: dict) -> bool:
    expires = datetime.fromtimestamp(claims["exp"])
    return expires < datetime.utcnow()  # !
def age(seconds: float) -> timedelta:
    now = datetime.utcnow()
    return now - datetime.fromtimestamp(seconds)  # !
""",
    "a stamp that is read back as it was written: only others read it wrong": _IMPORTS
    + """
def make() -> dict:
    ends = datetime.utcnow() + timedelta(hours=1)
    return {"exp": ends.timestamp()}  # !
def is_over(claims: dict) -> bool:
    return datetime.utcnow() >= datetime.fromtimestamp(claims["exp"])
def left(exp: int) -> timedelta:
    return datetime.fromtimestamp(exp) - datetime.utcnow()
""",
    "an `exp` of an object that is encoded, dumped or read": """
from dataclasses import asdict, dataclass
from datetime import datetime, timezone
import jwt
from pydantic import BaseModel
class TokenData(BaseModel):
    email: str
    exp: datetime
@dataclass
class Signed:
    iat: datetime
class Session(BaseModel):
    nbf: datetime
def make(email: str) -> str:
    data = TokenData(email=email, exp=datetime.now())  # !
    return jwt.encode(data.model_dump(), "key")
def other() -> str:
    signed = Signed(iat=datetime.now())  # !
    return jwt.encode(asdict(signed), "key")
def begin() -> Session:
    return Session(nbf=datetime.now())  # !
def is_open(session: Session) -> bool:
    return session.nbf.replace(tzinfo=timezone.utc) < datetime.now(timezone.utc)
""",
}

LOOK_ALIKES = {
    "a number in a name": _IMPORTS
    + """
def name_of(shop: str) -> str:
    return f"{shop}_{int(datetime.utcnow().timestamp())}.csv"
""",
    "with a zone": _IMPORTS
    + """
def make(subject: str) -> str:
    now = datetime.now(tz=UTC)
    claims = {"sub": subject, "iat": now, "exp": datetime.now(timezone.utc) + timedelta(hours=1)}
    return jwt.encode(claims, "key")
""",
    "utcnow as a claim, whose digits are UTC": _IMPORTS
    + """
def make(subject: str) -> str:
    return jwt.encode({"sub": subject, "exp": datetime.utcnow() + timedelta(hours=1)}, "key")
""",
    "local time as a number": _IMPORTS
    + """
def make(subject: str) -> str:
    ends = datetime.now() + timedelta(hours=1)
    return jwt.encode({"sub": subject, "exp": int(ends.timestamp()), "iat": time.time()}, "key")
""",
    "each with its kind": _IMPORTS
    + """
def is_old(seconds: float, then: datetime) -> bool:
    if datetime.fromtimestamp(seconds) < datetime.now():
        return True
    started = datetime.now()
    took = datetime.now() - started
    return datetime.utcnow() - timedelta(days=1) > then and took > timedelta(1)
""",
    "the zone is told": _IMPORTS
    + """
def now() -> datetime:
    return datetime.utcnow().replace(tzinfo=UTC)
def local() -> datetime:
    return datetime.now().astimezone(UTC)
def midnight() -> datetime:
    return datetime.now().replace(hour=0, minute=0)
def stamp() -> float:
    return datetime.utcnow().replace(tzinfo=timezone.utc).timestamp()
""",
    "no token, another key": """
from datetime import datetime
from fastapi import FastAPI
app = FastAPI()
def log() -> dict:
    return {"at": datetime.now(), "exp": datetime.now()}
""",
    "an `exp` of an object that nobody reads": """
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple
import jwt
from fastapi import FastAPI
from pydantic import BaseModel
app = FastAPI()
class TokenData(BaseModel):
    email: str
    exp: datetime
@dataclass
class Signed:
    iat: datetime
    exp: datetime | None = None
class Pair(NamedTuple):
    token: str
    nbf: datetime
class Claims(BaseModel):
    sub: str
def sign(subject: str) -> str:
    return jwt.encode(Claims(sub=subject).model_dump(), "key")
def decode(payload: dict) -> TokenData:
    return TokenData(email=payload["email"], exp=datetime.fromtimestamp(payload["exp"]))
def signed() -> Signed:
    ends = datetime.now() + timedelta(hours=1)
    return Signed(iat=datetime.now(), exp=ends)
def pair(token: str) -> Pair:
    return Pair(token=token, nbf=datetime.today())
""",
}
