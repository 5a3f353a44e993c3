"""Plain endpoints and dependencies that wait long for another service."""

BAD = ['return Response(draw_report(month), media_type="application/pdf")']

FOUND = {
    "an adapter that only tries again": """
import requests
from fastapi import FastAPI
from requests.adapters import HTTPAdapter
app = FastAPI()
def make() -> requests.Session:
    http = requests.Session()
    http.mount("https://", HTTPAdapter(max_retries=2))
    return http
@app.get("/stock")
def stock() -> str:
    return make().get("https://example.com/stock").text  # !
""",
    "a session without the adapter that another one has": """
import requests
from fastapi import FastAPI
from requests.adapters import HTTPAdapter
app = FastAPI()
class Patient(HTTPAdapter):
    def send(self, request, **kwargs):
        return super().send(request, **{**kwargs, "timeout": 3})
http = requests.Session()
http.mount("https://", Patient())
@app.get("/stock")
def stock() -> str:
    other = requests.Session()
    return other.get("https://example.com/stock").text  # !
""",
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
    "on AWS Lambda, beside an image that reloads": """
#= main.py
import requests
from fastapi import FastAPI
from mangum import Mangum
app = FastAPI()
@app.get("/")
def read() -> str:
    return requests.get("https://example.com").text
handler = Mangum(app)
#= Dockerfile
FROM python:3.13
CMD ["uvicorn", "main:app", "--reload"]
""",
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
    "an adapter that sets a timeout, mounted by the dependency that makes the session": """
import requests
from fastapi import Depends, FastAPI
from requests.adapters import HTTPAdapter
app = FastAPI()
class Patient(HTTPAdapter):
    def send(self, request, **kwargs):
        kwargs.setdefault("timeout", 3)
        return super().send(request, **kwargs)
def get_http() -> requests.Session:
    http = requests.Session()
    http.mount("https://", Patient())
    return http
@app.get("/stock")
def stock(http: requests.Session = Depends(get_http)) -> str:
    return http.get("https://example.com/stock").text
""",
    "an adapter of a kind, in a module of its own": """
#= adapters.py
from requests.adapters import HTTPAdapter
class Waiting(HTTPAdapter):
    def __init__(self, *args, timeout: float, **kwargs):
        self.timeout = timeout
        super().__init__(*args, **kwargs)
    def send(self, request, stream=False, timeout=None, **kwargs):
        return super().send(request, stream, timeout or self.timeout, **kwargs)
#= shared.py
import requests
from adapters import Waiting
session = requests.Session()
session.mount("https://", Waiting(timeout=2))
#= main.py
from fastapi import FastAPI
from shared import session
app = FastAPI()
@app.get("/stock")
def stock() -> str:
    return session.get("https://example.com/stock").text
""",
    "an adapter of a session that an object keeps": """
import requests
from fastapi import FastAPI
from requests.adapters import HTTPAdapter
app = FastAPI()
class Patient(HTTPAdapter):
    def send(self, request, **kwargs):
        kwargs.setdefault("timeout", 3)
        return super().send(request, **kwargs)
class Supplier:
    def __init__(self) -> None:
        self.http = requests.Session()
        self.http.mount("https://", Patient(max_retries=2))
    def stock(self) -> str:
        return self.http.get("https://example.com/stock").text
supplier = Supplier()
@app.get("/stock")
def stock() -> str:
    return supplier.stock()
""",
    "a session of a class that sets a timeout": """
import requests
from fastapi import FastAPI
app = FastAPI()
class Hurried(requests.Session):
    def request(self, *args, **kwargs):
        kwargs.setdefault("timeout", 3)
        return super().request(*args, **kwargs)
@app.get("/stock")
def stock() -> str:
    with Hurried() as http:
        return http.get("https://example.com/stock").text
""",
    "a session whose request has a timeout, by functools.partial": """
import functools
import requests
from fastapi import FastAPI
app = FastAPI()
http = requests.Session()
http.request = functools.partial(http.request, timeout=3)
@app.get("/stock")
def stock() -> str:
    return http.get("https://example.com/stock").text
""",
    "an adapter of a library, which may set one": """
import requests
from fastapi import FastAPI
from polite import PoliteAdapter
app = FastAPI()
def make() -> requests.Session:
    http = requests.Session()
    http.mount("https://", PoliteAdapter())
    return http
@app.get("/stock")
def stock() -> str:
    return make().get("https://example.com/stock").text
""",
    "a session that is given, and made only where it is not": """
import requests
from fastapi import Depends, FastAPI
from requests.adapters import HTTPAdapter
app = FastAPI()
class Patient(HTTPAdapter):
    def send(self, request, **kwargs):
        return super().send(request, **{**kwargs, "timeout": 3})
def get_http():
    http = requests.Session()
    http.mount("https://", Patient())
    return http
def load(path: str, http=None) -> str:
    if http is None:
        http = requests.Session()
    return http.get(f"https://example.com/{path}").text
@app.get("/stock")
def stock(http=Depends(get_http)) -> str:
    return load("stock", http)
""",
}
