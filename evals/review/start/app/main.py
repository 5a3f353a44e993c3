import asyncio
import time
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

import requests
from fastapi import BackgroundTasks, Depends, FastAPI, Form, HTTPException, Query
from fastapi.responses import FileResponse
from pydantic import BaseModel, ConfigDict, EmailStr, Field
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.db import Customer, Invoice, SessionDep
from app.security import UNKNOWN, CustomerId, hasher, make_token

app = FastAPI(title="Invoices")
FILES = Path("/srv/invoices")
Id = Annotated[int, Field(ge=1, le=2**31 - 1)]


class SignUp(BaseModel):
    email: EmailStr
    password: str = Field(min_length=10, max_length=200)


class InvoiceOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: int
    subject: str
    amount: Decimal


@app.post("/customers", status_code=201)
async def sign_up(data: SignUp, session: SessionDep) -> dict[str, int]:
    known = await session.scalar(select(Customer.id).where(Customer.email == data.email))
    if known is not None:
        raise HTTPException(409, "there is such a customer")
    password_hash = await asyncio.to_thread(hasher.hash, data.password)
    customer = Customer(email=data.email, password_hash=password_hash)
    session.add(customer)
    await session.commit()
    return {"id": customer.id}


@app.post("/token")
async def log_in(
    username: Annotated[str, Form()], password: Annotated[str, Form()], session: SessionDep
) -> dict[str, str]:
    customer = await session.scalar(select(Customer).where(Customer.email == username))
    known = customer.password_hash if customer else UNKNOWN
    is_right = await asyncio.to_thread(hasher.verify, password, known)
    if customer is None or not is_right:
        raise HTTPException(401, "wrong name or password")
    return {"access_token": make_token(customer.id), "token_type": "bearer"}


@app.get("/me", response_model=None)
async def me(customer_id: CustomerId, session: SessionDep) -> Any:
    return await session.get(Customer, customer_id)


@app.get("/invoices", response_model=list[InvoiceOut])
async def list_invoices(
    customer_id: CustomerId,
    session: SessionDep,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
) -> Any:
    mine = select(Invoice).where(Invoice.customer_id == customer_id)
    return list(await session.scalars(mine.order_by(Invoice.id.desc()).limit(limit)))


@app.get("/invoices/search", response_model=list[InvoiceOut])
async def search(
    customer_id: CustomerId, q: Annotated[str, Query(max_length=100)], session: SessionDep
) -> Any:
    query = f"""
        SELECT id, subject, amount FROM invoices
        WHERE customer_id = {customer_id} AND subject ILIKE '%{q}%' LIMIT 50
    """
    return (await session.execute(text(query))).mappings().all()


@app.get("/invoices/total")
async def total(customer_id: CustomerId, session: SessionDep) -> dict[str, Decimal]:
    query = text("SELECT coalesce(sum(amount), 0) FROM invoices WHERE customer_id = :customer")
    return {"total": await session.scalar(query, {"customer": customer_id}) or Decimal(0)}


@app.get("/invoices/{invoice_id}", response_model=InvoiceOut)
async def show_invoice(invoice_id: Id, customer_id: CustomerId, session: SessionDep) -> Any:
    invoice = await session.get(Invoice, invoice_id)
    if invoice is None:
        raise HTTPException(404, "no such invoice")
    return invoice


@app.get("/files/{name:path}")
async def download(name: str, customer_id: CustomerId) -> FileResponse:
    file = FILES / str(customer_id) / name
    if not file.is_file():
        raise HTTPException(404, "no such file")
    return FileResponse(file)


@app.get("/rates/{currency}")
async def rate(currency: Annotated[str, Field(pattern="^[A-Z]{3}$")]) -> dict[str, float]:
    response = requests.get(f"https://rates.example.com/{currency}", timeout=10)
    response.raise_for_status()
    return {"rate": response.json()["rate"]}


@app.get("/slow")
def slow(seconds: Annotated[float, Query(ge=0, le=2)] = 1) -> dict[str, float]:
    time.sleep(seconds)
    return {"slept": seconds}


@app.post("/invoices/{invoice_id}/pay")
async def pay(invoice_id: Id, customer_id: CustomerId, session: SessionDep) -> dict[str, Decimal]:
    invoice = await session.get(Invoice, invoice_id)
    if invoice is None or invoice.customer_id != customer_id:
        raise HTTPException(404, "no such invoice")
    customer = await session.get_one(Customer, customer_id)
    if customer.credit < invoice.amount:
        raise HTTPException(409, "not enough credit")
    customer.credit -= invoice.amount
    await session.delete(invoice)
    await session.commit()
    return {"credit": customer.credit}


async def remind_all(session: AsyncSession, subject: str) -> None:
    for customer in await session.scalars(select(Customer)):
        session.add(Invoice(customer_id=customer.id, subject=subject, amount=Decimal(0)))
    await session.commit()


def is_admin(customer_id: CustomerId) -> None:
    if customer_id != 1:
        raise HTTPException(403, "not yours to do")


@app.post("/reminders", status_code=202, dependencies=[Depends(is_admin)])
async def remind(
    subject: Annotated[str, Query(max_length=100)], tasks: BackgroundTasks, session: SessionDep
) -> dict[str, str]:
    tasks.add_task(remind_all, session, subject)
    return {"status": "accepted"}
