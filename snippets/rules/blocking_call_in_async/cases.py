"""Coroutines that block, and what only looks like it."""

BAD = ['response = rates.get(f"/{currency}")']

FOUND = {
    "the SDK of Docker": """
import docker
from fastapi import FastAPI
class Manager:
    def __init__(self):
        try:
            self.client = docker.from_env()
        except Exception:
            self.client = None
    def names(self):
        return [container.name for container in self.client.containers.list(all=True)]
manager = Manager()
app = FastAPI()
@app.get("/containers")
async def containers():
    return manager.names()  # !
@app.post("/containers")
async def run(image: str):
    client = docker.DockerClient()
    client.images.pull(image)  # !
@app.get("/version")
def version():
    return docker.from_env().version()
""",
    "a service that a base class keeps": """
import time
from typing import Generic, Type, TypeVar
from fastapi import FastAPI
T = TypeVar("T")
class Files:
    def save(self):
        time.sleep(1)
    def read(self):
        time.sleep(1)
    def move(self):
        time.sleep(1)
    def copy(self):
        time.sleep(1)
    def sync(self):
        time.sleep(1)
class Lamps:
    def save(self): ...
class Repository:
    def save(self): ...
class LampRepository(Repository):
    def save(self):
        time.sleep(2)
class Base(Generic[T]):
    def __init__(self, service: T) -> None:
        self.service = service
    @property
    def again(self) -> T:
        return self.service
class Wrong(Generic[T]):
    def __init__(self, service: Type[T], name: str):
        self.service = service
class Untyped:
    def __init__(self, service):
        self.service = service
class Stored:
    def __init__(self, repository: Repository):
        self.repository = repository
class ByArgument(Base[Files]):
    async def run(self):
        self.service.save()  # !
class ByProperty(Base[Files]):
    async def run(self):
        self.again.read()  # !
class Between(Base[T]): ...
class ByTwo(Between[Files]):
    async def run(self):
        self.service.move()  # !
class ByAnnotation(Wrong[Files]):
    def __init__(self, service: Files):
        super().__init__(name="files", service=service)
    async def run(self):
        self.service.copy()  # !
class ByValue(Untyped):
    def __init__(self):
        super().__init__(Files())
    async def run(self):
        self.service.sync()  # !
class Narrower(Stored):
    def __init__(self, repository: LampRepository):
        super().__init__(repository)
    async def run(self):
        self.repository.save()  # !
class Other(Base[Lamps]):
    async def run(self):
        self.service.save()
class Wider(Stored):
    def __init__(self, repository: Repository):
        super().__init__(repository)
    async def run(self):
        self.repository.save()
app = FastAPI()
@app.get("/")
async def read():
    await ByArgument(Files()).run()
    await ByProperty(Files()).run()
    await ByTwo(Files()).run()
    await ByAnnotation(Files()).run()
    await ByValue().run()
    await Narrower(LampRepository()).run()
    await Other(Lamps()).run()
    await Wider(Repository()).run()
""",
    "endpoints that are methods": """
import time
from fastapi import APIRouter, FastAPI
class Base:
    def __init__(self, prefix: str):
        self.router = APIRouter(prefix=prefix)
        self.router.add_api_route("/", self.list, methods=["GET"])
        self.router.add_api_route(path="/{number}", endpoint=self.read)
        self.register()
    def register(self):
        self.router.post("/", status_code=201)(self.add)
    async def list(self):
        time.sleep(1)  # !
    async def read(self, number: int):
        self.wait()  # !
    async def add(self):
        time.sleep(1)  # !
    def wait(self):
        time.sleep(1)
    def wait_long(self):
        time.sleep(9)
class Heir(Base):
    async def list(self):
        await super().list()
        time.sleep(2)  # !
    async def read(self, number: int):
        super().wait_long()  # !
class Late:
    async def get(self):
        time.sleep(4)  # !
    def plain(self):
        time.sleep(5)
app = FastAPI()
app.include_router(Base("/b").router)
app.include_router(Heir("/h").router)
late = Late()
app.add_api_route("/late", late.get)
app.add_api_route("/plain", endpoint=late.plain)
""",
    "queries, where they run": """
from asyncio import to_thread
from fastapi import Depends, FastAPI
from pymongo import MongoClient
from sqlalchemy import create_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
engine = create_engine("postgresql+psycopg://db/app")
users = MongoClient("mongodb://db")["app"]["users"]
app = FastAPI()
class Base(DeclarativeBase): ...
class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
def get_db():
    with Session(engine) as session:
        yield session
@app.get("/a")
async def a(name: str = "", db: Session = Depends(get_db)):
    query = db.query(User)
    if name:
        query = query.filter(User.name == name)
    return query.all()  # !
@app.get("/b")
async def b(db: Session = Depends(get_db)):
    query = db.query(User)
    query = query.order_by(User.id)
    for user in query:  # !
        print(user)
def newest(db: Session):
    return db.query(User).order_by(User.id.desc())
@app.get("/c")
async def c(db: Session = Depends(get_db)):
    chosen = newest(db)
    return [
        user.name
        for user in chosen  # !
    ]
class Users:
    def __init__(self, db: Session):
        self.db = db
    def query(self):
        return self.db.query(User)
    def all(self):
        return list(self.query())
@app.get("/d")
async def d(db: Session = Depends(get_db)):
    return Users(db).all()  # !
@app.get("/e")
async def e():
    cursor = users.find({})
    cursor = cursor.sort("name")
    return list(cursor)  # !
@app.get("/f")
async def f(db: Session = Depends(get_db)):
    query = db.query(User)
    return query[:10]  # !
""",
    "a Session, also where its calls are awaited": """
from collections.abc import AsyncGenerator
from typing import Annotated
from fastapi import Depends, FastAPI
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import Session, sessionmaker
engine = create_async_engine("postgresql+asyncpg://db/app")
Maker = async_sessionmaker(engine)
app = FastAPI()
from sqlalchemy import create_engine
Plain = sessionmaker(create_engine("postgresql+psycopg://db/app"))
def get_db() -> Session:
    with Plain() as session:
        yield session
@app.post("/a")
async def a(db: Session = Depends(get_db)):
    db.commit()  # !
""",
    "what fastapi-users calls after a registration": """
import smtplib
from fastapi import FastAPI
from fastapi_users import BaseUserManager
app = FastAPI()
class Manager(BaseUserManager):
    async def on_after_register(self, user, request=None):
        smtplib.SMTP("mail").send_message(user.email)  # !
""",
    "on AWS Lambda, and in an image that serves": """
#= main.py
import requests
from fastapi import FastAPI
from mangum import Mangum
app = FastAPI()
@app.get("/")
async def read() -> str:
    return requests.get("https://example.com", timeout=9).text  # !
handler = Mangum(app)
#= Dockerfile
FROM python:3.13
CMD ["uvicorn", "main:app"]
""",
    "psutil measures for a second": """
import psutil
from fastapi import FastAPI
app = FastAPI()
@app.get("/load")
async def load() -> float:
    return psutil.cpu_percent(interval=1)  # !
@app.get("/loads")
async def loads() -> list[float]:
    return psutil.cpu_percent(0.5, percpu=True)  # !
@app.get("/times")
async def times() -> object:
    return psutil.cpu_times_percent(interval=2)  # !
""",
    "services whose library is synchronous": """
import boto3
import stripe
from elasticsearch import Elasticsearch
from fastapi import FastAPI
from openai import OpenAI
from twilio.rest import Client
app = FastAPI()
payments = stripe.StripeClient("sk_test")
sms = Client("account", "token")
search = Elasticsearch("http://search:9200")
queue = boto3.client("sqs")
dynamo = boto3.resource("dynamodb")
@app.post("/checkout")
async def checkout() -> str:
    return stripe.checkout.Session.create(mode="payment").url  # !
@app.post("/refunds")
async def refund(charge: str) -> None:
    payments.v1.refunds.create({"charge": charge})  # !
@app.post("/codes")
async def send_code(number: str) -> None:
    sms.messages.create(to=number, body="1234")  # !
@app.get("/notes")
async def find_notes(text: str) -> dict:
    return search.search(index="notes", query={"match": {"text": text}})  # !
@app.get("/items/{id}")
async def item(id: str) -> dict:
    table = dynamo.Table("items")
    return table.get_item(Key={"id": id})  # !
@app.post("/events")
async def publish(text: str) -> None:
    queue.send_message(QueueUrl="u", MessageBody=text)  # !
@app.post("/answers")
async def answer(question: str) -> str:
    client = OpenAI()
    completions = client.chat.completions
    return completions.create(model="m", messages=[]).choices[0].message.content  # !
""",
    "documents of a database": """
from fastapi import Depends, FastAPI
from pymongo import MongoClient
from pymongo.database import Database
client = MongoClient("mongodb://db")
notes = client["app"]["notes"]
app = FastAPI()
@app.get("/notes/{id}")
async def read(id: str):
    return notes.find_one({"_id": id})  # !
@app.post("/users")
async def add(name: str):
    database = client.get_database("app")
    database.users.insert_one({"name": name})  # !
""",
    "jobs, through the library of a queue": """
#= jobs.py
import dramatiq
from celery import Celery, shared_task
app = Celery("app")
@app.task
def resize(id: int) -> None: ...
@shared_task(bind=True)
def notify(self, id: int) -> None: ...
@dramatiq.actor
def clean(id: int) -> None: ...
#= main.py
from fastapi import FastAPI
from redis import Redis
from rq import Queue
import jobs
from jobs import clean, notify
app = FastAPI()
queue = Queue(connection=Redis())
@app.post("/resize")
async def start_resize(id: int) -> None:
    jobs.resize.delay(id)  # !
@app.post("/notify")
async def start_notify(id: int) -> None:
    result = notify.apply_async(args=[id])  # !
@app.post("/clean")
async def start_clean(id: int) -> None:
    clean.send(id)  # !
@app.post("/count")
async def start_count(id: int) -> None:
    queue.enqueue("jobs.count", id)  # !
@app.post("/by-name")
async def start_by_name(id: int) -> None:
    jobs.app.send_task("jobs.other", args=[id])  # !
""",
    "tables, images, archives and documents": """
import shutil
import zipfile
from pathlib import Path
import pandas as pd
import polars as pl
from fastapi import FastAPI, UploadFile
from PIL import Image
from weasyprint import HTML
DATA = Path("/data")
app = FastAPI()
@app.post("/prices")
async def prices(file: UploadFile) -> int:
    return len(pd.read_excel(file.file))  # !
@app.get("/sums")
async def sums() -> list:
    return pl.scan_parquet("/data/x").filter(pl.col("a") > 1).collect().to_dicts()  # !
@app.post("/avatars")
async def avatar(file: UploadFile) -> None:
    image = Image.open(file.file)
    image.thumbnail((64, 64))  # !
@app.post("/import")
async def unpack(file: UploadFile) -> None:
    with zipfile.ZipFile(file.file) as archive:
        archive.extractall(DATA)  # !
@app.post("/files")
async def keep(file: UploadFile) -> None:
    with open("/data/x", "wb") as kept:
        shutil.copyfileobj(file.file, kept)  # !
@app.get("/invoice")
async def invoice() -> bytes:
    return HTML(string="<p>1</p>").write_pdf()  # !
@app.get("/terms")
async def terms(language: str) -> str:
    return (DATA / language / "terms.txt").read_text()  # !
""",
    "keys, of a provider or new": """
import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from fastapi import Depends, FastAPI
keys = jwt.PyJWKClient("https://id.example/keys")
async def user(token: str) -> dict:
    key = keys.get_signing_key_from_jwt(token)  # !
    return jwt.decode(token, key, algorithms=["RS256"])
app = FastAPI()
@app.post("/keys")
async def make_key(user: dict = Depends(user)) -> None:
    rsa.generate_private_key(65537, 4096)  # !
""",
    "requests under another name": """
import requests as http
from fastapi import FastAPI
app = FastAPI()
@app.get("/")
async def read() -> str:
    return http.get("https://example.com", timeout=3).text  # !
""",
    "sleep in a dependency of another module": """
#= deps.py
from time import sleep as pause
async def slow_down() -> None:
    pause(1)  # !
#= main.py
from fastapi import Depends, FastAPI
from deps import slow_down
app = FastAPI(dependencies=[Depends(slow_down)])
@app.get("/")
async def read() -> str:
    return "a"
""",
    "through plain functions, once for two endpoints": """
#= rates.py
import httpx
def load() -> str:
    return httpx.get("https://example.com").text
def rate() -> float:
    return float(load())
#= main.py
from fastapi import APIRouter
import rates
router = APIRouter()
@router.get("/a")
async def a() -> float:
    return rates.rate()  # !
@router.get("/b")
async def b() -> float:
    return rates.rate()
""",
    "a synchronous session": """
from typing import Annotated
from fastapi import Depends, FastAPI
from sqlalchemy import create_engine, select, text
from sqlalchemy.orm import Session, sessionmaker
app = FastAPI()
maker = sessionmaker(create_engine("postgresql://db/a"))
def get_db():
    with maker() as session:
        yield session
@app.get("/")
async def read(db: Annotated[Session, Depends(get_db)]) -> int:
    return db.execute(text("SELECT 1")).scalar_one()  # !
@app.get("/users")
async def users(session=Depends(get_db)):
    return session.query(1).all()  # !
""",
    "subprocess in a service's method": """
import subprocess
from fastapi import FastAPI
class Converter:
    async def convert(self, path: str) -> bytes:
        return subprocess.check_output(["convert", path])  # !
app = FastAPI()
converter = Converter()
@app.post("/")
async def upload(path: str) -> int:
    return len(await converter.convert(path))
""",
    "Redis, S3 and SMTP": """
import smtplib
import boto3
from redis import Redis
from fastapi import FastAPI
app = FastAPI()
cache = Redis(host="redis")
s3 = boto3.client("s3")
@app.get("/a")
async def a() -> bytes:
    return cache.hgetall("a")  # !
@app.get("/b")
async def b():
    return s3.list_objects_v2(Bucket="b")  # !
@app.get("/c")
async def c():
    with smtplib.SMTP("mail") as server:  # !
        server.sendmail("a", "b", "c")
""",
    "in middleware": """
import urllib.request
from fastapi import FastAPI
app = FastAPI()
@app.middleware("http")
async def check(request, call_next):
    urllib.request.urlopen("https://example.com/flags")  # !
    return await call_next(request)
""",
    "awaited as the method of something unknown": """
import requests
from fastapi import Depends, FastAPI
app = FastAPI()
class Billing:
    async def charge_card(self) -> None:
        requests.post("https://pay.example.com", timeout=5)  # !
@app.post("/")
async def pay(container=Depends(lambda: None)) -> None:
    await container.billing.charge_card()
""",
    "on Linux, and on all but macOS": """
import platform
import subprocess
import sys
from fastapi import FastAPI
app = FastAPI()
@app.delete("/{folder}")
async def remove(folder: str):
    if platform.system() == "Linux":
        subprocess.run(["chattr", "-i", folder])  # !
@app.put("/{folder}")
async def put(folder: str):
    if sys.platform == "darwin":
        print(folder)
    else:
        subprocess.run(["lsattr", folder])  # !
""",
    "an archive that is packed, or a file": """
import io
from zipfile import ZIP_DEFLATED, ZipFile
from fastapi import FastAPI
app = FastAPI()
@app.get("/a")
async def a(content: bytes):
    buffer = io.BytesIO()
    with ZipFile(buffer, "w", ZIP_DEFLATED) as archive:
        archive.writestr("a", content)  # !
@app.get("/b")
async def b(content: bytes):
    with ZipFile("a.zip", "w") as archive:
        archive.writestr("a", content)  # !
@app.get("/c")
async def c(content: bytes):
    with ZipFile(io.BytesIO(), "w") as archive:
        archive.writestr("a", content, compress_type=ZIP_DEFLATED)  # !
@app.get("/d")
async def d(content: bytes, archive: ZipFile):
    archive.writestr("a", content)  # !
""",
    "run on a loop of its own, and awaited by an endpoint": """
import asyncio
import time
from fastapi import Depends, FastAPI
app = FastAPI()
async def work() -> None:
    time.sleep(1)  # !
async def check() -> None:
    time.sleep(1)  # !
class Jobs:
    async def do_all(self) -> None:
        time.sleep(1)  # !
def run_all() -> None:
    asyncio.run(work())
    asyncio.run(check())
    asyncio.run(Jobs().do_all())
@app.get("/a", dependencies=[Depends(check)])
async def a(jobs=Depends(lambda: None)) -> None:
    await work()
    await jobs.do_all()
@app.get("/b")
def b() -> None:
    run_all()
""",
    "a flag that is True, or may be": """
import time
import requests
from fastapi import FastAPI
app = FastAPI()
def check(is_strict: bool = False) -> None:
    if is_strict:
        requests.get("https://example.com", timeout=3)
def both(is_strict: bool = False) -> None:
    if is_strict:
        requests.get("https://example.com", timeout=3)
    time.sleep(1)
def otherwise(is_fast: bool = False) -> None:
    if is_fast:
        return
    else:
        time.sleep(2)
async def wait(slowly: bool = False) -> None:
    if slowly:
        time.sleep(1)  # !
@app.get("/a")
async def a() -> None:
    check(is_strict=True)  # !
@app.get("/b")
async def b(options: dict, is_strict: bool) -> None:
    await wait()
    await wait(is_strict)
    both()  # !
@app.get("/c")
async def c() -> None:
    otherwise()  # !
@app.get("/d")
async def d(is_strict: bool = False) -> None:
    if is_strict:
        time.sleep(1)  # !
""",
    "a Session for code of a Session": """
from fastapi import Depends, FastAPI
from sqlalchemy.orm import Session
from models import Reminder, get_db
app = FastAPI()
class Service:
    @staticmethod
    def all(db: Session, user: int):
        return db.query(Reminder).filter_by(user=user).all()
@app.get("/reminders")
async def read(db: Session = Depends(get_db)):
    return Service.all(db=db, user=1)  # !
""",
    "clients that the application keeps": """
from contextlib import asynccontextmanager
import redis
import requests
from fastapi import FastAPI, Request
@asynccontextmanager
async def lifespan(app: FastAPI):
    app.state.cache = redis.Redis()
    app.http = requests.Session()
    yield {"store": redis.Redis(db=2)}
app = FastAPI(lifespan=lifespan)
@app.get("/a")
async def a(request: Request):
    return request.app.state.cache.get("a")  # !
@app.get("/b")
async def b(request: Request):
    return request.state.store.get("b")  # !
@app.get("/c")
async def c(request: Request):
    return request.app.http.get("https://example.com", timeout=3).text  # !
""",
}

