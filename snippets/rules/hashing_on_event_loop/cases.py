"""Hashes computed by coroutines, and those in threads."""

BAD = ["if not password_hash.verify(credentials.password, expected):"]

FOUND = {
    "behind a container of dependency-injector": """
from argon2 import PasswordHasher
from dependency_injector import containers, providers
from fastapi import APIRouter, FastAPI
class Hashes:
    def __init__(self):
        self.hasher = PasswordHasher()
    def verify(self, password: str, hashed: str) -> bool:
        return self.hasher.verify(hashed, password)
class Users:
    def __init__(self, hashes: Hashes):
        self.hashes = hashes
    async def log_in(self, password: str) -> bool:
        return self.hashes.verify(password, "x")  # !
class Container(containers.DeclarativeContainer):
    hashes = providers.Singleton(Hashes)
    users = providers.Factory(Users, hashes=hashes)
class Controller:
    def __init__(self, app: FastAPI, container: Container):
        self.container = container
        router = APIRouter(prefix="/auth")
        router.add_api_route(path="/login", endpoint=self.log_in, methods=["POST"])
        app.include_router(router=router)
    async def log_in(self, password: str) -> bool:
        return await self.container.users().log_in(password)
app = FastAPI()
Controller(app, Container())
""",
    "an update with the password": """
#= users.py
from passlib.context import CryptContext
context = CryptContext(schemes=["argon2"])
class Users:
    def update(self, db, user, values):
        if values.get("password", None):
            values["hashed_password"] = context.hash(values["password"])
users = Users()
#= main.py
from fastapi import Depends, FastAPI
from users import users
app = FastAPI()
@app.put("/a")
async def a(password: str, db=Depends(), user=Depends()):
    users.update(db, user, {"password": password})  # !
@app.put("/b")
async def b(values: dict, key: str, db=Depends(), user=Depends()):
    users.update(db, user, values)  # !
    users.update(db, user, {key: "x"})  # !
""",
    "the helper of fastapi-users": """
from fastapi import Depends, FastAPI
from fastapi_users import BaseUserManager, IntegerIDMixin
from models import User
class UserManager(IntegerIDMixin, BaseUserManager[User, int]):
    async def change_password(self, user: User, password: str) -> None:
        hashed = self.password_helper.hash(password)  # !
        await self.user_db.update(user, {"hashed_password": hashed})
async def get_user_manager():
    yield UserManager(None)
app = FastAPI()
@app.post("/password")
async def change(old: str, new: str, user: User, manager: UserManager = Depends(get_user_manager)):
    is_right, _ = manager.password_helper.verify_and_update(old, user.hashed_password)  # !
    if is_right:
        await manager.change_password(user, new)
""",
    "a helper of fastapi-users of its own": """
from fastapi import FastAPI
from fastapi_users.password import PasswordHelper
helper = PasswordHelper()
app = FastAPI()
@app.post("/users")
async def add(password: str) -> str:
    return helper.hash(password)  # !
""",
    "bcrypt under another name": """
from bcrypt import checkpw as same
from fastapi import FastAPI
app = FastAPI()
@app.post("/login")
async def log_in(password: str) -> bool:
    return same(password.encode(), b"hash")  # !
""",
    "through a plain function of another module": """
#= security.py
from passlib.context import CryptContext
context = CryptContext(schemes=["argon2"])
def verify_password(password: str, expected: str) -> bool:
    return context.verify(password, expected)
#= main.py
from fastapi import APIRouter
from security import verify_password as is_right
router = APIRouter()
@router.post("/login")
async def log_in(password: str) -> bool:
    return is_right(password, "hash")  # !
""",
    "a static method, called by a service": """
from argon2 import PasswordHasher
from fastapi import Depends, FastAPI
app = FastAPI()
hasher = PasswordHasher()
class Passwords:
    @staticmethod
    def make(password: str) -> str:
        return hasher.hash(password)
class Users:
    async def register(self, password: str) -> str:
        return Passwords.make(password)  # !
@app.post("/users")
async def register(password: str, users: Users = Depends()) -> str:
    return await users.register(password)
""",
    "the standard library": """
import hashlib
import os
from fastapi import FastAPI
app = FastAPI()
@app.post("/users")
async def register(password: str) -> bytes:
    weak = hashlib.pbkdf2_hmac("sha256", password.encode(), os.urandom(16), 600_000)  # !
    return weak + hashlib.scrypt(password.encode(), salt=b"a", n=16384, r=8, p=1)  # !
""",
    "passlib's handler and werkzeug": """
from passlib.hash import argon2
from werkzeug.security import check_password_hash
from fastapi import FastAPI
app = FastAPI()
@app.post("/a")
async def a(password: str) -> bool:
    return argon2.verify(password, "hash")  # !
@app.post("/b")
async def b(password: str) -> bool:
    return check_password_hash("hash", password)  # !
""",
    "in an attribute, made by recommended()": """
from pwdlib import PasswordHash
from fastapi import FastAPI
app = FastAPI()
class Hasher:
    def __init__(self) -> None:
        self.inner = PasswordHash.recommended()
    def check(self, password: str) -> bool:
        return self.inner.verify_and_update(password, "hash")[0]
hasher = Hasher()
@app.post("/login")
async def log_in(password: str) -> bool:
    return hasher.check(password)  # !
""",
    "a schema that may have the password": """
import bcrypt
from fastapi import FastAPI
from pydantic import BaseModel
app = FastAPI()
class UserUpdate(BaseModel):
    email: str | None = None
    password: str | None = None
def update(session, data: UserUpdate):
    if data.password:
        session.hashed = bcrypt.hashpw(data.password.encode(), bcrypt.gensalt())
@app.patch("/a")
async def a(session, password: str):
    update(session, UserUpdate(password=password))  # !
@app.patch("/b")
async def b(session, values: dict):
    update(session, UserUpdate(**values))  # !
@app.patch("/c")
async def c(session, data: UserUpdate):
    update(session, data)  # !
""",
    "behind an abstract class, a Protocol, and an object that is called": """
#= ports.py
from abc import ABC, abstractmethod
from typing import Protocol
class Hasher(ABC):
    @abstractmethod
    def make(self, plain: str) -> str: ...
class Checks(Protocol):
    def check(self, digest: str, plain: str) -> bool: ...
#= adapters.py
from argon2 import PasswordHasher
from ports import Hasher
class Argon(Hasher):
    def make(self, plain: str) -> str:
        return PasswordHasher().hash(plain)
class FakeHasher(Hasher):
    def make(self, plain: str) -> str:
        return plain
class ArgonChecks:
    def check(self, digest: str, plain: str) -> bool:
        return PasswordHasher().verify(digest, plain)
#= main.py
from dishka.integrations.fastapi import FromDishka
from fastapi import FastAPI
import adapters
from ports import Checks, Hasher
app = FastAPI()
class SignUp:
    def __init__(self, hasher: Hasher) -> None:
        self.hasher = hasher
    async def __call__(self, password: str) -> str:
        return self.hasher.make(password)  # !
@app.post("/a")
async def a(password: str, use: FromDishka[SignUp]):
    return await use(password)
@app.post("/b")
async def b(password: str, digest: str, checks: FromDishka[Checks]):
    return checks.check(digest, password)  # !
""",
}

