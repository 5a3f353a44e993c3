"""Statements, and the operators that compute what they are given."""

BAD = [
    "select(Note.text).where(Note.title == title and Note.owner == owner)",
    "statement = select(Note.text).where(Note.folder is None)",
    "statement = select(Note.text).where(not Note.is_hidden)",
    "statement = select(Note.text).where(Note.stars > 0 and Note.owner == owner)",
]

_DB = """
#= db.py
from sqlalchemy import ForeignKey, Table, Column, Integer, MetaData
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship
class Base(DeclarativeBase): ...
class Team(Base):
    __tablename__ = "teams"
    id: Mapped[int] = mapped_column(primary_key=True)
    is_open: Mapped[bool]
class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    age: Mapped[int]
    data: Mapped[dict]
    is_active: Mapped[bool]
    deleted_at: Mapped[str | None]
    team_id: Mapped[int] = mapped_column(ForeignKey("teams.id"))
    team: Mapped[Team] = relationship()
links = Table("links", MetaData(), Column("a", Integer), Column("b", Integer))
#= main.py
from typing import Annotated
from fastapi import Depends, FastAPI
from sqlalchemy import and_, case, delete, exists, func, or_, select, update
from sqlalchemy.orm import Session, aliased
from db import Team, User, links
app = FastAPI()
"""

FOUND = {
    "or, in a query and a count": _DB
    + """
def read(db: Session, name: str):
    return db.query(User).filter(User.name == name or User.age == 3).all()  # !
def count(db: Session, name: str):
    return db.scalar(select(func.count(User.id)).where(User.name == name or User.age == 3))  # !
""",
    "is, is not, in, not in": _DB
    + """
def read(ids: list[int]):
    first = select(User).where(User.deleted_at is not None)  # !
    second = select(User).where(User.id in ids)  # !
    third = delete(User).where(User.id not in ids)  # !
    fourth = update(User).where(User.is_active is True).values(age=1)  # !
    fifth = select(User).where(User.id in select(Team.id))  # !
    return select(User).where("a" in User.name), first, second, third, fourth, fifth  # !
""",
    "not of conditions": _DB
    + """
def read(ids: list[int]):
    first = select(User).where(not User.age == 3)  # !
    second = select(User).where(not User.id.in_(ids))  # !
    third = select(User).where(not exists().where(User.team_id == Team.id))  # !
    fourth = select(User).where(not or_(User.age == 3, User.age == 4))  # !
    return select(User).where(not User.team), first, second, third, fourth  # !
""",
    "what is a TypeError": _DB
    + """
def read(q: str, low: int):
    first = select(User).where(User.name.ilike(q) or User.data["city"].astext == q)  # !
    second = select(User).where(low < User.age < 99)  # !
    third = select(User).where(func.lower(User.name) > q and User.is_active)  # !
    fourth = select(User).where(User.deleted_at == None and User.is_active)  # !
    fifth = select(User).where((User.age == 1) & (User.id == 1) or User.is_active)  # !
    return select(User).where(~User.is_active or User.age + 1 == 3), first, second, third, fourth, fifth  # !
""",
    "below and_ and or_, joins, cases, having": _DB
    + """
def read(name: str):
    first = select(User).where(and_(User.name == name, or_(User.age == 1, User.deleted_at is None)))  # !
    second = select(User).join(Team, User.team_id == Team.id and Team.is_open)  # !
    third = select(case((User.deleted_at is None, 1), else_=0))  # !
    fourth = select(User.age).group_by(User.age).having(func.count() == 3 and User.age == 1)  # !
    fifth = select(User).where(User.team.has(Team.is_open and Team.id == 3))  # !
    return select(User).where((User.age == 1) | (User.deleted_at is None)), first, second, third, fourth, fifth  # !
""",
    "collected in a list, or under a name": _DB
    + """
def read(name: str | None, is_old: bool):
    conditions = [User.deleted_at is None]  # !
    if name:
        conditions.append(User.name == name and User.is_active)  # !
    young = User.age == 3 or User.age == 4  # !
    old = User.age > 3
    other = select(User).where(old and User.is_active)  # !
    return select(User).where(*conditions), select(User).where(young), other
""",
    "of a table, an alias, a subquery": _DB
    + """
Other = aliased(User)
def read():
    first = select(links).where(links.c.a == 1 and links.c.b == 2)  # !
    second = select(Other).where(Other.deleted_at is None)  # !
    inner = select(User.id, User.age).subquery()
    return select(inner.c.id).where(not inner.c.age), first, second  # !
""",
    "sorted, and updated": _DB
    + """
def read():
    first = select(User).order_by(User.deleted_at or User.name)  # !
    second = select(User).order_by(User.deleted_at is None, User.name)  # !
    return update(User).values(is_active=not User.is_active), first, second  # !
""",
    "SQLModel, with col": """
from fastapi import FastAPI
from sqlmodel import Field, Session, SQLModel, col, select
app = FastAPI()
class Hero(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    age: int | None = None
    name: str
@app.get("/")
def read(db: Session):
    first = db.exec(select(Hero).where(Hero.age is None)).all()  # !
    second = db.exec(select(Hero).where(col(Hero.age) is not None)).all()  # !
    return db.exec(select(Hero).where(Hero.age >= 35, Hero.name == "a" and Hero.id == 1)).all(), first, second  # !
""",
    "one branch, a lambda, a value of Python first": _DB
    + """
def read(name: str | None, db: Session):
    first = select(User).where(User.name == name if name else User.name is None)  # !
    second = select(User).where(lambda: User.name == name and User.is_active)  # !
    return select(User).where(name is None or User.name == name or User.is_active), first, second  # !
""",
    "a hybrid property that a statement uses": _DB.replace(
        "links = Table",
        """    @hybrid_property
    def is_deleted(self) -> bool:
        return self.deleted_at is not None  # !
    @hybrid_property
    def is_usable(self) -> bool:
        return self.is_active and self.deleted_at is None  # !
links = Table""",
    )
    + """
def read():
    return select(User).where(User.is_deleted, ~User.is_usable)
""",
}

