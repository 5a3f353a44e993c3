"""A login that returns to where one came from, on this site."""

from typing import Annotated

from fastapi import FastAPI, Form
from fastapi.responses import RedirectResponse

app = FastAPI()


@app.post("/login")
async def log_in(name: Annotated[str, Form()], next_page: str = "/") -> RedirectResponse:
    """Start a session, and return."""
    if not next_page.startswith("/") or next_page[1:2] in ("/", "\\"):
        next_page = "/"
    response = RedirectResponse(next_page, status_code=303)
    response.set_cookie("user", name, httponly=True)
    return response
