"""CORS, and what is added after it."""

BAD = ["app.add_middleware("]

_KEY = """
#= key.py
from fastapi.responses import JSONResponse
class ApiKey:
    def __init__(self, app): self.app = app
    async def __call__(self, scope, receive, send):
        if not scope["headers"]:
            await JSONResponse({}, 401)(scope, receive, send)
            return
        await self.app(scope, receive, send)
"""

_AROUND = """
import httpx
from fastapi import FastAPI, Request
from fastapi.middleware.cors import CORSMiddleware
from fastapi.responses import Response, StreamingResponse
from starlette.middleware.base import BaseHTTPMiddleware
client = httpx.AsyncClient()
class Around(BaseHTTPMiddleware):
    async def dispatch(self, request: Request, call_next):
        BODY
app = FastAPI()
app.add_middleware(CORSMiddleware, allow_origins=["https://a.example"])MARK
app.add_middleware(Around)
"""


def _around(mark: str, *body: str) -> str:
    """Return an application with CORS inside a middleware of these statements."""
    return _AROUND.replace("BODY", f"\n{' ' * 8}".join(body)).replace("MARK", mark)


FOUND = {
    "an answer that another service gave": _around(
        "  # !",
        "if request.url.path.startswith('/old'):",
        "    given = await client.get(request.url.path)",
        "    kept = dict(given.headers)",
        "    return Response(given.content, given.status_code, headers=kept)",
        "return await call_next(request)",
    ),
    "an answer with the headers of the request": _around(
        "  # !",
        "echoed = dict(request.headers)",
        "return Response(headers=echoed)",
    ),
    "in another function, from another module": _KEY
    + """
#= wrap.py
from starlette.middleware.cors import CORSMiddleware
from key import ApiKey
def add_cors(application):
    application.add_middleware(CORSMiddleware, allow_origins=["*"])  # !
def add_key(app):
    app.add_middleware(ApiKey)
#= main.py
from fastapi import FastAPI
import wrap
app = FastAPI()
wrap.add_cors(app)
wrap.add_key(app)
""",
    "in a factory, HTTPSRedirectMiddleware": """
import fastapi as fa
from fastapi.middleware.cors import CORSMiddleware as Cors
from fastapi.middleware.httpsredirect import HTTPSRedirectMiddleware
def create_app() -> fa.FastAPI:
    app = fa.FastAPI()
    app.add_middleware(Cors, allow_origins=["https://a.example"])  # !
    app.add_middleware(HTTPSRedirectMiddleware)
    return app
""",
    "a list, whose first is outermost": _KEY
    + """
#= main.py
from fastapi import FastAPI
from fastapi.middleware import Middleware
from fastapi.middleware.cors import CORSMiddleware
from key import ApiKey
app = FastAPI(middleware=[
    Middleware(ApiKey),
    Middleware(CORSMiddleware, allow_origins=["*"]),  # !
])
""",
    "a decorated function below": """
from fastapi import FastAPI, Response
from fastapi.middleware.cors import CORSMiddleware
app = FastAPI()
app.add_middleware(CORSMiddleware, allow_origins=["*"])  # !
@app.middleware("http")
async def refuse(request, call_next):
    if "x" not in request.headers:
        return Response(status_code=403)
    return await call_next(request)
""",
    "BaseHTTPMiddleware that answers through a function": """
from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.responses import PlainTextResponse
def refused():
    return PlainTextResponse("no", 429)
class Limit(BaseHTTPMiddleware):
    async def dispatch(self, request, call_next):
        if request.client is None:
            return refused()
        return await call_next(request)
app = FastAPI()
app.add_middleware(middleware_class=CORSMiddleware, allow_origins=["*"])  # !
app.add_middleware(Limit)
""",
    "a variable that holds what a factory made": _KEY
    + """
#= main.py
from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from key import ApiKey
def create_app():
    app = FastAPI()
    app.add_middleware(CORSMiddleware, allow_origins=["*"])  # !
    return app
app = create_app()
app.add_middleware(ApiKey)
""",
    "a list that a function returns": _KEY
    + """
#= main.py
from fastapi import FastAPI
from fastapi.middleware import Middleware
from fastapi.middleware.cors import CORSMiddleware
from key import ApiKey
def make_middleware() -> list[Middleware]:
    return [
        Middleware(ApiKey),
        Middleware(CORSMiddleware, allow_origins=["*"]),  # !
    ]
app = FastAPI(middleware=make_middleware())
""",
    "a key that only some hosts need not give": """
from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.responses import PlainTextResponse
class ApiKey(BaseHTTPMiddleware):
    async def dispatch(self, request, call_next):
        if request.headers["host"] != "localhost" and "key" not in request.headers:
            return PlainTextResponse("no", 401)
        return await call_next(request)
app = FastAPI()
app.add_middleware(CORSMiddleware, allow_origins=["https://a.example"])  # !
app.add_middleware(ApiKey)
""",
}

