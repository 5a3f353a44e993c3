"""Rows that are deleted, and the keys that refer to them."""

BAD = ["await session.delete(user)"]

_APP = """
from typing import Annotated
from fastapi import Depends, FastAPI, HTTPException
from sqlalchemy import Column, ForeignKey, Integer, delete, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, backref, mapped_column, relationship
class Base(DeclarativeBase): ...
maker = async_sessionmaker(create_async_engine("postgresql+asyncpg://db/x"))
async def get_db():
    async with maker() as session:
        yield session
Db = Annotated[AsyncSession, Depends(get_db)]
app = FastAPI()
"""
_CREATE = """
@app.post("/orders")
async def create(user_id: int, session: Db):
    session.add(Order(user_id=user_id))
    await session.commit()
"""
_DELETE = """
@app.delete("/users/{user_id}")
async def remove(user_id: int, session: Db):
    user = await session.get(User, user_id)
    if user is None:
        raise HTTPException(404)
    await session.delete(user)
    await session.commit()
"""
_FOUND = _DELETE.replace("delete(user)", "delete(user)  # !")


def _tables(collection: str, key: str, more: str = "") -> str:
    return f"""
class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    {collection}
class Order(Base):
    __tablename__ = "orders"
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column({key})
    {more}
"""


_ORDERS = "orders: Mapped[list['Order']] = relationship(back_populates='user')"
_KEY = "ForeignKey('users.id')"

FOUND = {
    "a key that SQLAlchemy sets to NULL": _APP + _tables(_ORDERS, _KEY) + _CREATE + _FOUND,
    "no relationship": _APP + _tables("", _KEY) + _CREATE + _FOUND,
    "a cascade that only the database knows": _APP
    + _tables(_ORDERS, "ForeignKey('users.id', ondelete='CASCADE')")
    + _CREATE
    + _FOUND,
    "a backref, a class as target, a repository": _APP
    + """
class User(Base):
    __tablename__ = "users"
    id = Column(Integer, primary_key=True)
class Order(Base):
    __tablename__ = "orders"
    id = Column(Integer, primary_key=True)
    user_id = Column(Integer, ForeignKey(User.id), nullable=False)
    user = relationship("User", backref=backref("orders", lazy="dynamic"))
class Users:
    def __init__(self, session: Session):
        self.session = session
    def remove(self, user_id: int):
        user = self.session.query(User).filter(User.id == user_id).one()
        self.session.delete(user)  # !
        self.session.commit()
def sync_db() -> Session: ...
@app.delete("/users/{user_id}")
def remove(user_id: int, db: Session = Depends(sync_db)):
    Users(db).remove(user_id)
"""
    + _CREATE,
    "SQLModel": """
from fastapi import FastAPI
from sqlmodel import Field, Relationship, Session, SQLModel, create_engine
class User(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    orders: list["Order"] = Relationship(back_populates="user")
class Order(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    user_id: int = Field(foreign_key="user.id")
    user: User = Relationship(back_populates="orders")
engine = create_engine("sqlite:///x.db")
app = FastAPI()
@app.post("/orders")
def create(user_id: int):
    with Session(engine) as session:
        session.add(Order(user_id=user_id))
        session.commit()
@app.delete("/users/{user_id}")
def remove(user_id: int):
    with Session(engine) as session:
        session.delete(session.get(User, user_id))  # !
        session.commit()
""",
    "a repository for all models, which gets the row from its caller": _APP
    + _tables(_ORDERS, _KEY)
    + _CREATE
    + """
from typing import Generic, TypeVar
M = TypeVar("M", bound=Base)
class Rows(Generic[M]):
    def __init__(self, session: AsyncSession):
        self.session = session
    async def drop(self, row: M) -> None:
        await self.session.delete(row)
        await self.session.commit()
class Users(Rows[User]):
    async def one(self, user_id: int) -> User:
        return await self.session.get_one(User, user_id)
@app.delete("/users/{user_id}")
async def remove(user_id: int, session: Db):
    users = Users(session)
    user = await users.one(user_id)
    await users.drop(user)  # !
""",
    "a repository for all models, which makes and finds the rows": _APP
    + _tables(_ORDERS, _KEY)
    + """
from sqlalchemy import insert
class Rows:
    model = None
    def __init__(self, session: AsyncSession):
        self.session = session
    async def make(self, **values):
        await self.session.execute(insert(self.model).values(**values))
        await self.session.commit()
    async def one(self, key: int):
        return (await self.session.scalars(select(self.model).filter_by(id=key))).one()
    async def drop(self, key: int):
        await self.session.delete(await self.one(key))
        await self.session.commit()
class Users(Rows):
    model = User
class Orders(Rows):
    model = Order
@app.post("/orders")
async def create(user_id: int, session: Db):
    await Orders(session).make(user_id=user_id)
@app.delete("/users/{user_id}")
async def remove(user_id: int, session: Db):
    await Users(session).drop(user_id)  # !
@app.delete("/orders/{order_id}")
async def cancel(order_id: int, session: Db):
    await Orders(session).drop(order_id)
""",
    "a statement, for which no cascade runs": _APP
    + _tables("orders: Mapped[list['Order']] = relationship(cascade='all')", _KEY)
    + _CREATE
    + """
@app.delete("/users/{user_id}")
async def remove(user_id: int, session: Db):
    statement = delete(User).where(User.id == user_id)  # !
    await session.execute(statement)
    await session.commit()
""",
    "a query that deletes, and a key that may be NULL": _APP
    + _tables(_ORDERS, _KEY).replace("user_id: Mapped[int]", "user_id: Mapped[int | None]")
    + _CREATE
    + """
def sync_db() -> Session: ...
@app.delete("/users/{user_id}")
def remove(user_id: int, db: Session = Depends(sync_db)):
    db.query(User).filter(User.id == user_id).delete()  # !
    db.commit()
""",
    "a part of the primary key, which is no IntegrityError": _APP
    + _tables(_ORDERS, _KEY + ", primary_key=True")
    + _CREATE
    + """
@app.delete("/users/{user_id}")
async def remove(user_id: int, session: Db):
    user = await session.get_one(User, user_id)
    try:
        await session.delete(user)  # !
        await session.commit()
    except IntegrityError:
        raise HTTPException(409)
""",
}

