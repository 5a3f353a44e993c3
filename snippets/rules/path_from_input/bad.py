"""Documents, kept under the names that clients give them."""

import os
from pathlib import Path

from fastapi import FastAPI, UploadFile
from fastapi.responses import FileResponse

FOLDER = Path(os.environ["APP_FOLDER"])
app = FastAPI()


@app.post("/documents")
def upload_document(file: UploadFile) -> dict[str, str]:
    """Keep a document."""
    (FOLDER / (file.filename or "unnamed")).write_bytes(file.file.read())
    return {"status": "stored"}


@app.get("/documents/{name:path}")
def download_document(name: str) -> FileResponse:
    """Return a document."""
    return FileResponse(FOLDER / name)
