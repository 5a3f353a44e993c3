"""Redirects to where a client says, and to elsewhere."""

BAD = ["response = RedirectResponse(next_page, status_code=303)"]

_APP = """
from typing import Annotated
from urllib.parse import quote, urlparse
from fastapi import APIRouter, FastAPI, Form, Query, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel
app = FastAPI()
"""

FOUND = {
    "a query parameter, by keyword": _APP
    + """
@app.get("/logout")
def log_out(redirect_to: Annotated[str | None, Query()] = None):
    return RedirectResponse(url=redirect_to or "/")  # !
""",
    "the query of the request": _APP
    + """
@app.get("/go")
async def go(request: Request):
    target = request.query_params.get("next", "/")
    return RedirectResponse(target)  # !
""",
    "a form field, Starlette's class": """
from fastapi import APIRouter, Form
from starlette.responses import RedirectResponse as Redirect
router = APIRouter()
@router.post("/login")
def log_in(next: str = Form("/")):
    if next:
        return Redirect(next, 302)  # !
    return Redirect("/")
""",
    "a function in another module": """
#= web.py
from fastapi.responses import RedirectResponse
def back(target: str) -> RedirectResponse:
    return RedirectResponse(target, status_code=303)  # !
#= main.py
from fastapi import FastAPI
from web import back
app = FastAPI()
@app.get("/callback")
async def callback(code: str, return_url: str):
    return back(return_url)
""",
    "the beginning of a longer address": _APP
    + """
@app.get("/callback")
def callback(redirect_uri: str, code: str):
    return RedirectResponse(f"{redirect_uri}?code={code}")  # !
""",
    "headers of a response and of an error": _APP
    + """
from fastapi import HTTPException
@app.get("/go")
def go(to: str):
    return Response(status_code=302, headers={"Location": to})  # !
@app.get("/else")
def other(to: str):
    raise HTTPException(status_code=307, headers={"location": to})  # !
""",
    "the header by hand": _APP
    + """
@app.get("/go", status_code=302)
def go(to: str, response: Response):
    response.headers["Location"] = to  # !
""",
}

LOOK_ALIKES = {
    "a path of one's own": _APP
    + """
@app.get("/old/{name}")
def old(name: str, page: str):
    return RedirectResponse(f"/new/{name}?page={page}")
""",
    "one segment of the path": _APP
    + """
@app.get("/to/{name}")
def to(name: str):
    return RedirectResponse(name)
""",
    "a route by name": _APP
    + """
@app.get("/go")
def go(request: Request, name: str):
    return RedirectResponse(request.url_for("read", name=name))
""",
    "compared with this site": _APP
    + """
@app.get("/login")
def log_in(request: Request, next: str = "/"):
    if urlparse(next).netloc not in ("", request.url.netloc):
        next = "/"
    return RedirectResponse(next)
""",
    "checked by a function": _APP
    + """
def safe_next(target: str) -> str:
    return target if target.startswith("/") and not target.startswith("//") else "/"
@app.get("/login")
def log_in(next: str = "/"):
    return RedirectResponse(safe_next(next))
""",
    "a list of clients": _APP
    + """
CLIENTS = {"a": ["https://a.example/callback"]}
@app.get("/authorize")
def authorize(client: str, redirect_uri: str):
    if redirect_uri not in CLIENTS[client]:
        raise ValueError
    return RedirectResponse(redirect_uri)
""",
    "of the database": _APP
    + """
@app.get("/{code}")
async def follow(code: str, links=None):
    link = await links.get(code)
    return RedirectResponse(link.url)
""",
    "what the client itself must send in a header": _APP
    + """
@app.post("/back")
def back(request: Request):
    return RedirectResponse(request.headers.get("referer", "/"), 303)
""",
}
