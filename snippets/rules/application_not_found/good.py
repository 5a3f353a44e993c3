"""An application, and the server that serves it."""

import os

import uvicorn
from fastapi import FastAPI

app = FastAPI()


@app.get("/")
async def read() -> str:
    """Answer."""
    return "hello"


if __name__ == "__main__":
    uvicorn.run("good:app", port=int(os.environ["APP_PORT"]))
