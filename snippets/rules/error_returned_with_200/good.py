"""Errors that are raised."""

from typing import Annotated, Any

from fastapi import Depends, FastAPI, Header, HTTPException, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel

app = FastAPI()
BOOKS = {1: "Emma"}


class Book(BaseModel):
    """A book of the shop."""

    title: str


class Answer(BaseModel):
    """What the shop says."""

    status_code: int
    message: str


class SoldOutError(Exception):
    """The last copy is gone."""


def require_staff(role: Annotated[str, Header()]) -> Any:
    """Refuse customers."""
    if role != "staff":
        raise HTTPException(403, "Staff only")
    return role


@app.get("/books/{book_id}", response_model=None)
async def read_book(book_id: int) -> Any:
    """Return a book."""
    if book_id not in BOOKS:
        raise HTTPException(404, "No such book")
    return {"title": BOOKS[book_id]}


@app.get("/books/{book_id}/model")
async def read_model(book_id: int) -> Book:
    """Return a book by its model."""
    if book_id not in BOOKS:
        raise HTTPException(404, "No such book")
    return Book(title=BOOKS[book_id])


@app.get("/titles/{book_id}", response_model=None)
async def read_title(book_id: int) -> Any:
    """Return a title."""
    if book_id not in BOOKS:
        raise HTTPException(404, "No such book")
    return {"title": BOOKS[book_id]}


@app.get("/stock/{book_id}")
async def read_stock(book_id: int) -> Answer:
    """Say whether a book is there."""
    if book_id not in BOOKS:
        raise HTTPException(404, "No such book")
    return Answer(status_code=200, message="On the shelf")


@app.delete("/books", dependencies=[Depends(require_staff)])
async def delete_books() -> int:
    """Empty the shop."""
    return len(BOOKS)


@app.exception_handler(SoldOutError)
async def answer_sold_out(request: Request, error: SoldOutError) -> Any:
    """Say that there is none left."""
    return JSONResponse({"detail": "Sold out"}, 409)


@app.post("/orders")
async def order() -> None:
    """Order what is sold out."""
    raise SoldOutError
