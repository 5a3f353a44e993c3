"""Whom a server believes about addresses."""

BAD = ['config = uvicorn.Config(app, port=port, forwarded_allow_ips="*")']

FOUND = {
    "uvicorn.run under another name": """
from uvicorn import run as serve
serve("main:app", proxy_headers=True, forwarded_allow_ips="*")  # !
""",
    "the value in another module": """
#= config.py
TRUSTED = "*"
#= run.py
import uvicorn
from config import TRUSTED
uvicorn.run("main:app", forwarded_allow_ips=TRUSTED)  # !
""",
    "a list": """
import uvicorn
def main():
    uvicorn.run("main:app", forwarded_allow_ips=["10.0.0.1", "*"])  # !
""",
    "gunicorn's file": """
#= gunicorn.conf.py
bind = "0.0.0.0:8000"
forwarded_allow_ips = "*"  # !
""",
    "the middleware": """
from fastapi import FastAPI
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware
app = FastAPI()
app.add_middleware(ProxyHeadersMiddleware, trusted_hosts="*")  # !
""",
    "the middleware, wrapped around": """
import uvicorn.middleware.proxy_headers as proxy
from fastapi import FastAPI
app = FastAPI()
wrapped = proxy.ProxyHeadersMiddleware(app, trusted_hosts=["*"])  # !
""",
}

LOOK_ALIKES = {
    "an address": """
import uvicorn
uvicorn.run("main:app", forwarded_allow_ips="10.0.0.1")
""",
    "the environment's": """
import os, uvicorn
uvicorn.run("main:app", forwarded_allow_ips=os.environ["PROXY"])
""",
    "not given": """
import uvicorn
uvicorn.run("main:app", proxy_headers=True)
""",
    "gunicorn's file with an address": """
#= gunicorn.conf.py
forwarded_allow_ips = "10.0.0.1"
""",
    "another variable of that name": """
import fastapi
forwarded_allow_ips = "*"
""",
    "CORS": """
from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
app = FastAPI()
app.add_middleware(CORSMiddleware, allow_origins=["*"])
""",
}
