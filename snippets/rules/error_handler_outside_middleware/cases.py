"""Handlers of every exception."""

BAD = ["@app.exception_handler(Exception)"]

_APP = """
#= main.py
from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
app = FastAPI()
app.add_middleware(CORSMiddleware, allow_origins=["*"])
"""

FOUND = {
    "500, in another module": _APP
    + """
#= errors.py
from fastapi.responses import JSONResponse
from main import app
@app.exception_handler(500)  # !
async def failed(request, error):
    return JSONResponse({}, 500)
""",
    "add_exception_handler in a function": _APP
    + """
#= errors.py
import fastapi
import main
def failed(request, error): ...
def add(app: fastapi.FastAPI) -> None:
    app.add_exception_handler(Exception, failed)  # !
add(main.app)
""",
    "a dictionary, under a name": """
from fastapi import FastAPI
from starlette.middleware.cors import CORSMiddleware as Cors
async def failed(request, error): ...
HANDLERS = {
    ValueError: failed,
    Exception: failed,  # !
}
app = FastAPI(exception_handlers=HANDLERS)
app.add_middleware(Cors, allow_origins=["*"])
""",
    "the status under its name": _APP
    + """
#= errors.py
from fastapi import status
from main import app as application
@application.exception_handler(status.HTTP_500_INTERNAL_SERVER_ERROR)  # !
async def failed(request, error): ...
""",
    "middleware of the program's own": """
from fastapi import FastAPI
class RequestId:
    def __init__(self, app): self.app = app
    async def __call__(self, scope, receive, send):
        async def send_with_id(message):
            if message["type"] == "http.response.start":
                message["headers"].append((b"x-request-id", b"1"))
            await send(message)
        await self.app(scope, receive, send_with_id)
def create_app():
    app = FastAPI()
    app.add_middleware(RequestId)
    @app.exception_handler(exc_class_or_status_code=Exception)  # !
    async def failed(request, error): ...
    return app
""",
    "the CORS headers added by hand: the connection is cut all the same": _APP
    + """
#= errors.py
from fastapi.responses import JSONResponse
from main import app
def with_cors(response):
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response
@app.exception_handler(Exception)  # !
async def failed(request, error):
    return with_cors(JSONResponse({}, 500))
""",
    "an application beside a mounted one": _APP
    + """
#= errors.py
from fastapi import FastAPI
from main import app
inner = FastAPI()
app.mount("/v1", inner)
@app.exception_handler(Exception)  # !
async def failed(request, error): ...
""",
    "a middleware that raises the exception again": """
#= main.py
from fastapi import FastAPI
from fastapi.responses import JSONResponse
app = FastAPI()
@app.middleware("http")
async def measure(request, call_next):
    try:
        response = await call_next(request)
    except Exception:
        print("failed")
        raise
    response.headers["X-Request-ID"] = "a"
    return response
@app.exception_handler(Exception)  # !
async def failed(request, error):
    return JSONResponse({}, 500)
""",
    "a header of BaseHTTPMiddleware": """
from fastapi import FastAPI
app = FastAPI()
@app.middleware("http")
async def security(request, call_next):
    response = await call_next(request)
    response.headers.setdefault("X-Frame-Options", "DENY")
    return response
@app.exception_handler(Exception)  # !
async def failed(request, error): ...
""",
}

LOOK_ALIKES = {
    "an error class of the program": _APP
    + """
#= errors.py
from main import app
class AppError(Exception): ...
@app.exception_handler(AppError)
async def failed(request, error): ...
""",
    "another status": _APP
    + """
#= errors.py
from main import app
@app.exception_handler(404)
async def missing(request, error): ...
""",
    "no middleware": """
from fastapi import FastAPI
app = FastAPI()
@app.exception_handler(Exception)
async def failed(request, error): ...
""",
    "only compression": """
from fastapi import FastAPI
from fastapi.middleware.gzip import GZipMiddleware
app = FastAPI()
app.add_middleware(GZipMiddleware)
@app.exception_handler(Exception)
async def failed(request, error): ...
""",
    "a bare Starlette beside it": _APP
    + """
#= probe.py
from starlette.applications import Starlette
import main
def failed(request, error): ...
probe = Starlette(exception_handlers={Exception: failed})
""",
    "a class called Exception": _APP
    + """
#= errors.py
from main import app
from payments import Exception
@app.exception_handler(Exception)
async def failed(request, error): ...
""",
    "a mounted application: its 500 passes the outer one's CORS": _APP
    + """
#= v1.py
from fastapi import FastAPI
import main
v1 = FastAPI()
main.app.mount("/v1", v1)
async def failed(request, error): ...
v1.add_exception_handler(Exception, failed)
""",
    "which application nobody can tell, one is mounted": _APP
    + """
#= v1.py
from fastapi import FastAPI
import main
async def failed(request, error): ...
def add_handlers(app):
    app.add_exception_handler(Exception, failed)
v1 = FastAPI()
add_handlers(v1)
main.app.mount("/v1", app=v1)
""",
    "a middleware answers for every exception before": """
#= main.py
import time
from fastapi import FastAPI
from fastapi.responses import JSONResponse
from starlette.middleware.base import BaseHTTPMiddleware
class Errors(BaseHTTPMiddleware):
    async def dispatch(self, request, call_next):
        started = time.time()
        try:
            response = await call_next(request)
            response.headers["X-Process-Time"] = str(time.time() - started)
            return response
        except Exception:
            return JSONResponse({"error": "internal"}, 500, headers={"X-Process-Time": "0"})
async def failed(request, error):
    return JSONResponse({}, 500)
app = FastAPI()
app.add_middleware(Errors)
app.add_exception_handler(Exception, failed)
""",
    "an ASGI middleware answers for every exception before": """
#= main.py
from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from fastapi.responses import JSONResponse
class Errors:
    def __init__(self, app): self.app = app
    async def __call__(self, scope, receive, send):
        try:
            await self.app(scope, receive, send)
        except Exception:
            await JSONResponse({}, 500)(scope, receive, send)
async def failed(request, error):
    return JSONResponse({}, 500)
app = FastAPI()
app.add_middleware(Errors)
app.add_middleware(CORSMiddleware, allow_origins=["*"])
app.add_exception_handler(Exception, failed)
""",
    "middleware that adds nothing to the answer": """
from fastapi import FastAPI
class Count:
    requests = 0
    def __init__(self, app): self.app = app
    async def __call__(self, scope, receive, send):
        Count.requests += 1
        await self.app(scope, receive, send)
app = FastAPI()
app.add_middleware(Count)
@app.exception_handler(Exception)
async def failed(request, error): ...
""",
}
FOUND["beside a module that nothing loads"] = """
#= shop/errors.py
from fastapi.responses import JSONResponse
from old_shop.web import app
@app.exception_handler(Exception)
async def failed(request, error):
    return JSONResponse({}, 500)
#= shop/web.py
from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from fastapi.responses import JSONResponse
app = FastAPI()
app.add_middleware(CORSMiddleware, allow_origins=["https://shop.example"])
@app.exception_handler(Exception)  # !
async def failed(request, error):
    return JSONResponse({}, 500)
"""
