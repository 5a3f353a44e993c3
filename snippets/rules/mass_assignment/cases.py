"""Data of a request that goes into a table as a whole."""

BAD = ["setattr(user, name, value)"]

_APP = """
from typing import Annotated, Any, Literal
from fastapi import APIRouter, Body, Depends, FastAPI, HTTPException, Request
from pydantic import BaseModel, ConfigDict, field_validator
from sqlalchemy import Column, Integer, String, update
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
class Base(DeclarativeBase): ...
class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str]
    role: Mapped[str] = mapped_column(default="user")
    is_superuser: Mapped[bool] = mapped_column(default=False)
class Message(Base):
    __tablename__ = "messages"
    id: Mapped[int] = mapped_column(primary_key=True)
    role: Mapped[str]
    owner_id: Mapped[int]
class UserCreate(BaseModel):
    email: str
    role: str = "user"
class UserEdit(BaseModel):
    email: str | None = None
app = FastAPI()
def current_user() -> User: ...
"""

FOUND = {
    "a body that a helper copies": _APP
    + """
def cleaned(body: UserCreate) -> UserCreate:
    return body.model_copy(update={"email": body.email.lower()})
@app.post("/users")
def sign_up(body: UserCreate, session: Session):
    data = cleaned(body)
    session.add(User(**data.model_dump()))  # !
""",
    "a constructor, at sign-up": _APP
    + """
@app.post("/users")
def sign_up(body: UserCreate, session: Session):
    user = User(**body.model_dump())  # !
    session.add(user)
""",
    "a repository of another module, Pydantic 1": """
#= models.py
from sqlalchemy import Column, Float, Integer
from sqlalchemy.orm import declarative_base
Base = declarative_base()
class Wallet(Base):
    __tablename__ = "wallets"
    id = Column(Integer, primary_key=True)
    balance = Column(Float)
#= repository.py
from models import Wallet
from schemas import WalletIn
class Wallets:
    def add(self, session, data: WalletIn):
        values = data.dict()
        wallet = Wallet(**values)  # !
        session.add(wallet)
#= schemas.py
from pydantic import BaseModel
class WalletIn(BaseModel):
    name: str
    balance: float = 0
#= main.py
from fastapi import FastAPI
from repository import Wallets
from schemas import WalletIn
app = FastAPI()
@app.post("/wallets")
def add(body: WalletIn, session=None):
    Wallets().add(session, body)
""",
    "a dict, where the attribute exists": _APP
    + """
@app.patch("/me")
def edit(changes: dict[str, Any], session: Session):
    user = session.get(User, 1)
    for key, value in changes.items():
        if hasattr(user, key):
            setattr(user, key, value)  # !
""",
    "the JSON of the request, an update": _APP
    + """
@app.put("/users/{number}")
async def edit(number: int, request: Request, session: Session):
    data = await request.json()
    session.execute(update(User).where(User.id == number).values(**data))  # !
""",
    "a schema that allows more": _APP
    + """
class Open(BaseModel):
    model_config = ConfigDict(extra="allow")
    email: str
@app.post("/users")
def sign_up(body: Open, session: Session):
    session.add(User(**body.model_dump(exclude_unset=True)))  # !
""",
    "the owner, in a dict": _APP
    + """
@app.post("/messages")
def post(data: Annotated[dict, Body()], session: Session):
    session.add(Message(**data))  # !
""",
    "a loop over the schema, an update of a query": _APP
    + """
@app.patch("/me")
def edit(body: UserCreate, session: Session):
    user = session.get(User, 1)
    for key, value in body:
        setattr(user, key, value)  # !
@app.put("/users/{number}")
def replace(number: int, body: UserCreate, session: Session):
    session.query(User).filter(User.id == number).update(body.model_dump())  # !
@app.post("/me")
def more(body: UserCreate, session: Session):
    user = session.get(User, 1)
    for key in body.model_fields_set:
        setattr(user, key, getattr(body, key))  # !
""",
    "the table is the schema": """
from fastapi import FastAPI
from sqlmodel import Field, Session, SQLModel
class Member(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    name: str
    role: str = "member"
app = FastAPI()
@app.post("/members")
def join(member: Member, session: Session):
    session.add(member)  # !
""",
    "SQLModel": """
from fastapi import FastAPI
from sqlmodel import Field, Session, SQLModel
class AccountBase(SQLModel):
    name: str
    is_admin: bool = False
class Account(AccountBase, table=True):
    id: int | None = Field(default=None, primary_key=True)
class AccountIn(AccountBase):
    pass
app = FastAPI()
@app.post("/accounts")
def add(body: AccountIn, session: Session):
    session.add(Account.model_validate(body))  # !
@app.patch("/accounts/{number}")
def edit(number: int, body: AccountIn, session: Session):
    account = session.get(Account, number)
    account.sqlmodel_update(body.model_dump(exclude_unset=True))  # !
""",
    "SQLModel, with more that the code sets": """
from fastapi import FastAPI
from sqlmodel import Field, Session, SQLModel
class AccountIn(SQLModel):
    name: str
    password: str
    is_admin: bool = False
class Account(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    name: str
    hashed_password: str
    is_admin: bool = False
app = FastAPI()
@app.post("/accounts")
def add(body: AccountIn, session: Session):
    account = Account.model_validate(body, update={"hashed_password": hash(body.password)})  # !
    session.add(account)
@app.put("/accounts/{number}")
def edit(number: int, body: AccountIn, session: Session):
    session.get(Account, number).sqlmodel_update(body)  # !
""",
    "a row of Tortoise": """
from fastapi import FastAPI
from pydantic import BaseModel
from tortoise import fields
from tortoise.models import Model
app = FastAPI()
class User(Model):
    id = fields.IntField(primary_key=True)
    name = fields.CharField(max_length=50)
    is_admin = fields.BooleanField(default=False)
class SignUp(BaseModel):
    name: str
    is_admin: bool = False
@app.post("/a")
async def a(data: SignUp):
    await User.create(**data.model_dump())  # !
""",
    "a repository for all models that writes what it is given": _APP
    + """
class Repository:
    def __init__(self, session):
        self.session = session
    def patch(self, row, values):
        for name, value in values.items():
            setattr(row, name, value)
    def update(self, *, row, given: BaseModel):
        data = given.model_dump(exclude_unset=True)
        for name in data:
            setattr(row, name, data[name])
class Users(Repository):
    def get(self, key) -> User:
        return self.session.get_one(User, key)
def get_users(session: Session) -> Users:
    return Users(session)
@app.patch("/me/{key}")
def change(key: int, body: UserCreate, users: Users = Depends(get_users)):
    user = users.get(key)
    users.patch(user, body.model_dump())  # !
@app.put("/me/{key}")
def replace(key: int, body: UserCreate, users: Users = Depends(get_users)):
    users.update(row=users.get(key), given=body)  # !
@app.patch("/mail/{key}")
def change_mail(key: int, body: UserEdit, users: Users = Depends(get_users)):
    users.patch(users.get(key), body.model_dump())
""",
}

