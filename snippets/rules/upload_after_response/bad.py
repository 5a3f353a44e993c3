"""Uploads that are stored after the response."""

import asyncio
import os
from pathlib import Path

from fastapi import FastAPI, UploadFile

app = FastAPI()
tasks: set[asyncio.Task[None]] = set()


async def store(name: str, file: UploadFile) -> None:
    """Write an upload to the disk."""
    content = await file.read()
    await asyncio.to_thread(Path(os.environ["UPLOADS"], name).write_bytes, content)


@app.post("/uploads/{number}", status_code=202)
async def upload(number: int, file: UploadFile) -> None:
    """Take a file, and store it in a task."""
    task = asyncio.create_task(store(f"{number}.bin", file))
    tasks.add(task)
    task.add_done_callback(tasks.discard)
