"""Passwords in columns, and what becomes of them."""

BAD = [
    "if user is None or user.password != password:",
    "session.add(User(email=form.username, password=form.password))",
]

_APP = """
import secrets
from typing import Annotated
from fastapi import Depends, FastAPI, Form, HTTPException
from fastapi.security import OAuth2PasswordRequestForm
from pydantic import BaseModel, SecretStr, field_validator
from sqlalchemy import Column, Integer, String, create_engine, select
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker
SessionLocal = sessionmaker(create_engine("postgresql+psycopg://db/app"))
def get_db():
    with SessionLocal() as session:
        yield session
class Base(DeclarativeBase): ...
class User(Base):
    __tablename__ = "users"
    id = Column(Integer, primary_key=True)
    email = Column(String)
    password = Column(String)
class UserIn(BaseModel):
    email: str
    password: str
app = FastAPI()
"""

FOUND = {
    "in the filter of a query": _APP
    + """
@app.post("/login")
def login(user: UserIn, db: Session = Depends(get_db)):
    found = db.query(User).filter(User.email == user.email, User.password == user.password).first()  # !
    if not found:
        raise HTTPException(401)
    return found.id
""",
    "select, with parameters of the query": _APP
    + """
@app.get("/login")
def login(email: str, password: str, db: Session = Depends(get_db)):
    statement = select(User).where(User.email == email).where(User.password == password)  # !
    return db.scalars(statement).one().id
""",
    "filter_by, in a helper": _APP
    + """
def find(db, email, password):
    return db.query(User).filter_by(email=email, password=password).first()  # !
@app.post("/login")
def login(form: OAuth2PasswordRequestForm = Depends(), db: Session = Depends(get_db)):
    return find(db, form.username, form.password).id
if __name__ == "__main__":
    print(find(SessionLocal(), "ada@example.com", "secret"))
""",
    "on the row, from the left and from the right": _APP
    + """
@app.post("/login")
def login(user: UserIn, db: Session = Depends(get_db)):
    row = db.query(User).filter(User.email == user.email).first()
    if not row or row.password != user.password:  # !
        raise HTTPException(401)
    return row.id
@app.post("/token")
def token(form: Annotated[OAuth2PasswordRequestForm, Depends()], db: Session = Depends(get_db)):
    row = db.scalar(select(User).where(User.email == form.username))
    sent = form.password
    if row and secrets.compare_digest(sent, row.password):  # !
        return row.id
""",
    "a field that says hashed, and holds none": """
from fastapi import FastAPI
from pydantic import BaseModel
from sqlmodel import Field, Session, SQLModel, create_engine
engine = create_engine("sqlite://")
class Member(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    hashed_password: str
class MemberIn(BaseModel):
    password: str
app = FastAPI()
@app.post("/members")
def add(data: MemberIn):
    with Session(engine) as session:
        session.add(Member(hashed_password=data.password))  # !
        session.commit()
""",
    "all fields of the schema": _APP
    + """
@app.post("/users")
def add(user: UserIn, db: Session = Depends(get_db)):
    row = User(**user.model_dump())  # !
    db.add(row)
    db.commit()
    return row.id
""",
    "a change of the password, a repository, a form": _APP
    + """
class Users:
    def __init__(self, db):
        self.db = db
    def add(self, email: str, password: str):
        row = User(email=email, password=password)  # !
        self.db.add(row)
        return row
@app.post("/users")
def add(email: str = Form(), password: str = Form(), db: Session = Depends(get_db)):
    return Users(db).add(email, password).id
@app.put("/password")
def change(user: UserIn, db: Session = Depends(get_db)):
    row = db.query(User).filter(User.email == user.email).first()
    row.password = user.password  # !
    db.commit()
""",
    "SQL in a text": """
import sqlite3
import asyncpg
from fastapi import FastAPI, Form
from pydantic import BaseModel
app = FastAPI()
class UserIn(BaseModel):
    name: str
    password: str
@app.post("/users")
def add(user: UserIn):
    cursor = sqlite3.connect("app.db").cursor()
    cursor.execute("INSERT INTO users (name, password) VALUES (?, ?)", (user.name, user.password))  # !
@app.post("/login")
async def login(name: str = Form(), password: str = Form()):
    connection = await asyncpg.connect("postgresql://db")
    query = "SELECT id FROM accounts WHERE name = $1 AND password = $2"
    return await connection.fetchrow(query, name, password)  # !
@app.put("/password")
def change(user: UserIn):
    cursor = sqlite3.connect("app.db").cursor()
    cursor.execute("UPDATE users SET password = :p WHERE name = :n", {"p": user.password, "n": user.name})  # !
@app.post("/token")
async def token(user: UserIn):
    connection = await asyncpg.connect("postgresql://db")
    row = await connection.fetchrow("SELECT * FROM users WHERE name = $1", user.name)
    if not row or row["password"] != user.password:  # !
        return None
    return row["id"]
""",
    "a collection of MongoDB": """
from fastapi import FastAPI
from motor.motor_asyncio import AsyncIOMotorClient
from pydantic import BaseModel
users = AsyncIOMotorClient().app.users
app = FastAPI()
class UserIn(BaseModel):
    name: str
    password: str
@app.post("/login")
async def login(user: UserIn):
    return await users.find_one({"name": user.name, "password": user.password}) is not None  # !
@app.post("/token")
async def token(user: UserIn):
    found = await users.find_one({"name": user.name})
    return found and found["password"] == user.password  # !
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
    password = fields.CharField(max_length=100)
class SignUp(BaseModel):
    name: str
    password: str
@app.post("/a")
async def a(data: SignUp):
    await User.create(name=data.name, password=data.password)  # !
""",
}

