"""Paths with and without a text of the request."""

BAD = [
    '(FOLDER / (file.filename or "unnamed")).write_bytes(file.file.read())',
    "return FileResponse(FOLDER / name)",
]

_APP = """
import io, os, re, shutil, tarfile, uuid, zipfile
from pathlib import Path
import aiofiles
from fastapi import APIRouter, FastAPI, File, Form, HTTPException, Query, Request, UploadFile
from fastapi.responses import FileResponse
from pydantic import BaseModel
app = FastAPI()
FOLDER = Path("/srv/files")
UPLOADS = "/srv/uploads"
"""

FOUND = {
    "through an object that the endpoint makes, and a service": """
import os
from dataclasses import dataclass
import aiofiles
from fastapi import FastAPI, Form, UploadFile
from pydantic import BaseModel
class Chunk(BaseModel):
    upload: str
    number: int
@dataclass
class Part:
    upload: str
class Place:
    def __init__(self, name: str):
        self.folder = name
class Service:
    async def save(self, chunk: Chunk, file: UploadFile):
        path = os.path.join("/srv/uploads", chunk.upload, f"{chunk.number}.part")
        async with aiofiles.open(path, "wb") as out:  # !
            await out.write(await file.read())
    def see(self, part: Part):
        return open("/srv/uploads/" + part.upload).read()  # !
    def again(self, place: Place):
        return open(f"/srv/uploads/{place.folder}").read()  # !
service = Service()
app = FastAPI()
@app.post("/a")
async def a(file: UploadFile, upload: str = Form(...), number: int = Form(...)):
    await service.save(Chunk(number=number, upload=upload), file)
@app.get("/b")
def b(upload: str):
    part = Part(upload=upload)
    return service.see(part)
@app.get("/c")
def c(upload: str):
    return service.again(Place(upload))
""",
    "a generator inside an endpoint that only asks whether the file is there": """
from pathlib import Path
import aiofiles
from fastapi import FastAPI, HTTPException
from fastapi.responses import StreamingResponse
app = FastAPI()
LOGS = Path("/var/log/app")
@app.get("/logs")
async def logs(name: str):
    path = LOGS / name
    if not path.exists():
        raise HTTPException(404)
    async def lines():
        async with aiofiles.open(path) as file:  # !
            async for line in file:
                yield line
    return StreamingResponse(lines())
""",
    "os.path.join, a bare UploadFile, after a look at how it ends": _APP
    + """
@app.post("/files")
async def upload(file: UploadFile = File(...)):
    if not file.filename.endswith(".pdf"):
        raise HTTPException(400)
    path = os.path.join(UPLOADS, file.filename)
    with open(path, "wb") as out:  # !
        shutil.copyfileobj(file.file, out)
""",
    "several files, an f-string, aiofiles": _APP
    + """
@app.post("/files")
async def upload(files: list[UploadFile]):
    for file in files:
        extension = file.filename.split(".")[-1].lower()
        if extension not in {"png", "jpg"}:
            raise HTTPException(400)
        async with aiofiles.open(f"{UPLOADS}/{file.filename}", "wb") as out:  # !
            await out.write(await file.read())
""",
    "a query parameter, when the file is there": _APP
    + """
@app.get("/download")
def download(name: str = Query()):
    path = FOLDER / name
    if not path.exists():
        raise HTTPException(404)
    return FileResponse(path)  # !
""",
    "a service in another module, a field of the body": """
#= storage.py
import os
class Storage:
    root = "/srv/files"
    def delete(self, name):
        target = os.path.join(self.root, name)
        if os.path.isfile(target):
            os.remove(target)  # !
#= main.py
from fastapi import FastAPI
from pydantic import BaseModel
from storage import Storage
app = FastAPI()
storage = Storage()
class Delete(BaseModel):
    name: str
    reason: str = ""
@app.post("/delete")
async def delete(body: Delete):
    storage.delete(body.name)
""",
    "a path built by a function, a router with the parameter": _APP
    + """
router = APIRouter(prefix="/static")
def local(name: str) -> Path:
    return (FOLDER / name).resolve()
@router.get("/{name:path}")
async def read(name: str):
    return {"text": local(name).read_text()}  # !
""",
    "the whole path, in a dict": _APP
    + """
@app.post("/read")
async def read(request: Request):
    data = await request.json()
    with open(data["path"]) as file:  # !
        return file.read()
""",
    "a form field that begins the name": _APP
    + """
@app.post("/files")
def save(title: str = Form(), text: str = Form()):
    with open(UPLOADS + "/" + title + ".txt", "w") as out:  # !
        out.write(text)
""",
    "a name that is used again": _APP
    + """
@app.post("/report")
def report(name: str = Form()):
    filename = name
    path = os.path.join(UPLOADS, filename)
    if not filename.endswith(".xlsx"):
        raise HTTPException(400)
    filename = os.path.basename(path)
    return FileResponse(path, filename=filename)  # !
""",
    "a tar that was uploaded": _APP
    + """
@app.post("/import")
async def load(file: UploadFile):
    content = io.BytesIO(await file.read())
    with tarfile.open(fileobj=content) as archive:
        archive.extractall(FOLDER)  # !
""",
    "a task in the background, and a thread": """
import asyncio
from fastapi import BackgroundTasks, FastAPI, UploadFile
app = FastAPI()
def store(name: str, data: bytes) -> None:
    with open(f"/data/{name}", "wb") as out:  # !
        out.write(data)
def archive(folder: str, data: bytes) -> None:
    with open(folder + "/copy", "wb") as out:  # !
        out.write(data)
@app.post("/a")
async def a(upload: UploadFile, folder: str, tasks: BackgroundTasks):
    data = await upload.read()
    tasks.add_task(store, name=upload.filename, data=data)
    await asyncio.to_thread(archive, folder, data)
""",
}

