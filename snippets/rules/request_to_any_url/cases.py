"""Requests to an address that a client sends, and to others."""

BAD = ["page = await client.get(str(preview.url))"]

_APP = """
import os, urllib.request
from typing import Annotated, Literal
from urllib.parse import urlparse
import aiohttp, httpx, requests
from fastapi import Depends, FastAPI, HTTPException, Query, Request
from pydantic import AnyHttpUrl, BaseModel, HttpUrl
app = FastAPI()
API = os.environ["APP_API"]
"""

FOUND = {
    "requests, a query parameter": _APP
    + """
@app.get("/preview")
def preview(url: str):
    return requests.get(url, timeout=5).text  # !
""",
    "a client in a with, an unannotated parameter": _APP
    + """
@app.get("/preview")
async def preview(url):
    async with httpx.AsyncClient(follow_redirects=True) as client:
        response = await client.get(url)  # !
    return response.text
""",
    "aiohttp, a field that is an HttpUrl, in another module": """
#= loader.py
import aiohttp
async def load(address: str) -> bytes:
    async with aiohttp.ClientSession() as session:
        async with session.get(address) as response:  # !
            return await response.read()
#= main.py
from fastapi import FastAPI
from pydantic import BaseModel, HttpUrl
from loader import load
app = FastAPI()
class Import(BaseModel):
    source: HttpUrl
    name: str
@app.post("/import")
async def create(body: Import):
    return len(await load(str(body.source)))
""",
    "urllib, a dict": _APP
    + """
@app.post("/import")
def load(data: dict):
    with urllib.request.urlopen(data["url"]) as response:  # !
        return response.read()
""",
    "the host alone, the method first": _APP
    + """
@app.get("/status")
def status(host: str = Query(min_length=3)):
    return httpx.request("GET", f"http://{host}/health").status_code  # !
""",
    "several addresses, a loop": _APP
    + """
class Links(BaseModel):
    urls: list[str]
@app.post("/check")
async def check(body: Links):
    found = []
    async with httpx.AsyncClient() as client:
        for url in body.urls:
            found.append((await client.head(url)).status_code)  # !
    return found
""",
    "a webhook that a method tries, the JSON of the request": _APP
    + """
class Hooks:
    def __init__(self):
        self.http = httpx.Client()
    def try_it(self, target: str):
        if not target:
            return None
        return self.http.post(target, json={})  # !
hooks = Hooks()
@app.post("/hooks")
async def add(request: Request):
    body = await request.json()
    hooks.try_it(body["target"].strip())
""",
    "the base of an address": _APP
    + """
@app.get("/models")
def models(base: Annotated[str, Query()]):
    with requests.Session() as session:
        return session.get(base + "/v1/models").json()  # !
""",
    "a tool that is given its arguments by name": """
import httpx
from fastapi import FastAPI, HTTPException
from pydantic import BaseModel
app = FastAPI()
client = httpx.AsyncClient()
class Call(BaseModel):
    tool: str
    arguments: dict[str, str]
async def fetch(url: str) -> str:
    return (await client.get(url)).text  # !
HANDLERS = {"fetch": fetch}
@app.post("/call")
async def call(body: Call):
    handler = HANDLERS.get(body.tool)
    if handler is None:
        raise HTTPException(404)
    return await handler(**body.arguments)
""",
}

LOOK_ALIKES = {
    "a known host": _APP
    + """
@app.get("/users/{name}")
async def user(name: str, query: str):
    async with httpx.AsyncClient() as client:
        return (await client.get(f"{API}/users/{name}?q={query}")).json()
@app.get("/search")
def search(query: str):
    return requests.get("https://api.example.com/search", params={"q": query}).json()
""",
    "compared with known hosts": _APP
    + """
HOSTS = {"example.com"}
@app.get("/preview")
def preview(url: str):
    parsed = urlparse(url)
    if parsed.hostname not in HOSTS:
        raise HTTPException(422)
    return requests.get(url).text
""",
    "checked by a function of the program": _APP
    + """
def refuse_private(url: str) -> None:
    if urlparse(url).hostname == "localhost":
        raise HTTPException(422)
@app.get("/preview")
def preview(url: str):
    refuse_private(url)
    return requests.get(url).text
""",
    "checked by a function of a library": _APP
    + """
from ssrf import validate_url
@app.get("/preview")
async def preview(url: str):
    url = await validate_url(url)
    async with httpx.AsyncClient() as client:
        return (await client.get(url)).text
""",
    "the beginning is compared": _APP
    + """
@app.get("/preview")
def preview(url: str):
    if not url.startswith("https://cdn.example.com/"):
        raise HTTPException(422)
    return requests.get(url).text
""",
    "a validator of the schema": _APP
    + """
from pydantic import field_validator
class Body(BaseModel):
    url: HttpUrl
    @field_validator("url")
    @classmethod
    def known(cls, value):
        assert value.host == "example.com"
        return value
@app.post("/preview")
def preview(body: Body):
    return requests.get(str(body.url)).text
""",
    "one of a few": _APP
    + """
SOURCES = {"a": "https://a.example", "b": "https://b.example"}
@app.get("/load")
def load(source: Literal["a", "b"], other: str):
    return [requests.get(SOURCES[source]), httpx.get(SOURCES.get(other, "https://c.example"))]
""",
    "an address of the settings, a client of another kind": _APP
    + """
@app.get("/load")
def load(key: str, cache: dict, db=None):
    db.get(key)
    cache.get(key)
    return httpx.get(os.environ["URL"])
""",
}
