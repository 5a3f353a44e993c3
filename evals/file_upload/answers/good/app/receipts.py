import json
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from fastapi import APIRouter, HTTPException, UploadFile
from fastapi.responses import FileResponse

from app.storage import folder

LARGEST = 2**20
MAGIC = {b"%PDF-": "application/pdf", b"\x89PNG\r\n\x1a\n": "image/png"}

# The form around the file has some bytes of its own.
router = APIRouter(prefix="/receipts", max_body_size=LARGEST + 65_536)


def place(receipt: UUID, suffix: str) -> Path:
    receipts = folder() / "receipts"
    receipts.mkdir(exist_ok=True)
    return receipts / f"{receipt.hex}{suffix}"


@router.post("", status_code=201)
def add_receipt(file: UploadFile) -> dict[str, Any]:
    content = file.file.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise HTTPException(413, "at most 1 MiB")
    kinds = [kind for magic, kind in MAGIC.items() if content.startswith(magic)]
    if not kinds:
        raise HTTPException(415, "send a PDF or PNG file")
    receipt = uuid4()
    told = {"id": str(receipt), "name": file.filename, "type": kinds[0], "size": len(content)}
    place(receipt, ".bin").write_bytes(content)
    place(receipt, ".json").write_text(json.dumps(told))
    return told


@router.get("/{receipt}")
def get_receipt(receipt: UUID) -> FileResponse:
    try:
        told = json.loads(place(receipt, ".json").read_text())
    except FileNotFoundError:
        raise HTTPException(404, "no such receipt") from None
    headers = {"X-Content-Type-Options": "nosniff"}
    file = place(receipt, ".bin")
    return FileResponse(file, media_type=told["type"], filename=told["name"], headers=headers)
