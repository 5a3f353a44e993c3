"""Uploads that are read before the response, and stored after it."""

import asyncio
import os
from pathlib import Path

from fastapi import FastAPI, UploadFile

app = FastAPI()
tasks: set[asyncio.Task[None]] = set()


async def store(name: str, content: bytes) -> None:
    """Write an upload to the disk."""
    await asyncio.to_thread(Path(os.environ["UPLOADS"], name).write_bytes, content)


@app.post("/uploads/{number}", status_code=202)
async def upload(number: int, file: UploadFile) -> None:
    """Take a file, and store it in a task."""
    task = asyncio.create_task(store(f"{number}.bin", await file.read()))
    tasks.add(task)
    task.add_done_callback(tasks.discard)