LOOK_ALIKES = {
    "an object that the endpoint makes of what it knows, or that checks it": """
from fastapi import FastAPI
from pydantic import BaseModel, Field, field_validator
class Chunk(BaseModel):
    upload: str
    kind: str = "part"
class Checked(BaseModel):
    upload: str = Field(pattern="[a-z]+")
class Valid(BaseModel):
    upload: str
    @field_validator("upload")
    def is_valid(cls, value):
        if "/" in value:
            raise ValueError
        return value
class Place:
    def __init__(self, name: str):
        self.folder = name.replace("/", "_")
class Service:
    def a(self, chunk: Chunk):
        return open("/srv/uploads/" + chunk.kind).read()
    def b(self, chunk: Chunk):
        return open("/srv/uploads/" + chunk.upload).read()
    def c(self, chunk: Checked):
        return open("/srv/uploads/" + chunk.upload).read()
    def d(self, chunk: Valid):
        return open("/srv/uploads/" + chunk.upload).read()
    def e(self, place: Place):
        return open("/srv/uploads/" + place.folder).read()
service = Service()
app = FastAPI()
@app.get("/a")
def a(upload: str):
    return service.a(Chunk(upload=upload))
@app.get("/b")
def b():
    return service.b(Chunk(upload="first"))
@app.get("/c")
def c(upload: str):
    return service.c(Checked(upload=upload))
@app.get("/d")
def d(upload: str):
    return service.d(Valid(upload=upload))
@app.get("/e")
def e(upload: str):
    return service.e(Place(upload))
""",
    "the endpoint checks before a generator inside it reads": """
from pathlib import Path
import aiofiles
from fastapi import FastAPI, HTTPException
from fastapi.responses import StreamingResponse
from security import is_safe_path
app = FastAPI()
LOGS = Path("/var/log/app")
@app.get("/logs")
async def logs(name: str):
    path = LOGS / name
    if not is_safe_path(LOGS, path):
        raise HTTPException(404)
    async def lines():
        async with aiofiles.open(path) as file:
            async for line in file:
                yield line
    return StreamingResponse(lines())
""",
    "looked up among the known in a lambda": """
from pathlib import Path
from fastapi import FastAPI, HTTPException
from store import characters
app = FastAPI()
FOLDER = Path("characters")
@app.get("/a")
def a(name: str):
    found = next(filter(lambda each: each.name == name, characters), None)
    if found is None:
        raise HTTPException(404)
    return (FOLDER / name).read_text()
@app.get("/b")
def b(name: str):
    found = list(filter(lambda each: each.name == name, characters))
    if not found:
        raise HTTPException(404)
    return (FOLDER / name / "policy.md").read_text()
@app.get("/c")
def c(name: str):
    if not any(map(lambda each: name == each.name, characters)):
        raise HTTPException(404)
    return (FOLDER / name).read_bytes()
@app.get("/d")
def d(name: str):
    assert sum(map(lambda each: each == name, characters)) == 1
    return open(f"characters/{name}").read()
""",
    "one segment of the path": _APP
    + """
@app.get("/files/{name}")
def download(name: str):
    return FileResponse(FOLDER / name)
""",
    "the last part alone": _APP
    + """
@app.post("/files")
async def upload(file: UploadFile, name: str = Form()):
    (FOLDER / Path(file.filename).name).write_bytes(await file.read())
    with open(os.path.join(UPLOADS, os.path.basename(name)), "wb") as out:
        out.write(b"")
""",
    "a name of one's own": _APP
    + """
@app.post("/files")
async def upload(file: UploadFile):
    extension = os.path.splitext(file.filename)[1]
    name = f"{uuid.uuid4()}{extension}"
    with open(os.path.join(UPLOADS, name), "wb") as out:
        out.write(await file.read())
    return {"name": file.filename, "stored": name}
""",
    "resolved, and within the folder": _APP
    + """
@app.get("/files/{name:path}")
def download(name: str):
    path = (FOLDER / name).resolve()
    if not path.is_relative_to(FOLDER) or not path.is_file():
        raise HTTPException(404)
    return FileResponse(path)
@app.get("/other/{name:path}")
def other(name: str):
    target = os.path.abspath(os.path.join(UPLOADS, name))
    if os.path.commonpath([target, UPLOADS]) != UPLOADS:
        raise HTTPException(404)
    return FileResponse(target)
""",
    "relative_to raises": _APP
    + """
@app.get("/files")
def download(name: str):
    path = (FOLDER / name).resolve()
    try:
        path.relative_to(FOLDER)
    except ValueError:
        raise HTTPException(404)
    return FileResponse(path)
""",
    "dots are refused": _APP
    + """
@app.get("/files")
def download(name: str):
    if ".." in name or name.startswith("/"):
        raise HTTPException(400)
    return FileResponse(f"{UPLOADS}/{name}")
@app.get("/parts")
def parts(name: str):
    if ".." in name.split("/"):
        raise HTTPException(400)
    return FileResponse(UPLOADS + "/" + name)
""",
    "checked by a function": _APP
    + """
def safe_path(name: str) -> Path:
    path = (FOLDER / name).resolve()
    if FOLDER not in path.parents:
        raise HTTPException(404)
    return path
@app.get("/files")
def download(name: str):
    return FileResponse(safe_path(name))
""",
    "a name that begins otherwise": _APP
    + """
@app.post("/files")
async def upload(file: UploadFile):
    path = f"{UPLOADS}/{uuid.uuid4()}_{file.filename}"
    with open(path, "wb") as out:
        out.write(await file.read())
""",
    "found in the database": _APP
    + """
@app.get("/files")
async def download(name: str, repository=None):
    document = await repository.by_name(name)
    if document is None:
        raise HTTPException(404)
    return FileResponse(FOLDER / name)
""",
    "the name under which it is saved": _APP
    + """
@app.get("/report")
def report(name: str, other):
    other.open(name)
    return FileResponse(FOLDER / "report.pdf", filename=name)
""",
    "a tar with a filter, a zip": _APP
    + """
@app.post("/import")
async def load(file: UploadFile):
    content = io.BytesIO(await file.read())
    with tarfile.open(fileobj=content) as archive:
        archive.extractall(FOLDER, filter="data")
    with zipfile.ZipFile(content) as archive:
        archive.extractall(FOLDER)
""",
    "a kind from a list": _APP
    + """
from typing import Literal
@app.get("/logs")
def logs(kind: Literal["access", "error"], number: int):
    return FileResponse(f"/var/log/{kind}.{number}.log")
""",
}

