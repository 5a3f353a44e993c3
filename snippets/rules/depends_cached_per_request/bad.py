"""Login that locks an account after five wrong passwords."""

from collections import Counter
from typing import Annotated

from fastapi import Depends, FastAPI, Form, HTTPException

app = FastAPI()


class LoginAttempts:
    """Counts wrong passwords."""

    def __init__(self) -> None:
        self.wrong: Counter[str] = Counter()


async def get_attempts() -> LoginAttempts:
    """Return the counts."""
    return LoginAttempts()


AttemptsDep = Annotated[LoginAttempts, Depends(get_attempts)]
Username = Annotated[str, Form()]


async def require_unlocked(username: Username, attempts: AttemptsDep) -> None:
    """Refuse a locked account."""
    if attempts.wrong[username] >= 5:
        raise HTTPException(429)


@app.post("/login", dependencies=[Depends(require_unlocked)])
async def login(
    username: Username, password: Annotated[str, Form()], attempts: AttemptsDep
) -> dict[str, str]:
    """Log in."""
    if password != "correct horse":
        attempts.wrong[username] += 1
        raise HTTPException(401)
    return {"username": username}
