"""Plain endpoints and dependencies that wait long for another service."""

BAD = ['return Response(draw_report(month), media_type="application/pdf")']

FOUND = {
    "requests under another name, without a timeout": """
import requests as http
from fastapi import FastAPI
app = FastAPI()
@app.get("/")
def read() -> str:
    return http.get("https://example.com").text  # !
""",
    "a dependency, through another module": """
#= partner.py
import requests
def check(token: str) -> None:
    requests.post("https://example.com", json={"token": token}, timeout=(3, 30))
#= main.py
from fastapi import Depends, FastAPI
import partner
def checked(token: str) -> None:
    partner.check(token)  # !
app = FastAPI(dependencies=[Depends(checked)])
""",
    "one request of two endpoints": """
from urllib.request import urlopen
from fastapi import APIRouter
router = APIRouter()
def load() -> bytes:
    return urlopen("https://example.com").read()
@router.get("/a")
def a() -> bytes:
    return load()  # !
@router.get("/b")
def b() -> bytes:
    return load()
""",
    "httpx told to wait": """
import httpx
from fastapi import FastAPI
app = FastAPI()
SECONDS = 120
@app.get("/a")
def a() -> str:
    return httpx.get("https://example.com", timeout=None).text  # !
@app.get("/b")
def b() -> str:
    return httpx.post("https://example.com", timeout=httpx.Timeout(SECONDS, connect=2)).text  # !
""",
    "clients that are kept": """
import httpx
import requests
from fastapi import FastAPI
app = FastAPI()
session = requests.Session()
@app.get("/a")
def a() -> str:
    return session.get("https://example.com").text  # !
@app.get("/b")
def b() -> str:
    with httpx.Client(timeout=30) as client:
        return client.get("https://example.com").text  # !
""",
    "a method of a service": """
import requests
from fastapi import Depends, FastAPI
app = FastAPI()
class Weather:
    def today(self) -> str:
        return requests.get("https://example.com", timeout=60).text
@app.get("/")
def read(weather: Weather = Depends()) -> str:
    return weather.today()  # !
""",
}

LOOK_ALIKES = {
    "short timeouts": """
import httpx, requests
from urllib.request import urlopen
from fastapi import FastAPI
app = FastAPI()
@app.get("/")
def read() -> str:
    requests.get("https://example.com", timeout=2)
    urlopen("https://example.com", None, 3)
    httpx.get("https://example.com", timeout=httpx.Timeout(4))
    return requests.get("https://example.com", timeout=(1, 5)).text
""",
    "httpx's default": """
import httpx
from fastapi import FastAPI
app = FastAPI()
client = httpx.Client(base_url="https://example.com")
@app.get("/")
def read() -> str:
    client.get("/b")
    return httpx.get("https://example.com").text
""",
    "a limiter of its own": """
import requests
from anyio import CapacityLimiter, to_thread
from fastapi import FastAPI
app = FastAPI()
limiter = CapacityLimiter(20)
def load() -> str:
    return requests.get("https://example.com", timeout=60).text
@app.get("/")
async def read() -> str:
    return await to_thread.run_sync(load, limiter=limiter)
""",
    "a timeout nobody can read": """
import requests
from fastapi import FastAPI
from config import settings
app = FastAPI()
@app.get("/")
def read(**options) -> str:
    requests.get("https://example.com", **options)
    return requests.get("https://example.com", timeout=settings.timeout).text
""",
    "a script and a pause": """
import requests, time
from fastapi import FastAPI
app = FastAPI()
@app.get("/")
def read() -> None:
    time.sleep(10)
def main() -> None:
    requests.get("https://example.com")
""",
    "a get of something else": """
from fastapi import FastAPI
from inventory import requests
app = FastAPI()
cache: dict[str, str] = {}
@app.get("/")
def read() -> str:
    cache.get("a")
    return requests.get("a")
""",
    "fetched once": """
from functools import lru_cache
import requests
from fastapi import FastAPI
app = FastAPI()
@lru_cache(maxsize=1)
def latest() -> str:
    return requests.get("https://example.com/latest").text
@app.get("/")
def read() -> str:
    return latest()
""",
}