LOOK_ALIKES = {
    "queries that are only made, and run in a thread": """
from asyncio import to_thread
from fastapi import Depends, FastAPI
from pymongo import MongoClient
from sqlalchemy import create_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
engine = create_engine("postgresql+psycopg://db/app")
users = MongoClient("mongodb://db")["app"]["users"]
app = FastAPI()
class Base(DeclarativeBase): ...
class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
def get_db():
    with Session(engine) as session:
        yield session
@app.get("/a")
async def a(name: str = "", db: Session = Depends(get_db)):
    query = db.query(User).filter(User.name == name)
    return await to_thread(query.all)
@app.get("/b")
async def b(db: Session = Depends(get_db)):
    return await to_thread(db.query(User).first)
@app.get("/c")
async def c():
    cursor = users.find({})
    return await to_thread(list, cursor)
@app.get("/d")
async def d(db: Session = Depends(get_db)):
    chosen = db.query(User.id).subquery()
    return await to_thread(lambda: db.query(User).filter(User.id.in_(chosen)).all())
""",
    "an AsyncSession that is annotated as a Session": """
from collections.abc import AsyncGenerator
from typing import Annotated
from fastapi import Depends, FastAPI
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import Session, sessionmaker
engine = create_async_engine("postgresql+asyncpg://db/app")
Maker = async_sessionmaker(engine)
app = FastAPI()
async def get_db() -> AsyncGenerator[Session, None]:
    async with Maker() as session:
        yield session
DB = Annotated[Session, Depends(get_db)]
@app.get("/a")
async def a(db: Session = Depends(get_db)):
    db.query(1)
    db.commit()
@app.get("/b")
async def b(db: DB):
    await save(db)
    db.commit()
async def save(db: Session):
    await db.execute(select(1))
    db.commit()
""",
    "on AWS Lambda, beside an image that reloads": """
#= main.py
import requests
from fastapi import FastAPI
from mangum import Mangum
app = FastAPI()
@app.get("/")
async def read() -> str:
    return requests.get("https://example.com", timeout=9).text
handler = Mangum(app)
#= Dockerfile
FROM python:3.13
CMD ["uvicorn", "main:app", "--reload"]
""",
    "a query that is built here, and sent in a thread": """
import asyncio
from fastapi import Depends, FastAPI
from sqlalchemy import create_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
engine = create_engine("postgresql+psycopg://db/app")
app = FastAPI()
class Base(DeclarativeBase): ...
class Row(Base):
    __tablename__ = "rows"
    id: Mapped[int] = mapped_column(primary_key=True)
def get_db():
    with Session(engine) as session:
        yield session
@app.get("/rows")
async def read(session: Session = Depends(get_db)) -> list[int]:
    rows = await asyncio.to_thread(session.query(Row).filter(Row.id > 3).all)
    first = await asyncio.to_thread(session.query(Row).first)
    return [row.id for row in [*rows, first]]
""",
    "the address of the host itself, by a name": """
import socket
from fastapi import FastAPI
app = FastAPI()
@app.get("/host")
async def host() -> str:
    name = socket.gethostname()
    return socket.gethostbyname(name)
""",
    "psutil compares with the last call": """
import psutil
from fastapi import FastAPI
app = FastAPI()
@app.get("/load")
async def load() -> float:
    return psutil.cpu_percent() + psutil.cpu_percent(interval=None) + psutil.cpu_percent(0.0)
@app.get("/memory")
async def memory() -> float:
    return psutil.virtual_memory().percent
""",
    "on a machine where nobody serves": """
import os
import platform
import subprocess
import sys
from fastapi import FastAPI
app = FastAPI()
def clean(folder: str) -> None:
    if platform.system() == "Darwin":
        subprocess.run(["chmod", "-RN", folder])
@app.delete("/{folder}")
async def remove(folder: str):
    clean(folder)
    if sys.platform == "win32":
        subprocess.run(["attrib", "-r", folder])
    if sys.platform.startswith("darwin"):
        subprocess.run(["xattr", "-c", folder])
    if os.name == "nt":
        subprocess.run(["del", folder])
""",
    "asynchronous methods of the same libraries": """
import asyncio
import boto3
import stripe
from anyio import Path
from fastapi import FastAPI
from fastapi.concurrency import run_in_threadpool
from google import genai
from motor.motor_asyncio import AsyncIOMotorClient
from openai import AsyncOpenAI
from PIL import Image
from pymongo import AsyncMongoClient
app = FastAPI()
documents = AsyncMongoClient("mongodb://db")
others = AsyncIOMotorClient("mongodb://db")
models = AsyncOpenAI()
s3 = boto3.client("s3")
@app.post("/pay")
async def pay(amount: int, payload: bytes):
    stripe.Webhook.construct_event(payload, "signature", "secret")
    await stripe.PaymentIntent.create_async(amount=amount)
    return await asyncio.to_thread(stripe.Customer.create, email="a@example.com")
@app.get("/notes")
async def notes():
    found = documents["app"]["notes"].find({})
    await others.app.notes.find_one({})
    return await found.to_list()
@app.get("/answers")
async def answers():
    client = genai.Client()
    both = await asyncio.gather(
        client.aio.models.generate_content(model="m", contents="a"),
        models.chat.completions.create(model="m", messages=[]),
    )
    return both, await Path("/data/x").read_text()
@app.get("/links")
async def link(file: str):
    return s3.generate_presigned_url("get_object", Params={"Key": file})
@app.get("/sizes")
async def size(file: str):
    return await run_in_threadpool(lambda: Image.open(file).resize((1, 1)).size)
""",
    "methods of the same names, of others": """
from fastapi import FastAPI
class Task:
    def delay(self, seconds: int) -> None:
        self.seconds = seconds
class Queue:
    def enqueue(self, item: int) -> None: ...
    def read_text(self) -> str:
        return ""
class Stripe:
    def create(self) -> None: ...
stripe = Stripe()
app = FastAPI()
@app.get("/")
async def home() -> str:
    Task().delay(1)
    Queue().enqueue(1)
    stripe.create()
    return Queue().read_text()
""",
    "a client that is made once, at the first request": """
from elasticsearch import Elasticsearch
from fastapi import FastAPI
from sentence_transformers import SentenceTransformer
models = {}
def get_model(name: str) -> SentenceTransformer:
    if name not in models:
        model = SentenceTransformer(name)
        model.encode(["warm up"])
        models[name] = model
    return models[name]
store = None
def get_store() -> "Elasticsearch":
    global store
    if store is None:
        store = Elasticsearch("http://search:9200")
        store.info()
    return store
app = FastAPI()
@app.get("/")
async def home() -> str:
    get_store()
    get_model("small")
    return "ok"
""",
    "plain def": """
import requests, time
from fastapi import FastAPI
app = FastAPI()
@app.get("/")
def read() -> str:
    time.sleep(1)
    return requests.get("https://example.com", timeout=3).text
""",
    "in threads": """
import asyncio, time, requests
from anyio import to_thread
from fastapi import FastAPI
from fastapi.concurrency import run_in_threadpool
app = FastAPI()
def load() -> str:
    return requests.get("https://example.com", timeout=3).text
@app.get("/")
async def read() -> str:
    def wait() -> None:
        time.sleep(1)
    await to_thread.run_sync(wait)
    await asyncio.to_thread(lambda: time.sleep(1))
    await asyncio.get_running_loop().run_in_executor(None, load)
    return await run_in_threadpool(load)
""",
    "asynchronous namesakes": """
import asyncio
import httpx
from redis.asyncio import Redis
from sqlalchemy.ext.asyncio import AsyncSession
from fastapi import FastAPI
app = FastAPI()
cache = Redis()
client = httpx.AsyncClient()
@app.get("/")
async def read(session: AsyncSession) -> None:
    await asyncio.sleep(1)
    await client.get("https://example.com")
    await cache.get("a")
    await session.execute("a")
    await asyncio.create_subprocess_exec("ls")
""",
    "at start, in a script, in a worker": """
import asyncio, time, requests
from contextlib import asynccontextmanager
from fastapi import FastAPI
@asynccontextmanager
async def lifespan(app):
    requests.get("https://example.com/warm", timeout=3)
    yield
app = FastAPI(lifespan=lifespan)
@app.get("/")
async def read() -> str:
    return "a"
async def main() -> None:
    time.sleep(3)
if __name__ == "__main__":
    asyncio.run(main())
""",
    "objects of one's own": """
from fastapi import FastAPI
app = FastAPI()
class Client:
    def get(self, path: str) -> str:
        return path
requests = Client()
cache = {}
@app.get("/")
async def read() -> str:
    cache.get("a")
    return requests.get("/a")
""",
    "a session inside run_sync": """
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session
from fastapi import FastAPI
app = FastAPI()
def load(session: Session):
    return session.get(int, 1)
@app.get("/")
async def read(db: AsyncSession):
    return await db.run_sync(load)
""",
    "a URL signed without a call, a pause nobody notices, the host's own name": """
import socket
import time
import boto3
from fastapi import FastAPI
app = FastAPI()
s3 = boto3.client("s3")
@app.get("/")
async def read() -> str:
    time.sleep(0)
    socket.gethostbyname(socket.gethostname())
    return s3.generate_presigned_url("get_object", Params={"Key": "a"})
""",
    "in a test": """
#= test_app.py
import time
from fastapi import FastAPI
app = FastAPI()
@app.get("/")
async def read() -> None:
    time.sleep(1)
""",
    "bytes into an archive in memory, as they are": """
import io
import zipfile
from io import BytesIO
from zipfile import ZIP_STORED, ZipFile
from fastapi import FastAPI
app = FastAPI()
@app.get("/a")
async def a(content: bytes):
    buffer = BytesIO()
    with ZipFile(buffer, "w") as archive:
        archive.writestr("a", content)
@app.get("/b")
async def b(content: bytes):
    buffer = io.BytesIO()
    with zipfile.ZipFile(file=buffer, mode="w", compression=ZIP_STORED) as archive:
        archive.writestr("a", content)
@app.get("/c")
async def c(content: bytes):
    archive = zipfile.ZipFile(io.BytesIO(), "w", zipfile.ZIP_STORED)
    archive.writestr("a", content)
@app.get("/d")
async def d(content: bytes):
    with BytesIO() as buffer, ZipFile(buffer, "a") as archive:
        archive.writestr("a", content, compress_type=ZIP_STORED)
""",
    "a loop of its own": """
import asyncio
import time
import requests
from fastapi import BackgroundTasks, FastAPI
app = FastAPI()
async def load(url: str) -> str:
    return requests.get(url, timeout=3).text
async def load_all(urls: list[str]) -> list[str]:
    time.sleep(1)
    return [await load(url) for url in urls]
class Importer:
    async def run(self) -> None:
        time.sleep(1)
    async def wait(self) -> None:
        time.sleep(1)
def read(url: str) -> str:
    loop = asyncio.new_event_loop()
    return loop.run_until_complete(load(url))
@app.get("/a")
def a(url: str) -> str:
    return read(url)
@app.get("/b")
def b(url: str) -> list[str]:
    return asyncio.run(load_all([url]))
@app.post("/c")
def c() -> None:
    importer = Importer()
    asyncio.run(importer.run(), debug=True)
    asyncio.run(main=Importer().wait())
""",
    "a flag that is False": """
import time
import requests
from fastapi import FastAPI
app = FastAPI()
def check(token: str, is_strict: bool = False, kind: str = "a") -> str:
    if is_strict and kind == "a":
        requests.get("https://example.com", timeout=3)
    return token
def note(token: str, is_kept: bool = False) -> str:
    if is_kept:
        requests.post("https://example.com", timeout=3)
    return token
def look(token: str, *, slowly: bool = False) -> str:
    if token:
        if slowly:
            time.sleep(1)
    return note(token)
async def wait(slowly: bool = False) -> None:
    if slowly:
        time.sleep(1)
@app.get("/a")
async def a(token: str) -> str:
    await wait()
    return check(token)
@app.get("/b")
async def b(token: str) -> str:
    await wait(slowly=False)
    return check(token, False, "b") + look(token)
@app.get("/c")
def c(token: str) -> str:
    return check(token, is_strict=True)
""",
    "an AsyncSession for code of a Session, which has no query and fails": """
from fastapi import Depends, FastAPI
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session
from models import Reminder, get_db
app = FastAPI()
class Service:
    @staticmethod
    def all(db: Session, user: int):
        return db.query(Reminder).filter_by(user=user).all()
def first(db: Session):
    return db.query(Reminder).first()
@app.get("/reminders")
async def read(db: AsyncSession = Depends(get_db)):
    return Service.all(db=db, user=1), first(db)
""",
    "async clients that the application keeps": """
from contextlib import asynccontextmanager
import httpx
import redis
import redis.asyncio
from fastapi import FastAPI, Request
@asynccontextmanager
async def lifespan(app: FastAPI):
    app.state.cache = redis.asyncio.Redis()
    yield {"http": httpx.AsyncClient()}
app = FastAPI(lifespan=lifespan)
@app.get("/a")
async def a(request: Request):
    return await request.app.state.cache.get("a")
@app.get("/b")
async def b(request: Request):
    return await request.state.http.get("https://example.com")
@app.get("/c")
def c(request: Request):
    return redis.Redis().get("c")
""",
}

