"""CORS with credentials, for all origins and for some."""

BAD = ["app.add_middleware("]

_APP = """
import os
from fastapi import FastAPI
from fastapi.middleware import Middleware
from fastapi.middleware.cors import CORSMiddleware
app = FastAPI()
"""

FOUND = {
    "origins in a variable, all in one line": _APP
    + """
origins = ["http://localhost:3000", "*"]
app.add_middleware(CORSMiddleware, allow_origins=origins, allow_credentials=True)  # !
""",
    "a pattern for everything, Starlette's class by another name": """
import fastapi
from starlette.middleware.cors import CORSMiddleware as Cors
app = fastapi.FastAPI()
app.add_middleware(Cors, allow_origin_regex="https?://.*", allow_credentials=True)  # !
""",
    "a list of middleware": _APP
    + """
other = FastAPI(
    middleware=[
        Middleware(CORSMiddleware, allow_origins=("*",), allow_credentials=True),  # !
    ]
)
""",
    "in a function, in another module, a constant": """
#= options.py
ORIGINS = ["*"]
WITH_COOKIES = True
#= main.py
from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
import options
def add_cors(app: FastAPI) -> None:
    app.add_middleware(
        middleware_class=CORSMiddleware, allow_origins=options.ORIGINS,
        allow_credentials=options.WITH_COOKIES,
    )
def also(app: FastAPI) -> None:
    app.add_middleware(CORSMiddleware, allow_origins=options.ORIGINS, allow_credentials=True)  # !
""".replace("    app.add_middleware(\n", "    app.add_middleware(  # !\n"),
    "around the application": _APP
    + """
wrapped = CORSMiddleware(app, allow_origins=["*"], allow_credentials=True)  # !
""",
    "a class of one's own": _APP
    + """
class Cors(CORSMiddleware):
    pass
app.add_middleware(Cors, allow_origin_regex=".*", allow_credentials=True)  # !
""",
    "options in a dictionary": """
from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
options = {"allow_origins": ["*"], "allow_credentials": True, "allow_methods": ["*"]}
more = dict(allow_origins=["*"], allow_credentials=True)
app = FastAPI()
app.add_middleware(CORSMiddleware, **options)  # !
other = FastAPI()
other.add_middleware(CORSMiddleware, **more)  # !
""",
}

LOOK_ALIKES = {
    "all origins where a developer runs it": """
from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from fastapi.security import HTTPBasic
from settings import config
app = FastAPI()
basic = HTTPBasic()
if config.is_development:
    app.add_middleware(CORSMiddleware, allow_origins=["*"], allow_credentials=True)
else:
    app.add_middleware(CORSMiddleware, allow_origins=config.origins, allow_credentials=True)
""",
    "all origins, no credentials": _APP
    + """
app.add_middleware(CORSMiddleware, allow_origins=["*"], allow_methods=["*"])
app.add_middleware(CORSMiddleware, allow_origins=["*"], allow_credentials=False)
""",
    "some origins": _APP
    + """
app.add_middleware(CORSMiddleware, allow_origins=["https://a.example"], allow_credentials=True)
""",
    "a pattern for one's own": _APP
    + """
app.add_middleware(
    CORSMiddleware, allow_origin_regex=r"https://.*\\.example\\.com", allow_credentials=True
)
""",
    "from the settings": _APP
    + """
app.add_middleware(
    CORSMiddleware, allow_origins=os.environ["ORIGINS"].split(","), allow_credentials=True
)
""",
    "all while one develops": _APP
    + """
DEBUG = bool(os.environ.get("DEBUG"))
app.add_middleware(
    CORSMiddleware,
    allow_origins=["*"] if DEBUG else ["https://a.example"],
    allow_credentials=True,
)
app.add_middleware(CORSMiddleware, allow_origins=["*"], allow_credentials=not DEBUG)
""",
    "an option of the settings": _APP
    + """
def add_cors(app, settings):
    origins = settings.origins
    if settings.allow_all:
        origins = ["*"]
    app.add_middleware(CORSMiddleware, allow_origins=origins, allow_credentials=True)
""",
    "all methods and headers": _APP
    + """
app.add_middleware(
    CORSMiddleware,
    allow_origins=["https://a.example"],
    allow_credentials=True,
    allow_methods=["*"],
    allow_headers=["*"],
)
""",
    "another middleware": _APP
    + """
class Other:
    def __init__(self, app, allow_origins, allow_credentials): self.app = app
app.add_middleware(Other, allow_origins=["*"], allow_credentials=True)
""",
}
