"""Logins that skip the verification for an unknown account, and those that do not."""

BAD = ["if user is None:"]

_USERS = """
#= users.py
from sqlalchemy import select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
class Base(DeclarativeBase): ...
class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str]
    password_hash: Mapped[str]
def user_by_email(session: Session, email: str) -> User | None:
    return session.scalar(select(User).where(User.email == email))
#= security.py
from passlib.context import CryptContext
context = CryptContext(schemes=["argon2"])
DUMMY_HASH = context.hash("nobody")
def verify_password(password: str, expected: str) -> bool:
    return context.verify(password, expected)
"""

FOUND = {
    "each answer waits as long before it looks": _USERS
    + """
#= main.py
import asyncio
from fastapi import FastAPI, HTTPException
from security import verify_password
from users import user_by_email
app = FastAPI()
async def authenticate(session, email: str, password: str):
    await asyncio.sleep(0.1)  # against guessing
    user = user_by_email(session, email)
    if not user:  # !
        return None
    return user if verify_password(password, user.password_hash) else None
@app.post("/login")
async def login(email: str, password: str, session):
    if not (user := await authenticate(session, email, password)):
        raise HTTPException(401)
    return user.id
""",
    "an account that is missing or has no password": _USERS
    + """
#= main.py
from fastapi import FastAPI, HTTPException
from security import verify_password
from users import find
app = FastAPI()
@app.post("/login")
def login(email: str, password: str, session):
    found = find(session, email)
    user = found.unwrap()
    if user is None or user.password_hash is None:  # !
        raise HTTPException(401)
    if not verify_password(password, user.password_hash):
        raise HTTPException(401)
    return user.id
""",
    "the first row, if there is one": _USERS
    + """
#= main.py
from fastapi import FastAPI, HTTPException
from security import verify_password
app = FastAPI()
@app.post("/login")
async def login(username: str, password: str, session):
    rows = await session.fetch("SELECT id, hashed FROM users WHERE name = $1", username)
    user = rows[0] if rows else None
    if not user:  # !
        raise HTTPException(401)
    if not verify_password(password, user["hashed"]):
        raise HTTPException(401)
    return user["id"]
""",
    "a lookup that raises": """
from fastapi import FastAPI, HTTPException
from pwdlib import PasswordHash
from sqlalchemy import select
from sqlalchemy.exc import NoResultFound
from models import User
hasher = PasswordHash.recommended()
app = FastAPI()
class Missing(Exception): ...
async def by_email(session, email: str):
    user = await session.scalar(select(User).where(User.email == email))
    if user is None:
        raise Missing
    return user
@app.post("/a")
async def a(email: str, password: str, session):
    try:
        user = await by_email(session, email)  # !
    except Missing:
        raise HTTPException(401)
    if not hasher.verify(password, user.hashed):
        raise HTTPException(401)
@app.post("/b")
async def b(email: str, password: str, session):
    try:
        user = (await session.scalars(select(User).where(User.email == email))).one()  # !
        is_right = hasher.verify(password, user.hashed)
    except NoResultFound:
        is_right = False
    return is_right
@app.post("/c")
async def c(username: str, password: str, session):
    user = await by_email(session, username)  # !
    return hasher.verify(password, user.hashed)
""",
    "two ifs, through functions of other modules": _USERS
    + """
#= main.py
from security import verify_password
from users import user_by_email
def authenticate(session, email, password):
    user = user_by_email(session, email)
    if not user:  # !
        return None
    if not verify_password(password, user.password_hash):
        return None
    return user
""",
    "a short-circuit": """
import bcrypt
from fastapi import HTTPException
async def login(session, form):
    user = await session.find_one({"email": form.email})
    if user is None or not bcrypt.checkpw(form.password.encode(), user.password_hash):  # !
        raise HTTPException(401)
    return user
""",
    "and, in a return": _USERS
    + """
#= main.py
from security import verify_password as is_right
import users
class Service:
    def check(self, email, password):
        found = users.user_by_email(self.session, email)
        return found is not None and is_right(password, found.password_hash)  # !
""",
    "the verification inside the if": """
from argon2 import PasswordHasher
hasher = PasswordHasher()
def authenticate(db, username, password):
    account = db.query("accounts").filter_by(username=username).first()
    if account:  # !
        return hasher.verify(account.password_hash, password)
    return False
""",
    "a query in a variable, a thread": """
import asyncio
from pwdlib import PasswordHash
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from models import User
hasher = PasswordHash.recommended()
async def authenticate(session: AsyncSession, name: str, password: str):
    query = select(User).where(User.email == name)
    result = await session.execute(query)
    user = result.scalar_one_or_none()
    if user is None:  # !
        raise PermissionError
    if not await asyncio.to_thread(hasher.verify, password, user.password_hash):
        raise PermissionError
    return user
""",
    "something is done for an unknown account, and nothing is hashed": _USERS
    + """
#= main.py
from fastapi import FastAPI
from security import verify_password
from users import user_by_email
app = FastAPI()
def count() -> None:
    app.state.failed += 1
@app.post("/a")
def a(session, email: str, password: str):
    user = user_by_email(session, email)
    if user:  # !
        return verify_password(password, user.password_hash)
    else:
        count()
def called_by_hook_and_request(session, login: str, password: str) -> bool:
    user = user_by_email(session, login)
    return bool(user and verify_password(password, user.password_hash))  # !
@app.on_event("startup")
def hook() -> None:
    app.state.warning = called_by_hook_and_request(None, "admin", "1234")
@app.post("/b")
def b(session, email: str, password: str):
    return called_by_hook_and_request(session, email, password)
""",
    "the answer is the same, or that of a caller": _USERS
    + """
#= main.py
from fastapi import FastAPI, HTTPException
from security import verify_password
from users import user_by_email
app = FastAPI()
class Unknown(Exception): ...
@app.post("/a")
def a(session, email: str, password: str):
    user = user_by_email(session, email)
    if not user:  # !
        raise HTTPException(401, "User or password is wrong")
    if not verify_password(password, user.password_hash):
        raise HTTPException(401, "User or password is wrong")
def check(session, email: str, password: str):
    user = user_by_email(session, email)
    if not user:  # !
        raise Unknown("user not found")
    return verify_password(password, user.password_hash)
@app.post("/b")
def b(session, email: str, password: str):
    try:
        return check(session, email, password)
    except Unknown:
        raise HTTPException(401)
""",
    "a login name that is called an id": """
from fastapi import FastAPI
from pwdlib import PasswordHash
hasher = PasswordHash.recommended()
app = FastAPI()
@app.post("/login")
async def login(user_id: str, password: str, accounts):
    account = await accounts.find_account(user_id)
    if account is None:  # !
        return {"ok": False}
    return {"ok": hasher.verify(password, account.hashed)}
""",
}

