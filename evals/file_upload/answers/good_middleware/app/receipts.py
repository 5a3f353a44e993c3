import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Annotated, Any

from fastapi import APIRouter, File, HTTPException, Path, Response, UploadFile
from fastapi.concurrency import run_in_threadpool

from app.storage import folder

router = APIRouter()
Number = Annotated[int, Path(ge=1, lt=2**63)]


@contextmanager
def receipts() -> Iterator[sqlite3.Connection]:
    """A database of its own beside the reports, with the contents in it."""
    with closing(sqlite3.connect(folder() / "receipts.sqlite")) as connection, connection:
        connection.execute(
            "CREATE TABLE IF NOT EXISTS receipts"
            " (id INTEGER PRIMARY KEY, name TEXT, type TEXT, content BLOB)"
        )
        yield connection


def kept(name: str, kind: str, content: bytes) -> int | None:
    with receipts() as connection:
        row = (name, kind, content)
        query = "INSERT INTO receipts (name, type, content) VALUES (?, ?, ?)"
        return connection.execute(query, row).lastrowid


@router.post("/receipts", status_code=201)
async def post_receipt(file: Annotated[UploadFile, File()]) -> dict[str, Any]:
    if (file.size or 0) > 1024 * 1024:
        raise HTTPException(413)
    content = await file.read()
    if content[:5] == b"%PDF-":
        kind = "application/pdf"
    elif content[:4] == b"\x89PNG":
        kind = "image/png"
    else:
        raise HTTPException(422, "neither PDF nor PNG")
    number = await run_in_threadpool(kept, file.filename or "receipt", kind, content)
    return {"id": number, "name": file.filename, "type": kind, "size": len(content)}


@router.get("/receipts/{number}")
def get_receipt(number: Number) -> Response:
    with receipts() as connection:
        query = "SELECT type, content FROM receipts WHERE id = ?"
        row = connection.execute(query, (number,)).fetchone()
    if row is None:
        raise HTTPException(404)
    headers = {"Content-Disposition": "attachment; filename=receipt"}
    return Response(row[1], media_type=row[0], headers=headers)
