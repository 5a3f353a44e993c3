"""An account, for one front end."""

from typing import Annotated

from fastapi import Cookie, FastAPI
from fastapi.middleware.cors import CORSMiddleware

app = FastAPI()
app.add_middleware(
    CORSMiddleware,
    allow_origins=["https://shop.example"],
    allow_credentials=True,
    allow_methods=["*"],
    allow_headers=["*"],
)


@app.get("/account")
async def read_account(session: Annotated[str, Cookie()]) -> dict[str, str]:
    """Return the account of a session."""
    return {"session": session}