LOOK_ALIKES = {
    "a code that was sent to an address": """
from fastapi import FastAPI, HTTPException
from pwdlib import PasswordHash
from codes import stored_otp
hasher = PasswordHash.recommended()
app = FastAPI()
@app.post("/verify")
async def verify(email: str, password: str):
    sent = await stored_otp(email)
    if not sent:
        raise HTTPException(400, "The code has expired")
    if not hasher.verify(password, sent):
        raise HTTPException(400, "The code is wrong")
    return "welcome"
""",
    "a command signs in": _USERS
    + """
#= cli.py
import typer
from users import user_by_email
from security import verify_password
from sqlalchemy.orm import Session
app = typer.Typer()
def signed_in(session: Session, email: str, password: str) -> bool:
    user = user_by_email(session, email)
    if user is None:
        return False
    return verify_password(password, user.password_hash)
@app.command()
def main(email: str, password: str) -> None:
    with Session() as session:
        if not signed_in(session, email, password):
            raise typer.Exit(1)
""",
    "a window on a desk signs in": _USERS
    + """
#= window.py
from PySide6.QtWidgets import QDialog
from users import user_by_email
from security import verify_password
from sqlalchemy.orm import Session
class Login(QDialog):
    def sign_in(self, session: Session, email: str, password: str) -> bool:
        user = user_by_email(session, email)
        if user is None:
            return False
        return verify_password(password, user.password_hash)
""",
    "a change of the password, by the id of the session": _USERS
    + """
#= main.py
from fastapi import FastAPI, HTTPException, Request
from security import context
app = FastAPI()
class Auth:
    @staticmethod
    async def get_login_id(request: Request) -> int: ...
@app.post("/password")
async def change(request: Request, dao, old: str, new: str):
    user_id = await Auth.get_login_id(request)
    user = dao.find_by_id(user_id)
    if not user:
        raise HTTPException(404)
    if not context.verify(old, user.password_hash):
        raise HTTPException(403)
    user.password_hash = context.hash(new)
""",
    "a registration that meets the account it wanted to make": """
from fastapi import FastAPI, HTTPException
from pymongo.errors import DuplicateKeyError
from pwdlib import PasswordHash
from sqlalchemy import select
from sqlalchemy.exc import DataError, IntegrityError
from models import User
hasher = PasswordHash.recommended()
app = FastAPI()
class EmailTaken(Exception): ...
class UserAlreadyExists(Exception): ...
@app.post("/a")
async def a(email: str, password: str, users):
    try:
        user = await users.create(email, password)
    except DuplicateKeyError:
        user = await users.get_by_email(email)
        if not user:
            raise HTTPException(400, "user_missing")
        if not hasher.verify(password, user.hashed):
            raise HTTPException(400, "invalid_current_password")
    return user.id
@app.post("/b")
async def b(email: str, password: str, session):
    try:
        user = await session.scalar(insert(User).values(email=email).returning(User))
    except (DataError, IntegrityError) as error:
        user = await session.scalar(select(User).where(User.email == email))
        if user is None:
            raise HTTPException(500, "Try again") from error
        if not hasher.verify(password, user.hashed):
            raise HTTPException(409, "There is such an account")
    return user.id
@app.post("/c")
async def c(username: str, password: str, users):
    try:
        await users.create(username, password)
        return {}
    except EmailTaken:
        known = await users.by_username(username)
        if known is None:
            raise HTTPException(404)
        if not hasher.verify(password, known.hashed):
            raise HTTPException(401)
        return {"id": known.id}
@app.post("/d")
def d(email: str, password: str, users):
    try:
        users.create(email, password)
    except users.UserAlreadyExists:
        found = users.by_email(email)
        if found and hasher.verify(password, found.hashed):
            return found.id
        raise HTTPException(409)
@app.post("/e")
def e(email: str, password: str, users):
    try:
        users.create(email, password)
    except UserAlreadyExists:
        with users.lock:
            found = users.by_email(email=email)
            if found is None:
                raise HTTPException(404, "gone")
            if not hasher.verify(password, found.hashed):
                raise HTTPException(403, "taken")
""",
    "a lookup that raises, and a hash for who is unknown": """
from fastapi import Depends, FastAPI, HTTPException
from pwdlib import PasswordHash
from sqlalchemy import select
from models import User
hasher = PasswordHash.recommended()
UNKNOWN = hasher.hash("")
app = FastAPI()
class Missing(Exception): ...
async def by_email(session, email: str):
    user = await session.scalar(select(User).where(User.email == email))
    if user is None:
        raise Missing
    return user
async def by_id(session, user_id: int):
    user = await session.get(User, user_id)
    if user is None:
        raise Missing
    return user
@app.post("/a")
async def a(email: str, password: str, session):
    try:
        user = await by_email(session, email)
    except Missing:
        hasher.verify(password, UNKNOWN)
        raise HTTPException(401)
    if not hasher.verify(password, user.hashed):
        raise HTTPException(401)
@app.post("/b")
async def b(password: str, session, token: str):
    user = await by_id(session, token.sub)
    return hasher.verify(password, user.hashed)
@app.post("/c")
async def c(password: str, email: str, session, current_user: User):
    user = await by_email(session, email)
    return hasher.verify(password, user.hashed)
""",
    "a script at a terminal": """
from passlib.context import CryptContext
from models import User, session
context = CryptContext(schemes=["argon2"])
def check(email, password):
    user = session.query(User).filter(User.email == email).first()
    if not user:
        return False
    return context.verify(password, user.password_hash)
if __name__ == "__main__":
    check("a", "b")
""",
    "a command of typer": """
import typer
from passlib.context import CryptContext
from models import User, session
context = CryptContext(schemes=["argon2"])
cli = typer.Typer()
@cli.command()
def check(email: str, password: str):
    user = session.query(User).filter(User.email == email).first()
    if not user:
        raise typer.Exit(1)
    typer.echo(context.verify(password, user.password_hash))
""",
    "it prints what it finds": """
from passlib.context import CryptContext
from models import User, session
context = CryptContext(schemes=["argon2"])
def check(email, password):
    user = session.query(User).filter(User.email == email).first()
    if not user:
        print("missing")
        return False
    return context.verify(password, user.password_hash)
""",
    "an object that is made, and always there": _USERS
    + """
#= main.py
from fastapi import FastAPI
from security import verify_password
from users import User
app = FastAPI()
@app.post("/login")
def login(email: str, password: str):
    user = User(email=email)
    if not user:
        return False
    return verify_password(password, user.password_hash)
""",
    "a pause where there is no account": _USERS
    + """
#= main.py
import time
from fastapi import FastAPI, HTTPException
from security import verify_password
from users import user_by_email
app = FastAPI()
@app.post("/login")
def login(email: str, password: str, session):
    user = user_by_email(session, email)
    if user is None:
        time.sleep(0.25)
        raise HTTPException(401)
    if not verify_password(password, user.password_hash):
        raise HTTPException(401)
    return user.id
""",
    "every answer takes a second": """
import asyncio
import time
from fastapi import FastAPI, HTTPException
from passlib.context import CryptContext
from models import User, find_by_email
context = CryptContext(schemes=["argon2"])
app = FastAPI()
@app.post("/login")
async def login(email: str, password: str):
    until = time.monotonic() + 1
    user = await find_by_email(email)
    try:
        if not user:
            raise HTTPException(401)
        return context.verify(password, user.password_hash)
    finally:
        await asyncio.sleep(until - time.monotonic())
""",
    "a number that something verified": """
import time
from fastapi import FastAPI
from passlib.context import CryptContext
from store import expiry_of_login
context = CryptContext(schemes=["argon2"])
app = FastAPI()
@app.post("/renew")
async def renew(email: str, password: str, old: str):
    expires = await expiry_of_login(email)
    if not expires:
        return None
    return context.verify(password, old, expires - time.time())
""",
    "a dummy hash": _USERS
    + """
#= main.py
from security import DUMMY_HASH, verify_password
from users import user_by_email
def authenticate(session, email, password):
    user = user_by_email(session, email)
    expected = user.password_hash if user else DUMMY_HASH
    if not verify_password(password, expected) or user is None:
        return None
    return user
""",
    "the missing branch verifies": _USERS
    + """
#= main.py
from security import DUMMY_HASH, verify_password
from users import user_by_email
def authenticate(session, email, password):
    user = user_by_email(session, email)
    if user is None:
        verify_password(password, DUMMY_HASH)
        return None
    if not verify_password(password, user.password_hash):
        return None
    return user
""",
    "the missing branch hashes": """
import bcrypt
def authenticate(users, email, password):
    user = users.by_email(email)
    if not user:
        bcrypt.hashpw(password, bcrypt.gensalt())
        return None
    if not bcrypt.checkpw(password, user.password_hash):
        return None
    return user
""",
    "somebody who is logged in": """
import bcrypt
def change_password(users, current_user, email, old):
    user = users.by_email(email)
    if user is None:
        raise LookupError
    if not bcrypt.checkpw(old, user.password_hash):
        raise PermissionError
def check(users, user_id, old):
    user = users.get(user_id)
    if user is None:
        raise LookupError
    return bcrypt.checkpw(old, user.password_hash)
""",
    "another verify": """
from signatures import Signer
signer = Signer()
def check(users, email, code):
    user = users.by_email(email)
    if not user:
        return False
    return signer.verify(code, user.code)
""",
    "verified before": """
import bcrypt
def authenticate(users, email, password, hashes):
    user = users.by_email(email)
    is_right = bcrypt.checkpw(password, hashes.of(user))
    if not user:
        return None
    return user if is_right else None
""",
    "registration": """
import bcrypt
def register(users, email, password):
    user = users.by_email(email)
    if user:
        raise ValueError
    return bcrypt.hashpw(password, bcrypt.gensalt())
""",
    "somebody whom a token names": """
import bcrypt
from tokens import decode
def reset_password(users, body):
    payload = decode(body.token)
    user = users.by_email(payload["email"])
    if user is None:
        raise LookupError
    if bcrypt.checkpw(body.password, user.password_hash):
        raise ValueError
""",
    "a new password that must be another": """
import bcrypt
def check_history(password, old):
    if bcrypt.checkpw(password, old):
        raise ValueError("was used before")
def update_account(users, email, password):
    user = users.by_email(email)
    if not user:
        raise LookupError(email)
    check_history(password, user.old_hash)
    if users.forbids_old and bcrypt.checkpw(password, user.password_hash):
        raise ValueError("must differ from the current one")
    user.password_hash = bcrypt.hashpw(password, bcrypt.gensalt())
""",
    "the first account, from the settings": """
import bcrypt
async def create_admin(users, email, password):
    admin = await users.by_email(email)
    if admin:
        if not bcrypt.checkpw(password, admin.password_hash):
            admin.password_hash = bcrypt.hashpw(password, bcrypt.gensalt())
        return admin
    return await users.create(email, password)
""",
    "an unknown account takes as long by a dummy": _USERS
    + """
#= work.py
from security import context
class Passwords:
    def check(self, password: str, expected: str) -> bool:
        return context.verify(password, expected)
    def waste(self) -> None:
        context.dummy_verify()
passwords = Passwords()
def burn(password: str) -> None:
    spend(password)
def spend(password: str) -> None:
    context.hash(password)
def spent() -> None:
    context.dummy_verify()
#= main.py
import asyncio
from fastapi import FastAPI, HTTPException
from security import DUMMY_HASH, context, verify_password
from users import user_by_email
from work import burn, passwords, spent
app = FastAPI()
@app.post("/a")
def a(session, email: str, password: str):
    user = user_by_email(session, email)
    if user and verify_password(password, user.password_hash):
        return user
    elif user:
        return None
    else:
        context.dummy_verify()
@app.post("/b")
def b(session, email: str, password: str):
    user = user_by_email(session, email)
    if user is None:
        burn(password)
        raise HTTPException(401)
    return verify_password(password, user.password_hash)
@app.post("/c")
def c(session, email: str, password: str):
    user = user_by_email(session, email)
    if not user:
        passwords.waste()
        return None
    return passwords.check(password, user.password_hash)
@app.post("/d")
def d(session, email: str, password: str):
    user = user_by_email(session, email)
    if user is not None:
        return verify_password(password, user.password_hash)
    spent()
    return False
@app.post("/e")
async def e(session, email: str, password: str):
    user = user_by_email(session, email)
    if user is None:
        await asyncio.to_thread(spent)
        return None
    return await asyncio.to_thread(verify_password, password, user.password_hash)
@app.post("/f")
def f(session, email: str, password: str):
    user = user_by_email(session, email)
    if not user or not verify_password(password, user.password_hash):
        if not user:
            context.dummy_verify()
        raise HTTPException(401)
    return user
""",
    "at the start no client waits": _USERS
    + """
#= main.py
from contextlib import asynccontextmanager
from fastapi import FastAPI
from database import session_of
from security import verify_password
from users import user_by_email
@asynccontextmanager
async def lifespan(app: FastAPI):
    username = "admin"
    user = user_by_email(session_of(), username)
    if user and verify_password("1234", user.password_hash):
        app.state.warning = True
    yield
app = FastAPI(lifespan=lifespan)
def is_default(user) -> bool:
    return verify_password("1234", user.password_hash)
@app.on_event("startup")
async def warn() -> None:
    user = user_by_email(session_of(), "admin@example.org")
    if user and is_default(user):
        app.state.warning = True
async def warn_too() -> None:
    login = "admin"
    user = user_by_email(session_of(), login)
    if not user:
        return
    app.state.warning = verify_password("1234", user.password_hash)
app.add_event_handler("startup", warn_too)
def called_by_hook(login: str) -> bool:
    user = user_by_email(session_of(), login)
    return bool(user and verify_password("1234", user.password_hash))
def hook() -> None:
    app.state.warning = called_by_hook("admin")
app.router.on_startup.append(hook)
other = FastAPI(on_startup=[hook])
""",
    "the answer says that there is no such account": _USERS
    + """
#= errors.py
class AppError(Exception): ...
class Unknown(AppError): ...
#= accounts.py
from errors import Unknown
from users import user_by_email
class Accounts:
    @staticmethod
    def of(session, email: str):
        user = user_by_email(session, email)
        if user is None:
            raise Unknown("User does not exist!")
        return user
def details(session, email: str):
    return Accounts.of(session, email)
#= main.py
from fastapi import FastAPI, HTTPException
from fastapi.responses import JSONResponse
from sqlalchemy.exc import NoResultFound
from accounts import details
from errors import AppError
from security import verify_password
from users import user_by_email
app = FastAPI()
@app.exception_handler(AppError)
async def answer(request, exc):
    return JSONResponse({"detail": str(exc)}, 422)
@app.post("/a")
def a(session, email: str, password: str):
    user = user_by_email(session, email)
    if not user:
        raise HTTPException(status_code=400, detail="This account is not known")
    if not verify_password(password, user.password_hash):
        raise HTTPException(status_code=400, detail="Wrong password")
@app.post("/b")
def b(session, email: str, password: str):
    user = user_by_email(session, email)
    if user is None:
        raise HTTPException(404)
    if not verify_password(password, user.password_hash):
        raise HTTPException(401)
@app.post("/c")
def c(session, email: str, password: str):
    user = details(session, email)
    if not user or not verify_password(password, user.password_hash):
        raise HTTPException(401, "Wrong e-mail address or password")
@app.exception_handler(NoResultFound)
async def missing(request, exc):
    return JSONResponse({"detail": str(exc)}, 422)
@app.post("/d")
def d(session, email: str, password: str):
    user = user_by_email(session, email)
    if not user:
        raise NoResultFound(f"No user {email}")
    return verify_password(password, user.password_hash)
""",
    "an account that is known already, and asked for by its id": """
from uuid import UUID
from fastapi import FastAPI
from pwdlib import PasswordHash
from settings import credentials
hasher = PasswordHash.recommended()
app = FastAPI()
class Verifier:
    def verify(self, user_id: UUID, password: str) -> bool:
        credential = self.credentials.get_credential_for_user(user_id)
        if credential is None:
            return False
        return hasher.verify(password, credential.hash)
def confirm(account_id: int, password: str) -> bool:
    row = credentials.login_of(id=account_id)
    if not row:
        return False
    return hasher.verify(password, row.hashed)
@app.post("/users/{user_id}/confirm")
def confirm_user(user_id: UUID, password: str):
    return Verifier().verify(user_id, password) or confirm(1, password)
""",
    "the first administrator, at the start": """
from pwdlib import PasswordHash
from settings import settings
hasher = PasswordHash.recommended()
class BootstrapAdmin:
    def run(self, email: str, password: str) -> str:
        account = self.users.get_by_email(email)
        if account is None:
            return "create"
        return "ok" if hasher.verify(password, account.hashed) else "refuse"
def seed_admin(users, email: str, password: str) -> bool:
    user = users.get_by_email(email)
    if not user:
        return False
    return hasher.verify(password, user.hashed)
""",
    "what is missing is no account, or no row of a stranger's name": _USERS
    + """
#= main.py
from fastapi import FastAPI, HTTPException
from security import DUMMY_HASH, verify_password
from users import user_by_email
app = FastAPI()
@app.post("/login")
def login(email: str, password: str, code: str, session):
    user = user_by_email(session, email)
    if not code or user is None:
        verify_password(password, DUMMY_HASH)
        raise HTTPException(401)
    if not verify_password(password, user.password_hash):
        raise HTTPException(401)
    return user.id
@app.post("/unlock")
def unlock(door: int, password: str, session):
    rows = session.fetch("SELECT hashed FROM doors WHERE id = $1", door)
    lock = rows[0] if rows else None
    if lock is None or lock["hashed"] is None:
        raise HTTPException(404)
    return verify_password(password, lock["hashed"])
""",
    "the answer tells which half is wrong, by helper functions or by its status": _USERS
    + """
#= main.py
from fastapi import FastAPI, HTTPException
from security import verify_password
from users import user_by_email
app = FastAPI()
def problem(what: str, code: int) -> HTTPException:
    return HTTPException(status_code=code, detail=what)
def must_match(expected: str, given: str) -> None:
    if not verify_password(given, expected):
        raise HTTPException(401, "Wrong password")
@app.post("/a")
def a(email: str, password: str, session):
    user = user_by_email(session, email)
    if user is None:
        raise problem("nobody", 404)
    must_match(user.password_hash, password)
    return user.id
@app.post("/b")
def b(email: str, password: str, session):
    user = user_by_email(session, email)
    if not user:
        raise HTTPException(400, "Try another")
    if not verify_password(password, user.password_hash):
        raise HTTPException(401, "Wrong password")
    return user.id
""",
}
_NOT_FOUND = (
    _USERS
    + """
#= main.py
from fastapi import FastAPI, HTTPException, status
from security import verify_password
from users import user_by_email
app = FastAPI()
@app.post("/sessions")
def open_session(email: str, password: str, session):
    user = user_by_email(session, email)
    if user is None:  # !
        raise HTTPException(status.HTTP_404_NOT_FOUND, "Address or password is wrong")
    if not verify_password(password, user.password_hash):
        raise HTTPException(status.HTTP_404_NOT_FOUND, "Address or password is wrong")
    return user.id
"""
)
FOUND["a 404 for both halves, which tells nothing"] = _NOT_FOUND
_TOLD = _NOT_FOUND.replace("Address or password is wrong", "Who is that?", 1)
LOOK_ALIKES["a 404 that only an unknown account gets"] = _TOLD.replace("  # !", "")
