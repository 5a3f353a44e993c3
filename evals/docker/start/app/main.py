import asyncio
import os

from fastapi import FastAPI

app = FastAPI(title="Greetings")


@app.get("/greetings/{name}")
async def greet(name: str, seconds: float = 0) -> dict[str, str]:
    await asyncio.sleep(min(seconds, 20))
    return {"greeting": f"Hello {name}, from {os.environ.get('HOSTNAME', 'here')}"}
