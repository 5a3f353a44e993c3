"""Worker classes of gunicorn."""

BAD = ['worker_class = "uvicorn.workers.UvicornWorker"']

FOUND = {
    "h11": """
#= gunicorn_conf.py
worker_class = "uvicorn.workers.UvicornH11Worker"  # !
""",
    "a command": """
import subprocess
import fastapi
subprocess.run(["gunicorn", "-k", "uvicorn.workers.UvicornWorker", "main:app"])  # !
""",
    "options of an embedded gunicorn": """
from gunicorn.app.base import BaseApplication
OPTIONS = {
    "bind": "0.0.0.0:8000",
    "worker_class": "uvicorn.workers.UvicornWorker",  # !
}
class Application(BaseApplication): ...
""",
    "imported and inherited from": """
from uvicorn.workers import UvicornWorker as Base  # !
class Worker(Base):
    CONFIG_KWARGS = {"loop": "uvloop"}
""",
    "the module imported": """
import uvicorn.workers  # !
class Worker(uvicorn.workers.UvicornWorker): ...
""",
    "in a shell command": """
import os, fastapi
os.execlp("sh", "sh", "-c", "gunicorn -k uvicorn.workers.UvicornWorker main:app")  # !
""",
}

LOOK_ALIKES = {
    "gunicorn's own": """
#= gunicorn_conf.py
worker_class = "asgi"
""",
    "the package that replaces it": """
#= gunicorn_conf.py
worker_class = "uvicorn_worker.UvicornWorker"
""",
    "a docstring": """
def start():
    '''Not with uvicorn.workers.UvicornWorker, which is deprecated.'''
""",
    "another module of that ending": """
import fastapi
worker_class = "my_uvicorn.workers.UvicornWorker"
""",
    "workers of uvicorn": """
import uvicorn
uvicorn.run("main:app", workers=4)
""",
    "a comment": """
import uvicorn
# worker_class = "uvicorn.workers.UvicornWorker"
""",
}