_HASHED = (
    _APP
    + """
from pwdlib import PasswordHash
hasher = PasswordHash.recommended()
"""
)

LOOK_ALIKES = {
    "hashed": _HASHED
    + """
@app.post("/users")
def add(user: UserIn, db: Session = Depends(get_db)):
    db.add(User(email=user.email, password=hasher.hash(user.password)))
    password = hasher.hash(user.password)
    db.add(User(email=user.email, password=password))
    db.commit()
@app.put("/password")
def change(user: UserIn, db: Session = Depends(get_db)):
    row = db.query(User).filter(User.email == user.email).first()
    if not hasher.verify(user.password, row.password):
        raise HTTPException(401)
    row.password = hasher.hash(user.password)
""",
    "hashed in the object that is sent, and by the caller": _HASHED
    + """
def add_hashed(db, user):
    db.add(User(email=user.email, password=user.password))
def add_text(db, email, password):
    db.add(User(email=email, password=password))
@app.post("/users")
def add(user: UserIn, db: Session = Depends(get_db)):
    user.password = hasher.hash(user.password)
    db.add(User(email=user.email, password=user.password))
    add_hashed(db, user)
@app.post("/others")
def other(user: UserIn, db: Session = Depends(get_db)):
    add_text(db, user.email, hasher.hash(user.password))
    data = user.model_dump()
    data["password"] = hasher.hash(user.password)
    db.add(User(**data))
""",
    "hashed by the schema": _HASHED
    + """
class Hashing(BaseModel):
    email: str
    password: str
    @field_validator("password")
    def hashed(cls, value):
        return hasher.hash(value)
@app.post("/users")
def add(user: Hashing, db: Session = Depends(get_db)):
    db.add(User(email=user.email, password=user.password))
""",
    "hashed by the model, and by its column's type": _HASHED
    + """
from sqlalchemy.orm import validates
from sqlalchemy_utils import PasswordType
class Admin(Base):
    __tablename__ = "admins"
    id = Column(Integer, primary_key=True)
    password = Column(String)
    @validates("password")
    def _stored(self, key, value):
        return hasher.hash(value)
class Teacher(Base):
    __tablename__ = "teachers"
    id = Column(Integer, primary_key=True)
    password = Column(PasswordType(schemes=["bcrypt"]))
class Student(Base):
    __tablename__ = "students"
    id = Column(Integer, primary_key=True)
    _stored = Column("password", String)
    @property
    def password(self):
        return self._stored
    @password.setter
    def password(self, value):
        self._stored = hasher.hash(value)
@app.post("/users")
def add(user: UserIn, db: Session = Depends(get_db)):
    db.add_all([Admin(password=user.password), Teacher(password=user.password)])
    student = Student(password=user.password)
    student.password = user.password
@app.post("/login")
def login(user: UserIn, db: Session = Depends(get_db)):
    teacher = db.query(Teacher).first()
    return teacher.password == user.password
""",
    "the password twice, and whether there is one": _HASHED
    + """
class Twice(UserIn):
    confirm_password: str
@app.post("/users")
def add(user: Twice, db: Session = Depends(get_db)):
    row = db.query(User).filter(User.email == user.email).first()
    if user.password != user.confirm_password or row.password == "" or row.password is None:
        raise HTTPException(422)
    if row.password == "ldap" or db.query(User).filter(User.password == None).first():
        return 0
    old = row.password
    return old != row.password
""",
    "a mail server's": _APP
    + """
class MailAccount(Base):
    __tablename__ = "mail_accounts"
    id = Column(Integer, primary_key=True)
    password = Column(String)
class Camera(Base):
    __tablename__ = "cameras"
    id = Column(Integer, primary_key=True)
    password = Column(String)
@app.post("/mail")
def add(data: UserIn, db: Session = Depends(get_db)):
    db.add(MailAccount(password=data.password))
    db.add(Camera(password=data.password))
    db.add(Camera(**data.model_dump()))
""",
    "SQL with a hash, of another table, of nobody": _HASHED
    + """
import sqlite3
cursor = sqlite3.connect("app.db").cursor()
@app.post("/users")
def add(user: UserIn, token: str):
    hashed = hasher.hash(user.password)
    cursor.execute("INSERT INTO users (name, password) VALUES (?, ?)", (user.email, hashed))
    cursor.execute("INSERT INTO users (name, password_hash) VALUES (?, ?)", (user.email, hashed))
    cursor.execute("INSERT INTO mail_servers (name, password) VALUES (?, ?)", (user.email, user.password))
    cursor.execute("SELECT password FROM users WHERE name = ?", (user.email,))
    cursor.execute("SELECT id FROM users WHERE name = ? AND password = ?", (user.email, hashed))
    cursor.execute("UPDATE users SET password = crypt(?, gen_salt('bf'))", (user.password,))
""",
    "no password at all": _HASHED
    + """
NO_PASSWORD = hasher.hash("nobody has this")
UNUSABLE = "!"
@app.post("/users")
def add(email: str, db: Session = Depends(get_db)):
    row = User(email=email, password=NO_PASSWORD)
    row.password = UNUSABLE
    password = secrets.token_urlsafe(32)
    db.add(row)
    db.add(User(email=email, password=password))
    return row.password == UNUSABLE
""",
    "compared with a digest": _APP
    + """
from hashlib import sha256
@app.post("/login")
def login(user: UserIn, db: Session = Depends(get_db)):
    digest = sha256(user.password.encode()).hexdigest()
    return db.query(User).filter(User.password == digest).first() is not None
""",
    "a row of Tortoise that a signal hashes": """
from fastapi import FastAPI
from passlib.hash import argon2
from pydantic import BaseModel
from tortoise import fields
from tortoise.models import Model
from tortoise.signals import pre_save
app = FastAPI()
class User(Model):
    id = fields.IntField(primary_key=True)
    password = fields.CharField(max_length=100)
@pre_save(User)
async def before(cls, instance, using_db, update_fields):
    instance.password = argon2.hash(instance.password)
class SignUp(BaseModel):
    password: str
@app.post("/a")
async def a(data: SignUp):
    await User.create(password=data.password)
""",
}
