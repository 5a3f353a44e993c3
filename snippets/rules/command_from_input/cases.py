"""Programs that are started with what a client sends."""

BAD = ["found = subprocess.run(command, shell=True, capture_output=True, check=False, timeout=10)"]

_APP = """
import asyncio, os, re, shlex, subprocess, uuid
from enum import Enum
from pathlib import Path
from typing import Annotated, Literal
from fastapi import APIRouter, FastAPI, HTTPException, Query, Request, UploadFile
from pydantic import BaseModel, Field
app = FastAPI()
FOLDER = Path("/srv/files")
"""

FOUND = {
    "os.system and os.popen": _APP
    + """
@app.get("/ping")
def ping(host: str):
    os.system("ping -c 1 " + host)  # !
    return os.popen("nslookup %s" % host).read()  # !
""",
    "a field, by a helper": _APP
    + """
class Task(BaseModel):
    name: str
    branch: str
def run(command: str) -> str:
    return subprocess.check_output(command, shell=True, text=True)  # !
@app.post("/deploy")
def deploy(task: Task):
    return run(f"git checkout {task.branch}")
""",
    "the name of an upload, in a path": _APP
    + """
@app.post("/videos")
async def convert(file: UploadFile):
    path = os.path.join("/srv/videos", file.filename)
    target = FOLDER / f"{file.filename}.mp3"
    command = f'ffmpeg -i "{path}" "{target}"'
    process = await asyncio.create_subprocess_shell(command)  # !
    await process.wait()
""",
    "a shell that is named": _APP
    + """
@app.get("/a")
def a(name: str):
    subprocess.run(["bash", "-c", f"ls {name}"])  # !
@app.get("/b")
async def b(name: str):
    await asyncio.create_subprocess_exec("/bin/sh", "-c", "ls " + name)  # !
""",
    "words joined": _APP
    + """
@app.get("/")
def read(name: str, kind: str = "jpg"):
    words = ["convert", "-quality", "80"]
    words.append(name)
    subprocess.Popen(" ".join(words), shell=True)  # !
    subprocess.getoutput("file {}".format(kind))  # !
""",
    "JSON of the request, a whole command": _APP
    + """
@app.post("/run")
async def run(request: Request):
    data = await request.json()
    return subprocess.run(data["command"], shell=True, capture_output=True)  # !
""",
    "a router of another module, over ssh": """
#= ssh.py
import paramiko
def read_log(name):
    client = paramiko.SSHClient()
    client.connect("host")
    _, out, _ = client.exec_command(f"tail -n 100 /var/log/{name}")  # !
    return out.read()
#= main.py
from fastapi import FastAPI
from ssh import read_log
app = FastAPI()
@app.get("/logs/{name}")
def log(name: str):
    return read_log(name)
""",
    "tools that a dictionary holds, with the arguments of a request": """
import subprocess
from fastapi import FastAPI
from pydantic import BaseModel
app = FastAPI()
class Call(BaseModel):
    name: str
    arguments: dict
def run(arguments):
    return subprocess.check_output(arguments["command"], shell=True)  # !
def count(arguments: dict):
    return subprocess.getoutput("wc -l " + arguments.get("path"))  # !
TOOLS = {"run": run, "count": count}
def call_tool(name: str, arguments: dict):
    return TOOLS[name](arguments)
@app.post("/tools")
def tools(call: Call):
    return call_tool(call.name, call.arguments)
""",
}

LOOK_ALIKES = {
    "lists": _APP
    + """
@app.get("/")
async def read(name: str):
    subprocess.run(["ls", name])
    subprocess.run(["bash", "script.sh", name])
    await asyncio.create_subprocess_exec("ls", name)
    subprocess.run(f"ls {name}".split())
    subprocess.run(shlex.split("ls") + [name], shell=False)
""",
    "quoted": _APP
    + """
@app.get("/")
def read(name: str, other: str):
    safe = shlex.quote(other)
    os.system(f"ls {shlex.quote(name)} {safe}")
""",
    "one of a list, a number, a pattern": _APP
    + """
class Kind(str, Enum):
    small = "small"
SIZES = {"small": "100x100"}
@app.get("/")
def read(
    kind: Kind,
    size: Literal["a", "b"],
    count: int,
    key: uuid.UUID,
    name: Annotated[str, Query(pattern=r"^\\w+$")],
    other: str,
):
    if other not in SIZES:
        raise HTTPException(404)
    os.system(f"resize {kind.value} {size} {count} {key} {name} {other} {SIZES[other]}")
""",
    "matched before": _APP
    + """
@app.get("/")
def read(branch: str):
    if not re.fullmatch(r"[a-z]+", branch):
        raise HTTPException(422)
    subprocess.run(f"git checkout {branch}", shell=True)
""",
    "what the settings say": _APP
    + """
HOST = os.environ["DB_HOST"]
@app.post("/backup")
def backup(name: str):
    path = FOLDER / f"{uuid.uuid4()}.dump"
    subprocess.run(f"pg_dump --host={HOST} > {path}", shell=True)
    return {"name": name}
""",
    "the function of another library": _APP
    + """
@app.get("/")
def read(name: str):
    return system(f"ls {name}"), db.run(f"ls {name}", shell=True)
""",
    "tools that a dictionary holds, with arguments of the service": """
import subprocess
from fastapi import FastAPI
from pydantic import BaseModel
app = FastAPI()
class Call(BaseModel):
    name: str
    arguments: dict
def run(arguments):
    return subprocess.check_output(arguments["command"], shell=True)
def show(arguments):
    return {"sent": arguments["command"]}
TOOLS = {"run": run}
SHOWN = {"show": show}
@app.post("/tools")
def tools(call: Call):
    return TOOLS["run"]({"command": "uptime"})
@app.post("/shown")
def shown(call: Call):
    return SHOWN[call.name](call.arguments)
""",
}
