"""Numbers with a fraction: whether they are money that people pay, and what computes with them."""

BAD = [
    "balance: Mapped[float] = mapped_column(default=0.0)",
    'return {"cents": int(payment.amount * 100)}',
]

_START = """
from decimal import Decimal
from typing import Annotated
from fastapi import APIRouter, Depends
from pydantic import BaseModel
from sqlalchemy import Column, Float, ForeignKey, Integer, Numeric, func, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, relationship
router = APIRouter()
class Base(DeclarativeBase): ...
"""

FOUND = {
    "a sum in Python, an old column": _START
    + """
class Line(Base):
    __tablename__ = "lines"
    id = Column(Integer, primary_key=True)
    order_id = Column(Integer)
    unit_price = Column(Float, nullable=False)  # !
    quantity = Column(Integer)
@router.get("/orders/{key}/total")
def total(key: int, session: Session = Depends()):
    lines = session.scalars(select(Line).where(Line.order_id == key)).all()
    return sum(line.unit_price * line.quantity for line in lines)
""",
    "a sum in the database": _START
    + """
class Payment(Base):
    __tablename__ = "payments"
    id: Mapped[int] = mapped_column(primary_key=True)
    amount: Mapped[float] = mapped_column(Float(precision=2))  # !
@router.get("/total")
def total(session: Session = Depends()):
    return session.scalar(select(func.sum(Payment.amount)))
""",
    "through a relationship": _START
    + """
class Product(Base):
    __tablename__ = "products"
    id: Mapped[int] = mapped_column(primary_key=True)
    price: Mapped[float]  # !
class Item(Base):
    __tablename__ = "items"
    id: Mapped[int] = mapped_column(primary_key=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("products.id"))
    quantity: Mapped[int]
    product: Mapped["Product"] = relationship(lazy="joined")
@router.get("/items/{key}")
def read(key: int, session: Session = Depends()):
    item = session.get_one(Item, key)
    return {"total": item.quantity * item.product.price}
""",
    "through a variable, with a longer name": _START
    + """
class Product(Base):
    __tablename__ = "products"
    id: Mapped[int] = mapped_column(primary_key=True)
    price_per_unit: Mapped[float]  # !
@router.get("/products/{key}/total")
def read(key: int, quantity: int, session: Session = Depends()):
    product = session.get_one(Product, key)
    price = product.price_per_unit
    return {"total": price * quantity}
""",
    "SQLModel, in a service": """
from fastapi import APIRouter, Depends
from sqlmodel import Field, Session, SQLModel
router = APIRouter()
class Wallet(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    balance: float = 0  # !
class Wallets:
    def __init__(self, session: Session) -> None:
        self.session = session
    def spend(self, key: int, cents: int) -> None:
        wallet = self.session.get(Wallet, key, with_for_update=True)
        wallet.balance -= cents / 100
        self.session.commit()
@router.post("/wallets/{key}")
def spend(key: int, cents: int, session: Session = Depends()):
    Wallets(session).spend(key, cents)
""",
    "cents that are cut": _START
    + """
class Charge(BaseModel):
    amount: float
    fee: float | None = None
@router.post("/a")
def a(charge: Charge):
    return {"cents": int(charge.amount * 100)}  # !
@router.post("/b")
def b(price: float):
    return {"cents": int(100 * price)}  # !
""",
}

LOOK_ALIKES = {
    "exact": _START
    + """
class Line(Base):
    __tablename__ = "lines"
    id: Mapped[int] = mapped_column(primary_key=True)
    price: Mapped[float] = mapped_column(Numeric(10, 2))
    amount: Mapped[Decimal]
    fee_cents: Mapped[int]
@router.get("/total")
def total(session: Session = Depends()):
    lines = session.scalars(select(Line)).all()
    return sum(line.price * 2 + line.amount + line.fee_cents for line in lines)
""",
    "nobody computes with it": _START
    + """
class Offer(Base):
    __tablename__ = "offers"
    id: Mapped[int] = mapped_column(primary_key=True)
    price: Mapped[float]
@router.get("/offers/{key}")
def read(key: int, session: Session = Depends()):
    offer = session.get_one(Offer, key)
    return {"price": offer.price, "name": f"{offer.price} EUR"}
@router.get("/offers")
def cheap(session: Session = Depends()):
    return session.scalars(select(Offer.price).where(Offer.price < 5).order_by(Offer.price)).all()
@router.get("/most")
def most(session: Session = Depends()):
    return session.scalar(select(func.max(Offer.price)))
""",
    "no money": _START
    + """
class Track(Base):
    __tablename__ = "tracks"
    id: Mapped[int] = mapped_column(primary_key=True)
    distance: Mapped[float]
    price_ratio: Mapped[float]
    estimated_cost: Mapped[float]
@router.get("/total")
def total(session: Session = Depends()):
    return sum(t.distance + t.price_ratio + t.estimated_cost for t in session.scalars(select(Track)))
@router.get("/percent")
def percent(share: float, distance: float):
    return int(share * 100) + int(distance * 1000)
""",
    "statistics and markets": _START
    + """
class Usage(Base):
    __tablename__ = "usage"
    id: Mapped[int] = mapped_column(primary_key=True)
    total_tokens: Mapped[int]
    cost: Mapped[float]
class Candle(Base):
    __tablename__ = "candles"
    id: Mapped[int] = mapped_column(primary_key=True)
    price: Mapped[float]
@router.get("/total")
def total(session: Session = Depends()):
    return session.scalar(select(func.sum(Usage.cost))), session.scalar(select(func.sum(Candle.price)))
""",
    "cents that are rounded, or exact": _START
    + """
class Order(Base):
    __tablename__ = "orders"
    id: Mapped[int] = mapped_column(primary_key=True)
    price: Mapped[float] = mapped_column(Numeric(10, 2))
@router.post("/orders/{key}")
def order(key: int, session: Session = Depends()):
    return int(session.get_one(Order, key).price * 100)
class Charge(BaseModel):
    amount: Decimal
    price: float
@router.post("/a")
def a(charge: Charge):
    return int(charge.amount * 100), round(charge.price * 100), int(round(charge.price * 100))
""",
}