_BEANIE = """
from beanie import Document, PydanticObjectId
from fastapi import Depends, FastAPI, HTTPException
from pydantic import BaseModel, ConfigDict
app = FastAPI()
class User(Document):
    name: str
    is_admin: bool = False
    hashed_password: str = ""
class Note(Document):
    text: str
class UserIn(BaseModel):
    name: str
    is_admin: bool = False
class NameIn(BaseModel):
    name: str
def require_admin(): ...
"""

FOUND |= {
    "a document of Beanie as the body": _BEANIE
    + """
@app.post("/users")
async def create(user: User):
    await user.insert()  # !
    return user.name
@app.put("/users")
async def store(user: User):
    return str((await User.insert_one(user)).id)  # !
@app.put("/users/save")
async def save(user: User):
    await user.save()  # !
""",
    "a document of Beanie, filled with a body": _BEANIE
    + """
@app.post("/users")
async def create(data: UserIn):
    user = User(**data.model_dump())  # !
    await user.insert()
@app.patch("/users/{id}")
async def update(id: PydanticObjectId, data: UserIn):
    user = await User.get(id)
    await user.set(data.model_dump(exclude_unset=True))  # !
@app.patch("/users/{id}/all")
async def update_all(id: PydanticObjectId, data: UserIn):
    user = await User.find_one(User.id == id)
    await user.update({"$set": data.model_dump()})  # !
    for key, value in data.model_dump().items():
        setattr(user, key, value)  # !
    await user.save()
""",
}

