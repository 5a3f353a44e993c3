"""Handlers of start and end, beside a lifespan."""

BAD = ['@app.on_event("startup")']

_APP = """
#= main.py
from contextlib import asynccontextmanager
from fastapi import FastAPI
@asynccontextmanager
async def lifespan(app):
    yield
app = FastAPI(lifespan=lifespan)
"""
_PLAIN = _APP.replace("lifespan=lifespan", "")

FOUND = {
    "in another module": _APP
    + """
#= start.py
from main import app as application
import fastapi
@application.on_event("shutdown")  # !
def stop(): ...
""",
    "add_event_handler": _APP
    + """
#= start.py
import fastapi, main
def start(): ...
main.app.add_event_handler("startup", start)  # !
""",
    "in a function that gets the app": _APP
    + """
#= start.py
from fastapi import FastAPI
import main
def add(app: FastAPI) -> None:
    @app.on_event("startup")  # !
    async def start(): ...
add(main.app)
""",
    "from a factory": _APP.replace("app = FastAPI", "def create():\n    return FastAPI")
    + """
#= start.py
import fastapi
from main import create
app = create()
@app.on_event("startup")  # !
async def start(): ...
""",
    "on_startup=": """
import fastapi as fa
async def start(): ...
async def lifespan(app):
    yield
app = fa.FastAPI(lifespan=lifespan, on_startup=[start])  # !
""",
}

LOOK_ALIKES = {
    "a start by hand, as for a function of AWS": """
import asyncio
from fastapi import FastAPI
from mangum import Mangum
from somewhere import lifespan
app = FastAPI(lifespan=lifespan)
@app.on_event("startup")
async def connect() -> None: ...
handler = Mangum(app, lifespan="off")
asyncio.get_event_loop().run_until_complete(app.router.startup())
""",
    "no lifespan": _PLAIN
    + """
#= start.py
import fastapi
from main import app
@app.on_event("startup")
async def start(): ...
""",
    "a router's own": _APP
    + """
#= items.py
from fastapi import APIRouter
import main
router = APIRouter()
@router.on_event("startup")
async def start(): ...
main.app.include_router(router)
""",
    "only on_startup": """
from fastapi import FastAPI
async def start(): ...
app = FastAPI(on_startup=[start])
""",
    "another library's event": _APP
    + """
#= bot.py
import fastapi, main
from bots import Bot
bot = Bot()
@bot.on_event("startup")
async def start(): ...
""",
    "the application without a lifespan": _APP
    + """
#= admin.py
from fastapi import FastAPI
import main
admin = FastAPI()
@admin.on_event("startup")
async def start(): ...
""",
}