LOOK_ALIKES = {
    "a cascade": _APP
    + _tables("orders: Mapped[list['Order']] = relationship(cascade='all, delete-orphan')", _KEY)
    + _CREATE
    + _DELETE,
    "a cascade of the backref": _APP
    + _tables("", _KEY, "user = relationship('User', backref=backref('orders', cascade='all'))")
    + _CREATE
    + _DELETE,
    "the database deletes them": _APP
    + _tables(
        "orders: Mapped[list['Order']] = relationship(passive_deletes=True)",
        "ForeignKey('users.id', ondelete='CASCADE')",
    )
    + _CREATE
    + _DELETE,
    "the database deletes them, and nobody else knows": _APP
    + _tables("", "ForeignKey('users.id', ondelete='cascade')")
    + _CREATE
    + _DELETE,
    "the key may be NULL": _APP
    + _tables(_ORDERS, _KEY).replace("user_id: Mapped[int]", "user_id: Mapped[int | None]")
    + _CREATE
    + _DELETE,
    "the endpoint deletes them or refuses": _APP
    + _tables("", _KEY)
    + _CREATE
    + """
@app.delete("/users/{user_id}")
async def remove(user_id: int, session: Db):
    user = await session.get(User, user_id)
    await session.execute(delete(Order).where(Order.user_id == user_id))
    await session.delete(user)
    await session.commit()
async def refuse(user_id: int, session: Db):
    if await session.scalar(select(func.count()).where(Order.user_id == user_id)):
        raise HTTPException(409)
@app.delete("/free/{user_id}", dependencies=[Depends(refuse)])
async def free(user_id: int, session: Db):
    user = await session.get(User, user_id)
    await session.delete(user)
    await session.commit()
""",
    "the error is a 409": _APP
    + _tables(_ORDERS, _KEY)
    + _CREATE
    + """
@app.delete("/users/{user_id}")
async def remove(user_id: int, session: Db):
    user = await session.get(User, user_id)
    await session.delete(user)
    try:
        await session.commit()
    except IntegrityError:
        raise HTTPException(409)
""",
    "a schema with the name of the children": _APP
    + _tables(_ORDERS, _KEY).replace("user_id: Mapped[int]", "user_id: Mapped[int | None]")
    + _CREATE
    + _DELETE
    + """
#= a_schemas.py
from pydantic import BaseModel
class Order(BaseModel):
    id: int
""",
    "a statement that the database follows": _APP
    + _tables(_ORDERS, "ForeignKey('users.id', ondelete='CASCADE')")
    + _CREATE
    + """
@app.delete("/users/{user_id}")
async def remove(user_id: int, session: Db):
    await session.execute(delete(User).where(User.id == user_id))
    await session.commit()
""",
    "a statement after that for the children, and one that is a 409": _APP
    + _tables(_ORDERS, _KEY)
    + _CREATE
    + """
@app.delete("/users/{user_id}")
async def remove(user_id: int, session: Db):
    await session.execute(delete(Order).where(Order.user_id == user_id))
    await session.execute(delete(User).where(User.id == user_id))
    await session.commit()
@app.delete("/free/{user_id}")
async def free(user_id: int, session: Db):
    statement = delete(User).where(User.id == user_id)
    try:
        await session.execute(statement)
    except IntegrityError:
        raise HTTPException(409)
    await session.commit()
""",
    "nobody makes any": _APP + _tables(_ORDERS, _KEY) + _DELETE,
    "keys of SQLite, which are not checked": _APP.replace("postgresql+asyncpg", "sqlite+aiosqlite")
    + _tables("", _KEY)
    + _CREATE
    + _DELETE,
    "options that are put together elsewhere": _APP
    + "options = load()\n"
    + _tables("orders: Mapped[list['Order']] = relationship(**options)", _KEY)
    + _CREATE
    + _DELETE,
    "the children are deleted": _APP
    + _tables(_ORDERS, _KEY)
    + _CREATE
    + """
@app.delete("/orders/{order_id}")
async def remove(order_id: int, session: Db):
    order = await session.get(Order, order_id)
    await session.delete(order)
    await session.commit()
""",
}
_MIGRATED = """
#= migrations/versions/0001_begin.py
import sqlalchemy as sa
from alembic import op
def upgrade() -> None:
    op.create_table("users", sa.Column("id", sa.Integer(), primary_key=True))
    CREATE
"""
_STATEMENT = """
@app.delete("/users/{user_id}")
async def remove(user_id: int, session: Db):
    await session.execute(delete(User).where(User.id == user_id))MARK
    await session.commit()
"""
_BEGINNINGS = {
    "create_table": """op.create_table(
        "orders",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], HOW),
    )""",
    "a column's key": """op.create_table(
        "orders", sa.Column("user_id", sa.Integer(), sa.ForeignKey("users.id", HOW))
    )""",
    "create_foreign_key": (
        'op.create_foreign_key(None, "orders", "users", ["user_id"], ["id"], HOW)'
    ),
    "in a batch": """with op.batch_alter_table("orders") as batch_op:
        batch_op.create_foreign_key(None, "users", ["user_id"], ["id"], HOW)""",
    "in SQL": 'op.execute("ALTER TABLE orders ADD FOREIGN KEY (user_id) REFERENCES users SQL")',
}
for _name, _create in _BEGINNINGS.items():
    _made = _create.replace("HOW", 'ondelete="CASCADE"').replace("SQL", "ON DELETE SET NULL")
    LOOK_ALIKES[f"a migration says what the database does: {_name}"] = (
        _APP
        + _tables("", _KEY)
        + _CREATE
        + _STATEMENT.replace("MARK", "")
        + _MIGRATED.replace("CREATE", _made)
    )
    _made = _create.replace("HOW", 'name="fk"').replace("SQL", "")
    FOUND[f"a migration says nothing of it: {_name}"] = (
        _APP
        + _tables("", _KEY)
        + _CREATE
        + _STATEMENT.replace("MARK", "  # !")
        + _MIGRATED.replace("CREATE", _made)
    )
FOUND["a migration lets another table follow"] = (
    _APP
    + _tables("", _KEY)
    + _CREATE
    + _STATEMENT.replace("MARK", "  # !")
    + _MIGRATED.replace(
        "CREATE",
        _BEGINNINGS["create_table"].replace("HOW", 'name="fk"')
        + """
    op.create_table(
        "visits",
        sa.Column("user_id", sa.Integer(), sa.ForeignKey("users.id", ondelete="CASCADE")),
    )""",
    )
)
