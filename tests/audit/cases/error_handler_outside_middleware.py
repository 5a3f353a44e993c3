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
        await self.app(scope, receive, send)
def create_app():
    app = FastAPI()
    app.add_middleware(RequestId)
    @app.exception_handler(exc_class_or_status_code=Exception)  # !
    async def failed(request, error): ...
    return app
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
}
