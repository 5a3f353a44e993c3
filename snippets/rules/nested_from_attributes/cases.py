"""Schemas inside schemas that are validated from objects: which of them read attributes."""

BAD = ["class CustomerOut(BaseModel):"]

_TABLES = """
#= tables.py
from sqlalchemy import ForeignKey
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship
class Base(DeclarativeBase):
    pass
class Item(Base):
    __tablename__ = "items"
    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"))
class Order(Base):
    __tablename__ = "orders"
    id: Mapped[int] = mapped_column(primary_key=True)
    items: Mapped[list[Item]] = relationship()
"""

FOUND = {
    "a list, an object of unknown class": _TABLES
    + """
#= out.py
from pydantic import BaseModel, ConfigDict
class ItemOut(BaseModel):  # !
    id: int
class OrderOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)
    items: list[ItemOut]
#= main.py
import out
import tables
def show(session):
    orders = session.execute(tables.recent())
    return [out.OrderOut.model_validate(order) for order in orders]
""",
    "class Config, an optional": _TABLES
    + """
#= main.py
from typing import List, Optional
from pydantic import BaseModel
from tables import Order
class ItemOut(BaseModel):  # !
    id: int
class OrderOut(BaseModel):
    items: Optional[List[ItemOut]] = None
    class Config:
        from_attributes = True
def show(order: Order):
    return OrderOut.model_validate(order)
""",
    "an inherited setting": _TABLES
    + """
#= main.py
import pydantic as pd
from sqlalchemy.orm import Session
from tables import Order
class Out(pd.BaseModel):
    model_config = {"from_attributes": True}
class ItemOut(pd.BaseModel):  # !
    id: int
class OrderOut(Out):
    items: list[ItemOut] = pd.Field(default_factory=list)
def show(session: Session):
    order = session.get(Order, 1)
    return OrderOut.model_validate(order)
""",
    "a keyword of the class, from_orm": _TABLES
    + """
#= main.py
from pydantic import BaseModel
from tables import Order
class ItemOut(BaseModel):  # !
    id: int
class OrderOut(BaseModel, from_attributes=True):
    items: tuple[ItemOut, ...]
def show(order: Order):
    return OrderOut.from_orm(order)
""",
    "used in two schemas, found once": _TABLES
    + """
#= main.py
from pydantic import BaseModel, ConfigDict
from tables import Order
class ItemOut(BaseModel):  # !
    id: int
class OrderOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)
    items: list["ItemOut"]
class LongOrderOut(OrderOut):
    id: int
def show(order: Order):
    return OrderOut.model_validate(order)
def show_long(order: Order):
    return LongOrderOut.model_validate(order)
""",
}

LOOK_ALIKES = {
    "orm_mode, which v1-config-leftovers tells": """
from pydantic import BaseModel, ConfigDict
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship
class Base(DeclarativeBase): ...
class Owner(Base):
    __tablename__ = "owners"
    id: Mapped[int] = mapped_column(primary_key=True)
class Pet(Base):
    __tablename__ = "pets"
    id: Mapped[int] = mapped_column(primary_key=True)
    owner: Mapped[Owner] = relationship()
class OwnerOut(BaseModel):
    id: int
    class Config:
        orm_mode = True
class PetOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)
    id: int
    owner: OwnerOut
def shown(pet: Pet) -> PetOut:
    return PetOut.model_validate(pet)
""",
    "SQLModel is given the field beside the object": """
from sqlmodel import Field, Relationship, SQLModel
from pydantic import BaseModel
class Span(SQLModel, table=True):
    id: int = Field(primary_key=True)
class Note(SQLModel, table=True):
    id: int = Field(primary_key=True)
    span: Span = Relationship()
class SpanOut(BaseModel):
    id: int
class NoteOut(SQLModel):
    model_config = {"from_attributes": True}
    id: int
    span: SpanOut
def shown(note: Note) -> NoteOut:
    return NoteOut.model_validate(note, update={"span": SpanOut(id=note.span.id)})
""",
    "a common base": _TABLES
    + """
#= main.py
from pydantic import BaseModel, ConfigDict
from tables import Order
class Out(BaseModel):
    model_config = ConfigDict(from_attributes=True)
class ItemOut(Out):
    id: int
class OrderOut(Out):
    items: list[ItemOut]
def show(order: Order):
    return OrderOut.model_validate(order)
""",
    "the argument reaches all levels": _TABLES
    + """
#= main.py
from pydantic import BaseModel, ConfigDict
from tables import Order
class ItemOut(BaseModel):
    id: int
class OrderOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)
    items: list[ItemOut]
def show(order: Order):
    return OrderOut.model_validate(order, from_attributes=True)
""",
    "FastAPI validates": _TABLES
    + """
#= main.py
from fastapi import FastAPI
from pydantic import BaseModel, ConfigDict
from tables import Order
app = FastAPI()
class ItemOut(BaseModel):
    id: int
class OrderOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)
    items: list[ItemOut]
@app.get("/", response_model=OrderOut)
def show():
    return Order(id=1)
""",
    "a dict": _TABLES
    + """
#= main.py
from pydantic import BaseModel, ConfigDict
class ItemOut(BaseModel):
    id: int
class OrderOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)
    items: list[ItemOut]
def show(data: dict):
    return OrderOut.model_validate(data), OrderOut.model_validate({"items": []})
""",
    "a validator converts": _TABLES
    + """
#= main.py
from typing import Annotated
from pydantic import BaseModel, BeforeValidator, ConfigDict, field_validator
from tables import Order
class ItemOut(BaseModel):
    id: int
class OrderOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)
    items: list[ItemOut]
    @field_validator("items", mode="before")
    @classmethod
    def read(cls, value):
        return [{"id": item.id} for item in value]
class Other(BaseModel):
    model_config = ConfigDict(from_attributes=True)
    items: Annotated[list[ItemOut], BeforeValidator(list)]
def show(order: Order):
    return OrderOut.model_validate(order), Other.model_validate(order)
""",
    "no relationship: a column of JSON": """
from pydantic import BaseModel, ConfigDict
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
class Base(DeclarativeBase):
    pass
class Order(Base):
    __tablename__ = "orders"
    id: Mapped[int] = mapped_column(primary_key=True)
    address: Mapped[dict] = mapped_column()
class Address(BaseModel):
    street: str
class OrderOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)
    address: Address
def show(order: Order):
    return OrderOut.model_validate(order)
""",
    "SQLModel, which has the option itself": """
from pydantic import ConfigDict
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship
from sqlmodel import SQLModel
class Base(DeclarativeBase): ...
class Role(Base):
    __tablename__ = "roles"
    id: Mapped[int] = mapped_column(primary_key=True)
class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    role: Mapped[Role] = relationship()
class RoleBase(SQLModel):
    id: int
class RoleRead(RoleBase): ...
class UserRead(SQLModel):
    model_config = ConfigDict(from_attributes=True)
    role: RoleRead
def read(user: User):
    return UserRead.model_validate(user)
""",
}