FOUND["after a look at the extension alone"] = (
    _APP
    + """
from mimetypes import guess_type
ALLOWED = {".png", ".jpg"}
def extension(name: str) -> str:
    return name.rsplit(".", 1)[-1].lower()
def is_allowed(name: str) -> bool:
    return "." in name and name.rsplit(".", 1)[1].lower() in {"png", "jpg"}
def allowed_file(filename: str) -> bool:
    return Path(filename).suffix in ALLOWED
@app.get("/a")
def a(name: str):
    if not name.endswith(".png"):
        raise HTTPException(400)
    return FileResponse(Path("images") / name)  # !
@app.get("/b")
def b(name: str):
    if Path(name).suffix.lower() not in ALLOWED:
        raise HTTPException(400)
    return FileResponse(UPLOADS + "/" + name)  # !
@app.get("/c")
def c(name: str):
    _, ending = os.path.splitext(name)
    if ending not in ALLOWED:
        raise HTTPException(400)
    return FileResponse(path=os.path.join(UPLOADS, name))  # !
@app.get("/d")
def d(name: str):
    if extension(name) not in ("png", "jpg"):
        raise HTTPException(400)
    return FileResponse("images/" + name)  # !
@app.get("/e")
def e(name: str):
    if not is_allowed(name):
        raise HTTPException(400)
    return FileResponse(FOLDER.joinpath(name))  # !
@app.post("/f")
async def f(file: UploadFile):
    if not allowed_file(file.filename):
        raise HTTPException(400)
    (FOLDER / file.filename).write_bytes(await file.read())  # !
@app.get("/g")
def g(name: str):
    if not re.search(r"\\.(png|jpg)$", name):
        raise HTTPException(400)
    return FileResponse(f"images/{name}")  # !
@app.get("/h")
def h(name: str):
    kind = guess_type(name)[0]
    if kind is None or not kind.startswith("image/"):
        raise HTTPException(400)
    return FileResponse("images/{}".format(name))  # !
@app.get("/i")
def i(name: str):
    if not any(name.endswith(ending) for ending in ALLOWED):
        raise HTTPException(400)
    return FileResponse("images/%s" % name)  # !
@app.get("/j")
def j(name: str):
    if name[-4:] != ".png" or len(name) > 80:
        raise HTTPException(400)
    return FileResponse(Path("images", name))  # !
@app.get("/k")
def k(name: str):
    if os.path.splitext(name)[1].lower() != ".png":
        raise HTTPException(400)
    return FileResponse(Path("images") / name)  # !
@app.get("/l")
def l(name: str):
    if re.match(r".*\\.png$", name) is None:
        raise HTTPException(400)
    return FileResponse(Path("images") / name)  # !
"""
)
FOUND["the folder is set with a slash at its end, in the settings or in another module"] = """
#= config.py
import os
from pydantic_settings import BaseSettings
BASE = "/srv/files/"
ROOT = os.getenv("ROOT", "./files/")
class Settings(BaseSettings):
    folder: str = "uploads/"
settings = Settings()
#= main.py
from fastapi import Depends, FastAPI
from fastapi.responses import FileResponse
from config import BASE, ROOT, settings
app = FastAPI()
class Wanted:
    def __init__(self, name: str):
        self.name = name
@app.get("/a")
def a(name: str):
    return FileResponse(BASE + name)  # !
@app.get("/b")
def b(name: str):
    return FileResponse(ROOT + name)  # !
@app.get("/c")
def c(wanted: Wanted = Depends()):
    return FileResponse(f"{settings.folder}{wanted.name}")  # !
"""
LOOK_ALIKES["more than the extension is looked at"] = (
    _APP
    + """
ALLOWED = {".png", ".jpg"}
def is_image(name: str) -> bool:
    return name.endswith(".png") and "/" not in name
def is_known(name: str) -> bool:
    return name in {"a.png", "b.png"}
@app.get("/a")
def a(name: str):
    if not name.endswith(".png") or "/" in name:
        raise HTTPException(400)
    return FileResponse(FOLDER / name)
@app.get("/b")
def b(name: str):
    if not is_image(name):
        raise HTTPException(400)
    return FileResponse(FOLDER / name)
@app.get("/c")
def c(name: str):
    if not is_known(name):
        raise HTTPException(400)
    return FileResponse(FOLDER / name)
@app.get("/d")
def d(name: str):
    if not re.fullmatch(r"[a-z]+\\.png", name):
        raise HTTPException(400)
    return FileResponse(FOLDER / name)
@app.get("/e")
def e(name: str):
    if not re.match(r"^[\\w-]+\\.png$", name):
        raise HTTPException(400)
    return FileResponse(FOLDER / name)
@app.get("/f")
def f(name: str):
    if Path(name).suffix not in ALLOWED or Path(name).name != name:
        raise HTTPException(400)
    return FileResponse(FOLDER / name)
@app.get("/g")
def g(name: str):
    if re.search(r"\\.\\.|/", name):
        raise HTTPException(400)
    return FileResponse(FOLDER / name)
@app.get("/h")
def h(name: str):
    if name.split("/")[-1] != name:
        raise HTTPException(400)
    return FileResponse(FOLDER / name)
"""
)
FOUND["a dependency gives the name"] = (
    _APP
    + """
from fastapi import Depends
def wanted(name: str, kind: str = "pdf") -> str:
    return f"{name}.{kind}"
def place(folder: str = "a"):
    yield {"folder": folder, "name": "report.pdf"}
@app.get("/a")
def a(name: str = Depends(wanted)):
    return FileResponse(FOLDER / name)  # !
@app.get("/b")
def b(given: dict = Depends(place)):
    return FileResponse(FOLDER / given["folder"] / given["name"])  # !
"""
)
LOOK_ALIKES["a dependency that checks the name, or makes it"] = (
    _APP
    + """
from fastapi import Depends
def wanted(name: str) -> str:
    if "/" in name:
        raise HTTPException(400)
    return name
def place(folder: str = "a"):
    return {"folder": Path(folder).name, "name": "report.pdf"}
@app.get("/a")
def a(name: str = Depends(wanted)):
    return FileResponse(FOLDER / name)
@app.get("/b")
def b(given: dict = Depends(place)):
    return FileResponse(FOLDER / given["folder"] / given["name"])
"""
)
LOOK_ALIKES["a text before it that is no folder"] = (
    _APP
    + """
PREFIX = "report-"
@app.get("/a")
def a(name: str):
    return FileResponse(PREFIX + name)
@app.get("/b")
def b(number: int):
    return FileResponse(UPLOADS + "/" + str(number))
"""
)
