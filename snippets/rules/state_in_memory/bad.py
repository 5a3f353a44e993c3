"""Login attempts counted in a module."""

from collections import Counter

from fastapi import FastAPI, HTTPException

MAX_ATTEMPTS = 3

attempts: Counter[str] = Counter()
app = FastAPI()


async def count_attempt(user: str) -> int:
    """Count one more attempt of the user; return how many there were."""
    attempts[user] += 1
    return attempts[user]


@app.post("/login/{user}")
async def login(user: str) -> dict[str, str]:
    """Refuse whoever tries too often."""
    if await count_attempt(user) > MAX_ATTEMPTS:
        raise HTTPException(429, "Too many attempts")
    return {"status": "wrong password"}