LOOK_ALIKES = {
    "an update without the password": """
#= users.py
from passlib.context import CryptContext
context = CryptContext(schemes=["argon2"])
class Users:
    def update(self, db, user, values):
        if values.get("password", None):
            values["hashed_password"] = context.hash(values["password"])
        for key, value in values.items():
            setattr(user, key, value)
    def change(self, user, *, data):
        if "password" in data:
            user.hashed = self.hashed(data["password"])
    def hashed(self, password):
        return context.hash(password)
users = Users()
def save(user, values: dict):
    if password := values.pop("password", None):
        user.hashed = context.hash(password)
#= main.py
from fastapi import Depends, FastAPI
from users import save, users
app = FastAPI()
@app.put("/a")
async def a(db=Depends(), user=Depends()):
    users.update(db, user, {"role": "owner"})
    users.update(db, user, values={"role": "owner", "active": True})
    save(user, {"name": "x"})
""",
    "plain def": """
import bcrypt
from fastapi import FastAPI
app = FastAPI()
@app.post("/login")
def log_in(password: str) -> bool:
    return bcrypt.checkpw(password.encode(), b"hash")
""",
    "in threads": """
import asyncio
from anyio import to_thread
from fastapi import FastAPI
from fastapi.concurrency import run_in_threadpool
from pwdlib import PasswordHash
app = FastAPI()
hasher = PasswordHash.recommended()
def verify(password: str) -> bool:
    return hasher.verify(password, "hash")
@app.post("/login")
async def log_in(password: str) -> bool:
    await asyncio.to_thread(verify, password)
    await to_thread.run_sync(lambda: hasher.hash(password))
    await asyncio.get_running_loop().run_in_executor(None, verify, password)
    return await run_in_threadpool(hasher.verify, password, "hash")
""",
    "a fast digest": """
import hashlib, hmac
from fastapi import FastAPI
app = FastAPI()
@app.post("/")
async def read(body: str) -> str:
    hmac.compare_digest("a", "b")
    hashlib.pbkdf2_hmac("sha256", b"key", b"salt", 1)
    return hashlib.sha256(body.encode()).hexdigest()
""",
    "verify and hash of something else": """
from fastapi import FastAPI
from signatures import Signer
app = FastAPI()
signer = Signer()
@app.post("/")
async def read(body: str) -> str:
    signer.verify(body)
    return signer.hash(body)
""",
    "at start and in a script": """
import asyncio
from contextlib import asynccontextmanager
from fastapi import FastAPI
from pwdlib import PasswordHash
hasher = PasswordHash.recommended()
DUMMY = hasher.hash("nobody")
@asynccontextmanager
async def lifespan(app):
    hasher.hash("first admin")
    yield
app = FastAPI(lifespan=lifespan)
async def create_admin() -> None:
    hasher.hash("admin")
""",
    "in a test": """
#= tests/test_login.py
import bcrypt
from fastapi import FastAPI
app = FastAPI()
@app.post("/login")
async def log_in(password: str) -> bool:
    return bcrypt.checkpw(b"a", b"b")
""",
    "a schema without the password that is hashed if there is one": """
import bcrypt
from fastapi import FastAPI
from pydantic import BaseModel
app = FastAPI()
class UserUpdate(BaseModel):
    email: str | None = None
    password: str | None = None
def update(session, user_id: int, data: UserUpdate):
    values = data.model_dump(exclude_unset=True)
    if "password" in values:
        values["hashed"] = hashed(values.pop("password"))
    session.update(user_id, values)
def hashed(password: str) -> bytes:
    return bcrypt.hashpw(password.encode(), bcrypt.gensalt())
@app.patch("/email")
async def change_email(session, user_id: int, email: str):
    update(session, user_id, UserUpdate(email=email))
@app.patch("/name")
async def change_name(session, user_id: int, email: str):
    data = UserUpdate(email=email)
    update(session, user_id, data=data)
""",
    "an abstract class of which nobody knows which heir it is": """
from abc import ABC, abstractmethod
from argon2 import PasswordHasher
from fastapi import Depends, FastAPI
from settings import chosen
app = FastAPI()
class Hasher(ABC):
    @abstractmethod
    def make(self, plain: str) -> str: ...
class Argon(Hasher):
    def make(self, plain: str) -> str:
        return PasswordHasher().hash(plain)
class Remote(Hasher):
    def make(self, plain: str) -> str:
        return "made elsewhere"
def get_hasher() -> Hasher:
    return chosen()
@app.post("/a")
async def a(password: str, hasher: Hasher = Depends(get_hasher)):
    return hasher.make(password)
""",
}
