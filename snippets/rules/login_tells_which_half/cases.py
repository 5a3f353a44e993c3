"""Logins whose answers differ: in what, and where they are made."""

BAD = ['raise HTTPException(404, "User not found")']

_MAIN = """
#= users.py
from fastapi import HTTPException, status
from sqlalchemy import select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
class Base(DeclarativeBase): ...
class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str]
    password_hash: Mapped[str]
    is_active: Mapped[bool]
def user_by_email(session: Session, email: str) -> User | None:
    return session.scalar(select(User).where(User.email == email))
#= security.py
from passlib.context import CryptContext
context = CryptContext(schemes=["argon2"])
def verify_password(password: str, expected: str) -> bool:
    return context.verify(password, expected)
#= main.py
from fastapi import APIRouter, Depends, HTTPException, status
from security import context, verify_password
from users import User, user_by_email
router = APIRouter()
"""

FOUND = {
    "an error of the service, answered in words of its own": _MAIN
    + """
class ServiceError(Exception): ...
def account(session, email):
    user = user_by_email(session, email)
    if user is None:
        raise ServiceError(email)
    return user
@router.post("/login")
def login(email: str, password: str, session=Depends()):
    try:
        user = account(session, email)
    except ServiceError as error:
        raise HTTPException(404, detail="Invalid credentials") from error  # !
    if not verify_password(password, user.password_hash):
        detail = "Incorrect password"
        raise HTTPException(404, detail=detail)
    return user.id
""",
    "a body that is called payload, an account that only one caller knows": """
from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import OAuth2PasswordBearer
from passlib.context import CryptContext
from pydantic import BaseModel
from jose import jwt
from db import find_user, get_db
pwd = CryptContext(schemes=["argon2"])
oauth2 = OAuth2PasswordBearer("token")
app = FastAPI()
class Login(BaseModel):
    email: str
    password: str
def get_current_user(token: str = Depends(oauth2), db=Depends(get_db)):
    return find_user(db, jwt.decode(token, "x")["sub"])
@app.post("/login")
def login(payload: Login, db=Depends(get_db)):
    email = payload.email
    user = find_user(db, email=email)
    if user is None:
        raise HTTPException(404, "no user")  # !
    if not pwd.verify(payload.password, user.password):
        raise HTTPException(400, "wrong")
class Accounts:
    def check(self, db, email, password):
        user = find_user(db, email=email)
        if user is None:
            raise HTTPException(404, "no user")  # !
        if not pwd.verify(password, user.password):
            raise HTTPException(400, "wrong")
@app.post("/again")
def again(password: str, db=Depends(get_db), user=Depends(get_current_user)):
    Accounts().check(db, user.email, password)
@app.post("/session")
def session(email: str, password: str, db=Depends(get_db)):
    Accounts().check(db, email, password)
""",
    "the text alone": _MAIN
    + """
@router.post("/login")
def login(email: str, password: str, session=Depends()):
    user = user_by_email(session, email)
    if not user:
        raise HTTPException(status_code=400, detail="No such user")  # !
    if not verify_password(password, user.password_hash):
        raise HTTPException(status_code=400, detail="Incorrect password")
    return user.id
""",
    "the wrong password is what is left": _MAIN
    + """
@router.post("/login")
def login(email: str, password: str, session=Depends()):
    user = user_by_email(session, email)
    if not user:
        raise HTTPException(401, f"No account {email}")  # !
    if verify_password(password, user.password_hash):
        return user.id
    else:
        raise HTTPException(401, "Incorrect password")
@router.post("/token")
def token(email: str, password: str, session=Depends()):
    user = user_by_email(session, email)
    if not user:
        raise HTTPException(404)  # !
    if verify_password(password, user.password_hash):
        return user.id
    raise HTTPException(401)
""",
    "the status alone, by names": _MAIN
    + """
@router.post("/login")
async def login(form, session=Depends()):
    user = user_by_email(session, form.username)
    if user is None:
        raise HTTPException(status.HTTP_404_NOT_FOUND, "Wrong")  # !
    is_right = context.verify(form.password, user.password_hash)
    if not is_right:
        raise HTTPException(status.HTTP_401_UNAUTHORIZED, "Wrong")
""",
    "a dependency that refuses somebody, and an account of the form": _MAIN
    + """
from fastapi.security import OAuth2PasswordRequestForm
def tenant() -> str:
    raise HTTPException(403)
@router.post("/login")
def login(form: OAuth2PasswordRequestForm = Depends(), shop: str = Depends(tenant)):
    user = user_by_email(shop, form.username)
    if user is None:
        raise HTTPException(404, "No such user")  # !
    if not verify_password(form.password, user.password_hash):
        raise HTTPException(401, "Wrong password")
@router.post("/login/plain")
def plain(email: str, password: str, shop: str = Depends(tenant)):
    user = user_by_email(shop, email)
    if user is None:
        raise HTTPException(404, "No such user")  # !
    if not verify_password(password, user.password_hash):
        raise HTTPException(401, "Wrong password")
""",
    "in a service, formatted": _MAIN
    + """
class Logins:
    def authenticate(self, email: str, password: str) -> User:
        account = user_by_email(self.session, email)
        if account is None:
            raise HTTPException(401, f"{email} is not known")  # !
        if not verify_password(password, account.password_hash):
            raise HTTPException(401, "Wrong password")
        return account
""",
    "a lookup that raises": _MAIN.replace(
        "#= security.py",
        """def get_user(session: Session, email: str) -> User:
    user = user_by_email(session, email)
    if user is None:
        raise HTTPException(status_code=404, detail="User not found")  # !
    return user
#= security.py""",
    )
    + """
import users
@router.post("/login")
def login(email: str, password: str, session=Depends()):
    user = users.get_user(session, email)
    if not verify_password(password, user.password_hash):
        raise HTTPException(status_code=401, detail="Wrong password")
""",
    "exceptions of the program": _MAIN
    + """
class UnknownUser(HTTPException):
    def __init__(self) -> None:
        super().__init__(status_code=404, detail="unknown")
class WrongPassword(HTTPException):
    def __init__(self) -> None:
        super().__init__(status_code=403, detail="wrong")
@router.post("/login")
def login(email: str, password: str, session=Depends()):
    user = user_by_email(session, email)
    if not user:
        raise UnknownUser()  # !
    if not verify_password(password, user.password_hash):
        raise WrongPassword()
""",
    "exceptions that helper functions make and raise": _MAIN
    + """
def problem(what: str, code: int) -> HTTPException:
    texts = {404: f"{what} is not there", 409: f"{what} is there"}
    return HTTPException(status_code=code, detail=texts[code])
async def must_match(expected: str, given: str) -> None:
    is_right = verify_password(given, expected)
    if not is_right:
        raise HTTPException(status.HTTP_401_UNAUTHORIZED, "Wrong password")
@router.post("/login")
async def login(name: str, password: str, session=Depends()):
    user = user_by_email(session, name)
    if user is None:
        raise problem("user", code=status.HTTP_404_NOT_FOUND)  # !
    await must_match(user.password_hash, password)
def unknown() -> HTTPException:
    return HTTPException(400, "Not here")
@router.post("/again")
async def again(name: str, password: str, session=Depends()):
    user = user_by_email(session, name)
    if user is None:
        raise unknown()  # !
    await must_match(user.password_hash, password)
""",
    "answers that are returned": """
from argon2 import PasswordHasher
from fastapi import FastAPI, HTTPException, Request
from fastapi.responses import JSONResponse
from users import find_user
ph = PasswordHasher()
app = FastAPI()

@app.post("/a")
async def a(email: str, password: str):
    user = await find_user(email)
    if user is None:
        return {"error": "no such account"}  # !
    if not ph.verify(user.digest, password):
        return {"error": "wrong password"}
    return {"ok": True}
@app.post("/b")
async def b(email: str, password: str):
    user = await find_user(email)
    if not user:
        return JSONResponse({"error": "login failed"}, status_code=404)  # !
    try:
        ph.verify(user.digest, password)
    except Exception:
        return JSONResponse({"error": "login failed"}, status_code=401)
    return {"ok": True}
""",
    "errors of the program, answered by the status of their class": """
from argon2 import PasswordHasher
from fastapi import FastAPI, HTTPException, Request
from fastapi.responses import JSONResponse
from users import find_user
ph = PasswordHasher()
app = FastAPI()

class DomainError(Exception):
    status = 400
class Unknown(DomainError):
    status = 404
class BadPassword(DomainError):
    status = 401
@app.exception_handler(DomainError)
async def answer(request: Request, error: DomainError):
    return JSONResponse({"code": error.code}, error.status)
async def log_in(email: str, password: str):
    user = await find_user(email)
    if user is None:
        raise Unknown(email)  # !
    if not ph.verify(user.digest, password):
        raise BadPassword
    return user
@app.post("/login")
async def login(email: str, password: str):
    return await log_in(email, password)
""",
    "cases of a match": """
from argon2 import PasswordHasher
from fastapi import FastAPI, HTTPException, Request
from fastapi.responses import JSONResponse
from users import find_user
ph = PasswordHasher()
app = FastAPI()

from users import User
@app.post("/login")
async def login(email: str, password: str):
    user = await find_user(email)
    match user:
        case None:
            raise HTTPException(404, "no account")  # !
        case User() if not ph.verify(user.digest, password):
            raise HTTPException(401, "wrong password")
    return user.id
""",
}

