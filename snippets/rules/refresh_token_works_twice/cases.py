"""Endpoints that exchange refresh tokens, and what becomes of the old one."""

BAD = ['@app.post("/token/refresh")']

_APP = """
import secrets
from datetime import UTC, datetime, timedelta
import jwt
from fastapi import APIRouter, Body, Cookie, Depends, FastAPI, HTTPException, Request, Response
from pydantic import BaseModel
from redis.asyncio import Redis
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from settings import KEY
class Base(DeclarativeBase): ...
class RefreshToken(Base):
    __tablename__ = "refresh_tokens"
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int]
    token_hash: Mapped[str] = mapped_column(unique=True)
    is_revoked: Mapped[bool] = mapped_column(default=False)
class Tokens(BaseModel):
    access_token: str
    refresh_token: str
class Refresh(BaseModel):
    refresh_token: str
app = FastAPI()
router = APIRouter(prefix="/auth")
redis = Redis()
def create_access_token(user):
    return jwt.encode({"sub": user, "exp": datetime.now(UTC) + timedelta(minutes=5)}, KEY, "HS256")
def create_refresh_token(user):
    return jwt.encode({"sub": user, "exp": datetime.now(UTC) + timedelta(days=9)}, KEY, "HS256")
def subject(token: str) -> str:
    try:
        return jwt.decode(token, KEY, algorithms=["HS256"], options={"require": ["exp", "sub"]})["sub"]
    except jwt.PyJWTError:
        raise HTTPException(401)
"""
_STORED = (
    _APP
    + """
@router.post("/refresh")MARK
async def refresh(data: Refresh, session: AsyncSession):
    found = await session.scalar(
        select(RefreshToken).where(RefreshToken.token_hash == data.refresh_token)
    )
    if found is None or found.is_revoked:
        raise HTTPException(401)
    fresh = secrets.token_urlsafe(32)
    session.add(RefreshToken(user_id=found.user_id, token_hash=fresh))
    END
    await session.commit()
    return {"access_token": create_access_token(found.user_id), "refresh_token": fresh}
"""
)

FOUND = {
    "a dictionary": _APP
    + """
@app.post("/auth/refresh")  # !
def refresh(data: Refresh):
    user = subject(data.refresh_token)
    return {"access_token": create_access_token(user), "refresh_token": create_refresh_token(user)}
""",
    "a schema, and the names of the function": _APP
    + """
@router.post("/new-tokens", response_model=Tokens)  # !
async def refresh_tokens(refresh_token: str = Body(embed=True)):
    user = subject(refresh_token)
    new_refresh = create_refresh_token(user)
    return Tokens(access_token=create_access_token(user), refresh_token=new_refresh)
""",
    "a cookie": _APP
    + """
@router.post("/refresh")  # !
def refresh(request: Request, response: Response):
    user = subject(request.cookies["refresh_token"])
    response.set_cookie("refresh_token", create_refresh_token(user), httponly=True)
    return {"access_token": create_access_token(user)}
""",
    "by a service": _APP
    + """
class Auth:
    def tokens(self, user: str) -> Tokens:
        return Tokens(access_token=create_access_token(user), refresh_token=create_refresh_token(user))
    def refreshed(self, token: str) -> Tokens:
        return self.tokens(subject(token))
@router.post("/token/refresh")  # !
def refresh(data: Refresh, auth: Auth = Depends(Auth)) -> Tokens:
    return auth.refreshed(data.refresh_token)
""",
    "a user who is read": _APP
    + """
class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
@router.get("/refresh-token")  # !
async def refresh(session: AsyncSession, refresh_token: str = Cookie()):
    user = await session.get(User, int(subject(refresh_token)))
    if user is None:
        raise HTTPException(401)
    return {"access_token": create_access_token(user.id), "refresh_token": create_refresh_token(user.id)}
""",
    "a row for each, which is added by its name": _STORED.replace("MARK", "  # !")
    .replace("session.add(RefreshToken", "row = (RefreshToken")
    .replace("END", "session.add(row)")
    .replace('"refresh_token": fresh}', '"refresh_token": row.token_hash}'),
    "a row for each, and the old one stays": _STORED.replace("MARK", "  # !").replace(
        "END", "pass"
    ),
}

LOOK_ALIKES = {
    "no new refresh token": _APP
    + """
@router.post("/refresh")
def refresh(data: Refresh):
    return {"access_token": create_access_token(subject(data.refresh_token))}
""",
    "the same refresh token again": _APP
    + """
@router.post("/refresh")
def refresh(data: Refresh):
    user = subject(data.refresh_token)
    return {"access_token": create_access_token(user), "refresh_token": data.refresh_token}
""",
    "the old one is revoked": _STORED.replace("MARK", "").replace("END", "found.is_revoked = True"),
    "the old one is deleted": _STORED.replace("MARK", "").replace(
        "END", "await session.delete(found)"
    ),
    "the old row gets the new token": _STORED.replace("MARK", "")
    .replace(
        "session.add(RefreshToken(user_id=found.user_id, token_hash=fresh))",
        "found.token_hash = fresh",
    )
    .replace("END", "pass"),
    "the old one is on a list": _APP
    + """
@router.post("/refresh")
async def refresh(data: Refresh):
    user = subject(data.refresh_token)
    if not await redis.set(data.refresh_token, "used", nx=True, ex=900000):
        raise HTTPException(401)
    return {"access_token": create_access_token(user), "refresh_token": create_refresh_token(user)}
""",
    "a function that spends it": _APP
    + """
from sessions import spend
@router.post("/refresh")
async def refresh(data: Refresh):
    user = await spend(data.refresh_token)
    return {"access_token": create_access_token(user), "refresh_token": create_refresh_token(user)}
""",
    "a login": _APP
    + """
@router.post("/login")
def login(user: str, password: str):
    return {"access_token": create_access_token(user), "refresh_token": create_refresh_token(user)}
""",
    "another refresh": _APP
    + """
@router.post("/feeds/refresh")
def refresh(token: str):
    return {"feeds": [], "seen": subject(token)}
""",
}
