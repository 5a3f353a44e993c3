"""Tokens that a table holds as they are sent, and what only looks like one."""

BAD = ["session.add(PasswordReset(token=token, user_id=user_id, expires=expires))"]

_MODELS = """
#= models.py
import secrets
from sqlalchemy import Column, String
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
class Base(DeclarativeBase): ...
class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str]
    reset_token: Mapped[str | None]
    verification_token: Mapped[str | None]
class ApiKey(Base):
    __tablename__ = "api_keys"
    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str]
class PasswordResetToken(Base):
    __tablename__ = "tokens"
    id = Column(String, primary_key=True)
    token = Column(String(64), unique=True)
class Share(Base):
    __tablename__ = "shares"
    id: Mapped[int] = mapped_column(primary_key=True)
    token: Mapped[str]
class Invitation(Base):
    __tablename__ = "invitations"
    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str]
#= auth.py
import hashlib
import secrets
import uuid
from sqlalchemy import select
from sqlalchemy.orm import Session
from models import ApiKey, Invitation, PasswordResetToken, Share, User
"""
_FIND_USER = """
def find(session: Session, token: str):
    return session.query(User).filter(User.reset_token == token).first()
"""

FOUND = {
    "a token that is sent when it is made": """
import secrets
from fastapi import Depends, FastAPI
from sqlalchemy import select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
class Base(DeclarativeBase): ...
class Login(Base):
    __tablename__ = "logins"
    id: Mapped[int] = mapped_column(primary_key=True)
    access_token: Mapped[str]
app = FastAPI()
def make(session):
    login = Login(access_token=secrets.token_urlsafe(32))  # !
    session.add(login)
    session.commit()
    return login
@app.post("/login")
def sign_in(session: Session = Depends(get_session)):
    login = make(session)
    return {"token": login.access_token}
@app.get("/me")
def me(token: str, session: Session = Depends(get_session)):
    return session.scalar(select(Login.id).where(Login.access_token == token))
""",
    "a column of the user": _MODELS
    + _FIND_USER
    + """
def forgot(session: Session, email: str):
    user = session.query(User).filter(User.email == email).first()
    user.reset_token = secrets.token_urlsafe(32)  # !
""",
    "made by a function, filter_by": _MODELS
    + """
def make() -> str:
    return str(uuid.uuid4())
def add(session: Session):
    token = make()
    session.add(PasswordResetToken(id="1", token=token))  # !
def find(session: Session, token: str):
    return session.query(PasswordResetToken).filter_by(token=token).first()
""",
    "made by the caller": _MODELS
    + """
def add(session: Session, token: str):
    session.add(PasswordResetToken(id="1", token=token))  # !
def forgot(session: Session):
    add(session, secrets.token_hex(32))
def find(session: Session, token: str):
    return session.scalar(select(PasswordResetToken).where(token == PasswordResetToken.token))
""",
    "an API key with a prefix": _MODELS
    + """
def add(session: Session):
    key = "sk_" + secrets.token_urlsafe(32)
    session.add(ApiKey(key=key))  # !
    return key
def find(session: Session, key: str):
    return session.scalar(select(ApiKey).where(ApiKey.key == key))
""",
    "verification": _MODELS
    + """
def sign_up(session: Session, email: str):
    session.add(User(email=email, verification_token=uuid.uuid4().hex))  # !
def verify(session: Session, token: str):
    return session.scalar(select(User).where(User.verification_token == token))
""",
    "an f-string": _MODELS
    + _FIND_USER
    + """
def forgot(session: Session, user: User):
    token = f"r-{secrets.token_hex(16)}"
    user.reset_token = token  # !
""",
}

LOOK_ALIKES = {
    "a token that a page goes on showing": """
import secrets
from fastapi import Depends, FastAPI
from sqlalchemy import select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
class Base(DeclarativeBase): ...
class Shop(Base):
    __tablename__ = "shops"
    id: Mapped[int] = mapped_column(primary_key=True)
    access_token: Mapped[str | None]
app = FastAPI()
@app.post("/shops/{shop_id}/link")
def link(shop_id: int, session: Session = Depends(get_session)):
    shop = session.get(Shop, shop_id)
    shop.access_token = secrets.token_urlsafe(32)
    session.commit()
@app.get("/shops/{shop_id}")
def show(shop_id: int, session: Session = Depends(get_session)):
    shop = session.get(Shop, shop_id)
    return {"link": shop.access_token}
@app.get("/open")
def enter(token: str, session: Session = Depends(get_session)):
    return session.scalar(select(Shop.id).where(Shop.access_token == token))
""",
    "its hash": _MODELS
    + """
def digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
def forgot(session: Session, user: User):
    token = secrets.token_urlsafe(32)
    user.reset_token = digest(token)
    return token
def find(session: Session, token: str):
    return session.query(User).filter(User.reset_token == digest(token)).first()
""",
    "encrypted, by the type": _MODELS
    + """
from sqlalchemy_utils import EncryptedType
from models import Base
class RefreshToken(Base):
    __tablename__ = "refresh_tokens"
    id: Mapped[int] = mapped_column(primary_key=True)
    token = Column(EncryptedType(String, "key"))
def add(session: Session):
    session.add(RefreshToken(token=secrets.token_urlsafe(32)))
def find(session: Session, token: str):
    return session.scalar(select(RefreshToken).where(RefreshToken.token == token))
""",
    "never looked up": _MODELS
    + """
def add(session: Session, user: User):
    user.reset_token = secrets.token_urlsafe(32)
""",
    "a page that is shared": _MODELS
    + """
def share(session: Session):
    session.add(Share(token=secrets.token_urlsafe(16)))
def find(session: Session, token: str):
    return session.scalar(select(Share).where(Share.token == token))
""",
    "a code that is shown again": _MODELS
    + """
def invite(session: Session):
    session.add(Invitation(code=secrets.token_urlsafe(8)))
def find(session: Session, code: str):
    return session.scalar(select(Invitation).where(Invitation.code == code))
""",
    "the token is taken back": _MODELS
    + _FIND_USER
    + """
def spend(session: Session, user: User):
    user.reset_token = None
""",
    "another service's token": _MODELS
    + _FIND_USER
    + """
def keep(session: Session, user: User, answer: dict):
    user.reset_token = answer["token"]
""",
    "a schema, not a table": _MODELS
    + """
from pydantic import BaseModel
class ResetLink(BaseModel):
    token: str
def link() -> ResetLink:
    return ResetLink(token=secrets.token_urlsafe(32))
def same(link: ResetLink, token: str) -> bool:
    return link.token == token
""",
}
