"""The upload that most write first, to compare with."""

from fastapi import FastAPI, UploadFile

app = FastAPI()


@app.get("/healthz")
async def healthz() -> None:
    """Answer 200."""


@app.post("/uploads")
async def create_upload(file: UploadFile) -> int:
    """Read the file at once."""
    return len(await file.read())