LOOK_ALIKES = {
    "the outermost writes the header into what those below it answer": _KEY
    + """
#= main.py
from fastapi import FastAPI, HTTPException, Request
from fastapi.middleware.cors import CORSMiddleware
from fastapi.responses import JSONResponse
from key import ApiKey
app = FastAPI()
app.add_middleware(CORSMiddleware, allow_origins=["https://a.example"])
app.add_middleware(ApiKey)
@app.middleware("http")
async def answer(request: Request, call_next):
    response = await call_next(request)
    response.headers["Access-Control-Allow-Origin"] = "https://a.example"
    return response
""",
    "an answer made anew, with headers that a variable holds": _around(
        "",
        "answer = await call_next(request)",
        "kept = answer.headers.mutablecopy()",
        "del kept['content-length']",
        "parts = answer.body_iterator",
        "return StreamingResponse(parts, answer.status_code, headers=kept)",
    ),
    "an answer made anew, its headers taken one by one": _around(
        "",
        "answer = await call_next(request)",
        "kept = {k: v for k, v in answer.headers.items() if k != 'etag'}",
        "return StreamingResponse(answer.body_iterator, headers=kept)",
    ),
    "an answer with the headers of CORS, or to a foreign origin": """
from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from fastapi.responses import JSONResponse
ALLOWED = ["https://a.example"]
def wrap(app):
    app.add_middleware(CORSMiddleware, allow_origins=ALLOWED)
one = FastAPI()
two = FastAPI()
three = FastAPI()
four = FastAPI()
five = FastAPI()
wrap(one)
@one.middleware("http")
async def catch(request, call_next):
    try:
        return await call_next(request)
    except Exception:
        return JSONResponse({}, 500, headers={"access-control-allow-origin": "*"})
wrap(two)
@two.middleware("http")
async def block(request, call_next):
    if request.headers.get("Origin") not in ALLOWED:
        return JSONResponse({}, 403)
    return await call_next(request)
wrap(three)
@three.middleware("http")
async def fail(request, call_next):
    response = JSONResponse({}, 500)
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response
class Origins:
    def __init__(self, app): self.app = app
    async def __call__(self, scope, receive, send):
        if dict(scope["headers"]).get(b"origin") not in ALLOWED:
            await JSONResponse({}, 403)(scope, receive, send)
            return
        await self.app(scope, receive, send)
wrap(four)
four.add_middleware(Origins)
wrap(five)
@five.middleware("http")
async def check(request, call_next):
    if "origin" in request.headers and request.headers["origin"] not in ALLOWED:
        return JSONResponse({}, 403)
    return await call_next(request)
""",
    "a host that is refused": """
import fastapi as fa
from fastapi.middleware.cors import CORSMiddleware as Cors
from fastapi.middleware.trustedhost import TrustedHostMiddleware as Hosts
def create_app() -> fa.FastAPI:
    app = fa.FastAPI()
    app.add_middleware(Cors, allow_origins=["https://a.example"])
    app.add_middleware(Hosts, allowed_hosts=["api.example"])
    return app
""",
    "CORS last": _KEY
    + """
#= main.py
from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from key import ApiKey
app = FastAPI()
app.add_middleware(ApiKey)
app.add_middleware(CORSMiddleware, allow_origins=["*"])
""",
    "the outer one never answers": """
from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
class Log:
    def __init__(self, app): self.app = app
    async def __call__(self, scope, receive, send):
        await self.app(scope, receive, send)
app = FastAPI()
app.add_middleware(CORSMiddleware, allow_origins=["*"])
app.add_middleware(Log)
""",
    "compression": """
from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from fastapi.middleware.gzip import GZipMiddleware
app = FastAPI()
app.add_middleware(CORSMiddleware, allow_origins=["*"])
app.add_middleware(GZipMiddleware)
""",
    "two applications": _KEY
    + """
#= main.py
from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from key import ApiKey
public, admin = FastAPI(), FastAPI()
one = FastAPI()
one.add_middleware(CORSMiddleware, allow_origins=["*"])
two = FastAPI()
two.add_middleware(ApiKey)
""",
    "a list in the right order": _KEY
    + """
#= main.py
from fastapi import FastAPI
from fastapi.middleware import Middleware
from fastapi.middleware.cors import CORSMiddleware
from key import ApiKey
app = FastAPI(middleware=[Middleware(CORSMiddleware, allow_origins=["*"]), Middleware(ApiKey)])
""",
    "a second CORS for some paths": """
from fastapi import FastAPI, Response
from fastapi.middleware.cors import CORSMiddleware
class PublicCorsMiddleware:
    def __init__(self, app): self.app = app
    async def __call__(self, scope, receive, send):
        if scope["method"] == "OPTIONS":
            await Response()(scope, receive, send)
        await self.app(scope, receive, send)
app = FastAPI()
app.add_middleware(CORSMiddleware, allow_origins=["https://a.example"])
app.add_middleware(PublicCorsMiddleware)
""",
    "an answer made anew, with headers that a function picks": """
from fastapi import FastAPI, Request, Response
from fastapi.middleware.cors import CORSMiddleware
from starlette.middleware.base import BaseHTTPMiddleware
class Format(BaseHTTPMiddleware):
    @classmethod
    def kept(cls, response: Response) -> dict[str, str]:
        return {k: v for k, v in response.headers.items() if k.lower() != "content-length"}
    async def dispatch(self, request: Request, call_next):
        response = await call_next(request)
        return Response("{}", response.status_code, headers=self.kept(response))
app = FastAPI()
app.add_middleware(CORSMiddleware, allow_origins=["*"])
app.add_middleware(Format)
""",
    "an answer made anew, with the headers of the application's": """
from fastapi import FastAPI, Response
from fastapi.middleware.cors import CORSMiddleware
app = FastAPI()
app.add_middleware(CORSMiddleware, allow_origins=["*"])
@app.middleware("http")
async def log_body(request, call_next):
    response = await call_next(request)
    body = b"".join([part async for part in response.body_iterator])
    print(body)
    return Response(body, response.status_code, headers=dict(response.headers))
""",
    "a host that is refused by a class of the project's own, or by the library's from another": """
#= hosts.py
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.middleware.cors import CORSMiddleware as Cors
from starlette.middleware.trustedhost import TrustedHostMiddleware as Library
from starlette.responses import PlainTextResponse
class TrustedHostMiddleware(BaseHTTPMiddleware):
    def __init__(self, app, names: list[str]):
        super().__init__(app)
        self.names = names
    async def dispatch(self, request, call_next):
        if request.headers.get("host") not in self.names:
            return PlainTextResponse("no", 400)
        return await call_next(request)
class HostCheck:
    def __init__(self, app, allowed_hosts):
        self.app, self.allowed = app, allowed_hosts
    async def __call__(self, scope, receive, send):
        if dict(scope["headers"])[b"host"] not in self.allowed:
            await PlainTextResponse("no", 400)(scope, receive, send)
            return
        await self.app(scope, receive, send)
#= main.py
from fastapi import FastAPI
from hosts import Cors, HostCheck, Library, TrustedHostMiddleware
one, two, three = FastAPI(), FastAPI(), FastAPI()
first = FastAPI()
first.add_middleware(Cors, allow_origins=["https://a.example"])
first.add_middleware(TrustedHostMiddleware, names=["api.example"])
second = FastAPI()
second.add_middleware(Cors, allow_origins=["https://a.example"])
second.add_middleware(HostCheck, allowed_hosts=[b"api.example"])
third = FastAPI()
third.add_middleware(Cors, allow_origins=["https://a.example"])
third.add_middleware(Library, allowed_hosts=["api.example"])
""",
}
