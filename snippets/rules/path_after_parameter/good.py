"""A path without a parameter before the path that matches it, too."""

from fastapi import FastAPI

app = FastAPI()


@app.get("/users/me")
async def read_me() -> dict[str, int]:
    """Return the caller."""
    return {"id": 1}


@app.get("/users/{user_id}")
async def read_user(user_id: int) -> dict[str, int]:
    """Return a user."""
    return {"id": user_id}