LOOK_ALIKES = {
    "documents of Beanie: no such field, set in code, only for admins, chosen fields": _BEANIE
    + """
@app.post("/notes")
async def note(note: Note):
    await note.insert()
@app.post("/users")
async def create(user: User):
    user.is_admin = False
    user.hashed_password = "x"
    await user.insert()
@app.post("/admin/users", dependencies=[Depends(require_admin)])
async def create_any(user: User):
    await user.insert()
@app.post("/names")
async def named(data: NameIn):
    await User(**data.model_dump()).insert()
@app.patch("/names/{id}")
async def rename(id: PydanticObjectId, data: NameIn):
    user = await User.get(id)
    await user.set(data.model_dump())
@app.post("/read")
async def read(user: User):
    return user.name
""",
    "SQLModel, where the code sets it": """
from fastapi import FastAPI
from sqlmodel import Field, Session, SQLModel
class AccountIn(SQLModel):
    name: str
    is_admin: bool = False
class Account(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    name: str
    is_admin: bool = False
app = FastAPI()
@app.post("/accounts")
def add(body: AccountIn, session: Session):
    session.add(Account.model_validate(body, update={"is_admin": False}))
@app.put("/accounts/{number}")
def edit(number: int, body: AccountIn, session: Session):
    more = dict(is_admin=False)
    session.get(Account, number).sqlmodel_update(body, update=more)
""",
    "a helper that is given what was made from a row": _APP
    + """
def stored(session: Session, data: UserCreate):
    session.add(User(**data.model_dump()))
def loaded(session: Session, user_id: int) -> UserCreate:
    row = session.get(User, user_id)
    return UserCreate(email=row.email, role=row.role)
@app.post("/users/{user_id}/copy")
def copy(user_id: int, wanted: UserCreate, session: Session):
    stored(session, loaded(session, user_id))
    return wanted.email
""",
    "an object of the schema that is made from a row": _APP
    + """
@app.post("/users/{user_id}/copy")
def copy(user_id: int, wanted: UserCreate, session: Session):
    seen = UserCreate.model_validate(session.get(User, user_id))
    session.add(User(**seen.model_dump()))
    return wanted.email
""",
    "a schema of what the client may set": _APP
    + """
@app.patch("/me")
def edit(body: UserEdit, session: Session):
    user = session.get(User, 1)
    for key, value in body.model_dump(exclude_unset=True).items():
        setattr(user, key, value)
    session.add(User(**body.model_dump()))
""",
    "for admins alone": _APP
    + """
def get_superuser(user: Annotated[User, Depends(current_user)]) -> User: ...
@app.post("/users", dependencies=[Depends(get_superuser)])
def add(body: UserCreate, session: Session):
    session.add(User(**body.model_dump()))
""",
    "a router for admins": _APP
    + """
def only_admin(): ...
router = APIRouter(prefix="/users")
@router.post("")
def add(body: UserCreate, session: Session):
    session.add(User(**body.model_dump()))
app.include_router(router, dependencies=[Depends(only_admin)])
""",
    "the role is asked for in the code": _APP
    + """
@app.post("/users")
def add(body: UserCreate, user: Annotated[User, Depends(current_user)], session: Session):
    if user.role != "admin":
        raise HTTPException(403)
    session.add(User(**body.model_dump()))
""",
    "left out": _APP
    + """
@app.post("/users")
def sign_up(body: UserCreate, session: Session):
    session.add(User(**body.model_dump(exclude={"role"})))
@app.post("/more")
def more(body: UserCreate, session: Session):
    values = body.model_dump()
    values.pop("role", None)
    session.add(User(**values))
""",
    "set in the code": _APP
    + """
@app.post("/users")
def sign_up(body: UserCreate, session: Session):
    values = body.model_dump()
    values["role"] = "user"
    user = User(**values)
    session.add(user)
@app.post("/more")
def more(body: UserCreate, session: Session):
    user = User(**body.model_dump())
    user.role = "user"
""",
    "a role that is no privilege": _APP
    + """
class MessageIn(BaseModel):
    role: str
    owner_id: int
@app.post("/messages")
def post(body: MessageIn, session: Session):
    session.add(Message(**body.model_dump()))
""",
    "names from a list": _APP
    + """
EDITABLE = {"email"}
@app.patch("/me")
def edit(changes: dict[str, Any], session: Session):
    user = session.get(User, 1)
    for key, value in changes.items():
        if key in EDITABLE:
            setattr(user, key, value)
""",
    "roles to choose from": _APP
    + """
class Choice(BaseModel):
    email: str
    role: Literal["buyer", "seller"]
class Checked(BaseModel):
    role: str
    @field_validator("role")
    @classmethod
    def known(cls, value):
        assert value in ("buyer", "seller")
        return value
@app.post("/users")
def sign_up(body: Choice, session: Session):
    session.add(User(**body.model_dump()))
@app.post("/more")
def more(body: Checked, session: Session):
    session.add(User(**body.model_dump()))
""",
    "another object": _APP
    + """
class Options:
    role = ""
@app.post("/options")
def set_options(changes: dict):
    options = Options()
    for key, value in changes.items():
        setattr(options, key, value)
""",
    "a repository for all models, and another model": _APP
    + """
class Repository:
    def __init__(self, session):
        self.session = session
    def patch(self, row, values):
        for name, value in values.items():
            setattr(row, name, value)
class RoleChange(BaseModel):
    role: str
def get_repository(session: Session) -> Repository:
    return Repository(session)
@app.patch("/messages/{key}")
def change(key: int, body: RoleChange, session: Session):
    message = session.get_one(Message, key)
    Repository(session).patch(message, body.model_dump())
@app.patch("/users/{key}")
def change_user(key: int, body: UserEdit, session: Session):
    user = session.get_one(User, key)
    Repository(session).patch(user, body.model_dump())
@app.patch("/without/{key}")
def change_all_but_role(key: int, body: UserCreate, session: Session):
    user = session.get_one(User, key)
    Repository(session).patch(user, body.model_dump(exclude={"role"}))
""",
}

_SIGN_UP = (
    _APP
    + """
class SignUp(BaseModel):
    email: str
    role: str | None = None
def store(body: SignUp, session: Session):
    session.add(User(**body.model_dump()))MARK
@app.post("/users")
def sign_up(body: SignUp, session: Session):
    MADE
    store(body, session)
"""
)
FOUND["the endpoint sets something else"] = _SIGN_UP.replace("MARK", "  # !").replace(
    "MADE", 'body.email = "a"'
)
for _name, _made in {
    "sets the attribute": 'body.role = "user"',
    "copies it": 'body = body.model_copy(update={"role": "user"})',
    "makes another one": """data = body.model_dump()
    data["role"] = "user"
    body = SignUp(**data)""",
    "takes it out": """data = body.model_dump()
    data.pop("role")
    body = SignUp(**data)""",
}.items():
    LOOK_ALIKES[f"before it passes the body on, the endpoint {_name}"] = _SIGN_UP.replace(
        "MARK", ""
    ).replace("MADE", _made)