LOOK_ALIKES = {
    "an error of the service, answered alike; another of the database": _MAIN
    + """
class ServiceError(Exception): ...
class DatabaseError(Exception): ...
def account(session, email):
    user = user_by_email(session, email)
    if user is None:
        raise ServiceError(email)
    return user
@router.post("/login")
def login(email: str, password: str, session=Depends()):
    try:
        user = account(session, email)
    except DatabaseError:
        raise HTTPException(500, detail="Try again")
    except ServiceError as error:
        raise HTTPException(401, detail="Invalid credentials") from error
    if not verify_password(password, user.password_hash):
        raise HTTPException(401, detail="Invalid credentials")
    return user.id
""",
    "helper functions that give one answer, or whose error is caught": _MAIN
    + """
def problem(what: str, code: int) -> HTTPException:
    return HTTPException(status_code=code, detail=what)
def must_match(expected: str, given: str) -> None:
    if not verify_password(given, expected):
        raise problem("Wrong", 401)
@router.post("/login")
def login(name: str, password: str, session=Depends()):
    user = user_by_email(session, name)
    if user is None:
        raise problem("Wrong", 401)
    must_match(user.password_hash, password)
@router.post("/again")
def again(name: str, password: str, session=Depends()):
    user = user_by_email(session, name)
    if user is None:
        raise problem("Wrong", 404)
    try:
        must_match(user.password_hash, password)
    except HTTPException:
        raise problem("Wrong", 404) from None
""",
    "the password of the token's own user": """
from fastapi import Depends, FastAPI, HTTPException, Request
from fastapi.security import OAuth2PasswordBearer
from passlib.context import CryptContext
from jose import jwt
from db import find_user, get_db
pwd = CryptContext(schemes=["argon2"])
oauth2 = OAuth2PasswordBearer("token")
app = FastAPI()
def get_current_user(token: str = Depends(oauth2), db=Depends(get_db)):
    user = find_user(db, jwt.decode(token, "x")["sub"])
    if not user:
        raise HTTPException(401)
    return user
class Service:
    def __init__(self, db):
        self.db = db
    def change_password(self, username: str, old: str, new: str):
        user = find_user(self.db, username=username)
        if not user:
            raise HTTPException(404, "no user")
        if not pwd.verify(old, user.password):
            raise HTTPException(400, "wrong")
        user.password = pwd.hash(new)
@app.post("/change1")
def change1(old: str, new: str, me=Depends(get_current_user), db=Depends(get_db)):
    Service(db).change_password(me.username, old, new)
@app.post("/change2")
def change2(old: str, new: str, request: Request, db=Depends(get_db)):
    user = find_user(db, email=request.state.user["email"])
    if not user:
        raise HTTPException(404, "no user")
    if not pwd.verify(old, user.password):
        raise HTTPException(400, "wrong")
@app.post("/change3")
def change3(old: str, new: str, auth=Depends(oauth2), db=Depends(get_db)):
    sub = jwt.decode(auth, "x").get("sub")
    user = find_user(db, email=sub)
    if not user:
        raise HTTPException(404, "no user")
    if not pwd.verify(old, user.password):
        raise HTTPException(400, "wrong")
@app.post("/change4")
def change4(old: str, new: str, me=Depends(get_current_user), db=Depends(get_db)):
    update(db, me["email"], old, new)
def update(db, email, old, new):
    user = db.query(User).filter(User.email == email).first()
    if user is None:
        raise HTTPException(404, "no user")
    if not pwd.verify(old, user.password):
        raise HTTPException(400, "wrong")
@app.post("/change5")
def change5(old: str, new: str, db=Depends(get_db), Authorize: AuthJWT = Depends()):
    Authorize.jwt_required()
    email = Authorize.get_jwt_subject()
    user = find_user(db, email=email)
    if user is None:
        raise HTTPException(404, "no user")
    if not pwd.verify(old, user.password):
        raise HTTPException(400, "wrong")
def read_email(token: str = Depends(oauth2)):
    return jwt.decode(token, "x")["sub"]
@app.post("/change6")
def change6(old: str, new: str, email: str = Depends(read_email), db=Depends(get_db)):
    user = find_user(db, email=email)
    if user is None:
        raise HTTPException(404, "no user")
    if not pwd.verify(old, user.password):
        raise HTTPException(400, "wrong")
""",
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
    "one answer, in both branches": _MAIN
    + """
@router.post("/login")
def login(email: str, password: str, session=Depends()):
    user = user_by_email(session, email)
    if not user:
        raise HTTPException(401, "Wrong e-mail address or password")
    if verify_password(password, user.password_hash):
        return user.id
    raise HTTPException(401, "Wrong e-mail address or password")
""",
    "one answer": _MAIN
    + """
@router.post("/login")
def login(email: str, password: str, session=Depends()):
    user = user_by_email(session, email)
    if not user or not verify_password(password, user.password_hash):
        raise HTTPException(401, "Wrong e-mail address or password")
    if not user.is_active:
        raise HTTPException(403, "Not confirmed")
""",
    "the same answer twice": _MAIN
    + """
WRONG = "Wrong e-mail address or password"
@router.post("/login")
def login(email: str, password: str, session=Depends()):
    user = user_by_email(session, email)
    if user is None:
        raise HTTPException(status_code=401, detail=WRONG)
    if not verify_password(password, user.password_hash):
        raise HTTPException(status_code=401, detail="Wrong e-mail address or password")
""",
    "one exception by name": _MAIN
    + """
@router.post("/login")
def login(email: str, password: str, session=Depends()):
    refused = HTTPException(401, "Wrong")
    user = user_by_email(session, email)
    if user is None:
        raise refused
    if not verify_password(password, user.password_hash):
        raise refused
""",
    "a user who is logged in changes the password": _MAIN
    + """
@router.post("/password")
def change(old: str, email: str, session=Depends(), current_user: User = Depends()):
    user = user_by_email(session, email)
    if user is None:
        raise HTTPException(404, "No such user")
    if not verify_password(old, user.password_hash):
        raise HTTPException(400, "Wrong password")
""",
    "exceptions that somebody else answers": _MAIN
    + """
class Unknown(Exception): ...
class Wrong(Exception): ...
def authenticate(email: str, password: str, session):
    user = user_by_email(session, email)
    if user is None:
        raise Unknown
    if not verify_password(password, user.password_hash):
        raise Wrong
@router.post("/login")
def login(email: str, password: str, session=Depends()):
    try:
        return authenticate(email, password, session).id
    except (Unknown, Wrong):
        raise HTTPException(401) from None
""",
    "another test in between": _MAIN
    + """
@router.post("/login")
def login(email: str, password: str, tenant: str, session=Depends()):
    if not tenant:
        raise HTTPException(404, "No such tenant")
    user = user_by_email(session, email)
    if user is None:
        raise HTTPException(401, "Wrong")
    if not verify_password(password, user.password_hash):
        raise HTTPException(401, "Wrong")
""",
    "the account of a caller whom a dependency knows": _MAIN
    + """
from fastapi import Header, Request
def _name(token: str) -> str:
    if token not in names:
        raise HTTPException(status.HTTP_401_UNAUTHORIZED)
    return names[token]
def signed_in(request: Request) -> str:
    return _name(request.headers["authorization"])
def database():
    yield make()
def role(name: str):
    async def known(request: Request) -> str:
        return _name(request.headers["authorization"])
    return known
member = role("member")
@router.post("/mine")
def mine(old: str, email: str = Depends(member)):
    user = user_by_email(session, email)
    if user is None:
        raise HTTPException(404, "No such user")
    if not verify_password(old, user.password_hash):
        raise HTTPException(401, "Wrong password")
@router.post("/password")
def change(old: str, email: str = Depends(signed_in), session=Depends(database)):
    user = user_by_email(session, email)
    if user is None:
        raise HTTPException(404, "No such user")
    if not verify_password(old, user.password_hash):
        raise HTTPException(401, "Wrong password")
""",
    "errors of the program with one status, or caught by who calls": """
from argon2 import PasswordHasher
from fastapi import FastAPI, HTTPException, Request
from fastapi.responses import JSONResponse
from users import find_user
ph = PasswordHasher()
app = FastAPI()

class Unknown(Exception):
    status = 401
class BadPassword(Exception):
    status = 401
class Missing(Exception):
    status = 404
@app.exception_handler(Unknown)
@app.exception_handler(Missing)
@app.exception_handler(BadPassword)
async def answer(request: Request, error):
    return JSONResponse({"detail": "login failed"}, error.status)
async def one(email: str, password: str):
    user = await find_user(email)
    if user is None:
        raise Unknown
    if not ph.verify(user.digest, password):
        raise BadPassword
async def other(email: str, password: str):
    user = await find_user(email)
    if user is None:
        raise Missing
    if not ph.verify(user.digest, password):
        raise BadPassword
@app.post("/a")
async def a(email: str, password: str):
    await one(email, password)
@app.post("/b")
async def b(email: str, password: str):
    try:
        await other(email, password)
    except (Missing, BadPassword):
        raise HTTPException(401)
@app.post("/c")
async def c(email: str, password: str):
    user = await find_user(email)
    if user is None:
        return {"error": "login failed"}
    if not ph.verify(user.digest, password):
        return {"error": "login failed"}
""",
}