FOUND["a PDF, by both names of its library"] = """
import fitz
import pymupdf
from fastapi import FastAPI, UploadFile
app = FastAPI()
@app.post("/texts")
async def texts(file: UploadFile) -> list:
    document = fitz.open(stream=await file.read(), filetype="pdf")
    page = document.load_page(0)
    return [page.get_text()]  # !
@app.post("/images")
async def images(file: UploadFile) -> bytes:
    with pymupdf.open(stream=await file.read()) as document:
        page = document.load_page(0)
        image = page.get_pixmap(dpi=150)  # !
        return image.tobytes("png")
"""
LOOK_ALIKES["a PDF in a thread, or what reads no page"] = """
import pymupdf
from fastapi import FastAPI, UploadFile
app = FastAPI()
@app.post("/texts")
def texts(file: UploadFile) -> str:
    return pymupdf.open(stream=file.file.read()).load_page(0).get_text()
@app.post("/counts")
async def count(file: UploadFile) -> int:
    document = pymupdf.open(stream=await file.read())
    return document.page_count
"""
_LAZY = """
from contextlib import asynccontextmanager
import requests
from fastapi import FastAPI
models: dict = {}
def load_models():
    models["en"] = requests.get("http://models/en", timeout=5).json()
@asynccontextmanager
async def lifespan(app):
    START
    yield
app = FastAPI(lifespan=lifespan)
@app.post("/words")
async def words(text: str):
    if TEST:
        load_models()MARK
    return models["en"][text]
"""
_LOADED = _LAZY.replace("START", "load_models()").replace("MARK", "")
LOOK_ALIKES["made at startup, and again only if it is missing"] = _LOADED.replace(
    "TEST", "not models"
)
FOUND["made for the first request"] = (
    _LAZY.replace("START", "...").replace("TEST", "not models").replace("MARK", "  # !")
)
FOUND["made at startup, and again when somebody asks for it"] = (
    _LAZY.replace("START", "load_models()")
    .replace("TEST", 'text == "reload"')
    .replace("MARK", "  # !")
)
FOUND["a session that is the next value of its dependency"] = """
from fastapi import FastAPI, Request
from sqlalchemy import create_engine, text
from sqlalchemy.orm import sessionmaker
Maker = sessionmaker(create_engine("postgresql+psycopg://db/app"))
app = FastAPI()
def get_db():
    session = Maker()
    try:
        yield session
    finally:
        session.close()
def visitor(name: str):
    opened = get_db()
    db = next(opened)
    return db.scalar(text("SELECT 1"))
@app.middleware("http")
async def greet(request: Request, call_next):
    visitor("Ada")  # !
    return await call_next(request)
@app.get("/")
async def home():
    return next(get_db()).scalar(text("SELECT 1"))  # !
"""
LOOK_ALIKES["the next value of what is no session, and a session in a thread"] = """
import asyncio
from fastapi import FastAPI
from sqlalchemy import create_engine, text
from sqlalchemy.orm import sessionmaker
Maker = sessionmaker(create_engine("postgresql+psycopg://db/app"))
app = FastAPI()
def get_db():
    yield Maker()
def numbers():
    yield 1
@app.get("/")
async def home():
    db = next(get_db())
    await asyncio.to_thread(db.scalar, text("SELECT 1"))
    return next(numbers()).bit_length()
"""