LOOK_ALIKES = {
    "commas, operators and functions of SQLAlchemy": _DB
    + """
def read(ids: list[int], name: str):
    first = select(User).where(User.name == name, User.age == 3)
    second = select(User).where((User.name == name) & ~User.is_active | User.deleted_at.is_(None))
    third = select(User).where(and_(User.id.in_(ids), or_(User.age > 3, User.team == None)))
    return select(User).order_by(User.age.desc(), User.name), first, second, third
""",
    "a value of Python first, or alone": _DB
    + """
def read(name: str | None, ids: list[int], row: User):
    first = select(User).where(not name or User.name == name)
    second = select(User).where(name is None or User.name == name)
    third = select(User).where(User.name == (name or "nobody"), User.age == (3 if ids else 4))
    fourth = select(User).where(User.is_active == (not ids), User.id == (name in ids))
    fifth = select(User).where(row.is_active and User.age == 3)
    return select(User).where(True if name is None else User.name == name), first, second, third
""",
    "rows, not columns": _DB
    + """
def read(db: Session, ids: list[int]):
    user = db.get(User, 1)
    users = [u for u in db.scalars(select(User).limit(9)) if u.age == 3 and u.deleted_at is None]
    names = []
    names.append(user.name == "a" and user.is_active)
    names.append(user.id in ids)
    return list(filter(lambda u: u.is_active and u.age == 3, users)), names
""",
    "tests of what a class has": _DB
    + """
def read(column=None):
    statement = select(User)
    if User.deleted_at is not None and column in (User.name, User.age):
        statement = statement.where(User.deleted_at.is_(None))
    is_known = column is User.name
    order = column or User.name
    return statement.order_by(order if is_known else User.age), statement.order_by(column or User.id)
""",
    "a hybrid property with an expression, or that only rows have": _DB.replace(
        "links = Table",
        """    @hybrid_property
    def is_deleted(self) -> bool:
        return self.deleted_at is not None
    @is_deleted.inplace.expression
    @classmethod
    def _is_deleted(cls):
        return cls.deleted_at.is_not(None)
    @hybrid_property
    def is_usable(self) -> bool:
        return self.is_active and self.deleted_at is None
    @property
    def is_old(self) -> bool:
        return self.age is not None and self.age > 3
links = Table""",
    )
    + """
def read(row: User):
    return select(User).where(User.is_deleted), row.is_usable, row.is_old
""",
    "other libraries' filters": """
from fastapi import FastAPI
from sqlalchemy import Column, Integer
from sqlalchemy.orm import DeclarativeBase
import pandas as pd
class Base(DeclarativeBase): ...
class Row(Base):
    __tablename__ = "rows"
    id = Column(Integer, primary_key=True)
class Options:
    strict = True
    name = "a"
app = FastAPI()
def read(frame: pd.DataFrame, flag: bool):
    kept = frame.where(Options.strict and flag)
    text = ",".join(Options.name or "b")
    return kept.filter(not Options.strict), text
""",
}
