"""Uploads that are handed on: whether they are read before the endpoint returns."""

BAD = ['task = asyncio.create_task(store(f"{number}.bin", file))']

_APP = """
import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Annotated
from fastapi import FastAPI, File, UploadFile
app = FastAPI()
pool = ThreadPoolExecutor()
tasks = set()
async def store(file: UploadFile): await file.read()
def parse(stream): stream.read()
"""

FOUND = {
    "by keyword, of an optional upload": _APP
    + """
@app.post("/")
async def upload(file: Annotated[UploadFile | None, File()] = None):
    tasks.add(asyncio.ensure_future(store(file=file)))  # !
""",
    "its file, to a thread": _APP
    + """
@app.post("/")
async def upload(file: UploadFile = File(...)):
    pool.submit(parse, file.file)  # !
    asyncio.get_running_loop().run_in_executor(None, parse, file.file)  # !
    threading.Thread(target=parse, args=(file.file,)).start()  # !
""",
    "many of them": _APP
    + """
async def store_all(files): [await file.read() for file in files]
@app.post("/")
async def upload(files: list[UploadFile]):
    app.state.task = asyncio.create_task(store_all(files))  # !
    for file in files:
        tasks.add(asyncio.create_task(store(file)))  # !
""",
    "by a closure": _APP
    + """
@app.post("/")
async def upload(file: UploadFile):
    async def work():
        print(len(await file.read()))
    task = asyncio.create_task(work())  # !
    tasks.add(task)
""",
    "in a service": """
#= service.py
import asyncio
from starlette.datastructures import UploadFile
tasks = set()
class Files:
    async def _store(self, file: UploadFile):
        await file.read()
    def start(self, file: UploadFile) -> None:
        tasks.add(asyncio.create_task(self._store(file)))  # !
#= main.py
from fastapi import FastAPI, UploadFile
from service import Files
app = FastAPI()
@app.post("/")
async def upload(file: UploadFile):
    Files().start(file)
""",
}

LOOK_ALIKES = {
    "read first": _APP
    + """
async def keep(name, content): ...
@app.post("/")
async def upload(file: UploadFile):
    content = await file.read()
    tasks.add(asyncio.create_task(keep(file.filename, content)))
    tasks.add(asyncio.create_task(keep(file.filename, await file.read())))
""",
    "waited for": _APP
    + """
@app.post("/")
async def upload(files: list[UploadFile]):
    jobs = [asyncio.create_task(store(file)) for file in files]
    await asyncio.gather(*jobs)
    task = asyncio.create_task(store(files[0]))
    await task
    await asyncio.get_running_loop().run_in_executor(None, parse, files[0].file)
""",
    "a task group": _APP
    + """
@app.post("/")
async def upload(files: list[UploadFile]):
    async with asyncio.TaskGroup() as tg:
        for file in files:
            tg.create_task(store(file))
""",
    "a background task": _APP
    + """
from fastapi import BackgroundTasks
@app.post("/")
async def upload(file: UploadFile, background: BackgroundTasks):
    background.add_task(store, file)
""",
    "its name alone": _APP
    + """
async def note(file): print(file.filename)
@app.post("/")
async def upload(file: UploadFile):
    tasks.add(asyncio.create_task(note(file)))
""",
    "bytes": _APP
    + """
async def keep(content): ...
@app.post("/")
async def upload(file: Annotated[bytes, File()]):
    tasks.add(asyncio.create_task(keep(file)))
""",
    "the result is asked for": _APP
    + """
@app.post("/")
def upload(file: UploadFile):
    job = pool.submit(parse, file.file)
    return job.result()
""",
}
