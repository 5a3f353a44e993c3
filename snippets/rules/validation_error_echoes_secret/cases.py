"""Endpoints that take secrets: with a handler that leaves the input out, or without."""

BAD = ["password: SecretStr = Field(min_length=12)"]

_SIGN_UP = """
#= schemas.py
from pydantic import BaseModel, SecretStr
class SignUp(BaseModel):
    email: str
    password: SecretStr
"""

_ACCOUNTS = (
    _SIGN_UP
    + """
#= accounts.py
from fastapi import APIRouter, FastAPI
from schemas import SignUp
router = APIRouter()
sign_up = APIRouter()
@sign_up.post("/a")
async def a(data: SignUp): ...
router.include_router(sign_up, prefix="/accounts")
app = FastAPI()
app.include_router(router=router)
@app.post("/b")
async def b(data: SignUp): ...
"""
)

FOUND = {
    "a str by its name, in another module": """
#= schemas.py
from pydantic import BaseModel, EmailStr
class SignUp(BaseModel):
    email: EmailStr
    password: str  # !
class Login(SignUp):
    pass
#= main.py
import fastapi
import schemas as s
app = fastapi.FastAPI()
@app.post("/a")
async def a(data: s.SignUp): ...
@app.post("/b")
async def b(data: s.Login): ...
""",
    "nested, sync, in a body with a marker": """
from typing import Annotated
from fastapi import APIRouter, Body, FastAPI
from pydantic import BaseModel
class Credentials(BaseModel):
    user: str
    api_key: str | None  # !
class Job(BaseModel):
    name: str
    credentials: Credentials | None = None
app = FastAPI()
router = APIRouter()
@router.put("/jobs")
def put(job: Annotated[Job, Body()]): ...
app.include_router(router)
""",
    "a form field with a bound": """
from fastapi import FastAPI, Form
app = FastAPI()
@app.post("/login")
async def login(
    name: str = Form(),
    password: str = Form(min_length=12),  # !
): ...
""",
    "the only field, with a validator": """
from fastapi import FastAPI
from pydantic import BaseModel, field_validator
class Reset(BaseModel):
    new_password: str  # !
    @field_validator("new_password")
    @classmethod
    def long(cls, value):
        if len(value) < 12:
            raise ValueError("too short")
        return value
def make():
    app = FastAPI()
    @app.post("/reset")
    async def reset(data: Reset): ...
    return app
""",
    "a handler that sends the errors as they are": """
from fastapi import FastAPI, Request, status
from fastapi.encoders import jsonable_encoder
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, SecretStr
class SignUp(BaseModel):
    email: str
    password: SecretStr
app = FastAPI()
@app.exception_handler(RequestValidationError)
async def invalid(request: Request, exc: RequestValidationError):
    return JSONResponse(
        status_code=422,
        content=jsonable_encoder({"detail": exc.errors(), "body": exc.body}),  # !
    )
@app.post("/a")
async def a(data: SignUp): ...
""",
    "the encoder leaves something else out": """
from fastapi import FastAPI, Request
from fastapi.encoders import jsonable_encoder
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
class SignUp(BaseModel):
    email: str
    password: str
app = FastAPI()
@app.exception_handler(RequestValidationError)
async def invalid(request: Request, exc: RequestValidationError):
    return JSONResponse(jsonable_encoder(exc.errors(), exclude={"url"}), 422)  # !
@app.post("/a")
async def a(data: SignUp): ...
""",
    "only another error is handled": """
from fastapi import FastAPI
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ValidationError
from sqlmodel import SQLModel
class SignUp(SQLModel):
    email: str
    password: str  # !
app = FastAPI()
async def invalid(request, exc):
    return JSONResponse({}, 422)
app.add_exception_handler(ValidationError, invalid)
app.add_exception_handler(Exception, invalid)
@app.post("/a")
async def a(data: SignUp): ...
""",
    "one of two applications, or one that nobody can tell": _ACCOUNTS
    + """
#= main.py
from accounts import app as accounts_app, router
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
other = FastAPI()
@other.get("/")
async def index(): ...
@accounts_app.exception_handler(RequestValidationError)
async def invalid(request, exc):
    return JSONResponse({"detail": exc.errors()}, 422)  # !
async def invalid_too(request, exc):
    return JSONResponse({"detail": exc.errors()}, 422)  # !
def register(app):
    app.add_exception_handler(RequestValidationError, invalid_too)
third = FastAPI()
third.include_router(router)
async def invalid_three(request, exc):
    return JSONResponse({"detail": exc.errors()}, 422)  # !
third.add_exception_handler(RequestValidationError, invalid_three)
""",
    "an __init__ that passes on what it is given": """
from fastapi import FastAPI
from pydantic import BaseModel
class Account(BaseModel):
    name: str
    password: str  # !
    def __init__(self, **data):
        super().__init__(**data)
app = FastAPI()
@app.post("/accounts")
def create(account: Account): ...
""",
    "a validator in the annotation": """
from typing import Annotated
from fastapi import FastAPI
from pydantic import AfterValidator, BaseModel
def long(value: str) -> str:
    if len(value) < 12:
        raise ValueError("too short")
    return value
class Change(BaseModel):
    password: Annotated[str, AfterValidator(long)] = ""  # !
app = FastAPI()
@app.post("/password")
def change(data: Change): ...
""",
    "a validator of all fields": """
from fastapi import FastAPI
from pydantic import BaseModel, model_validator
class Change(BaseModel):
    password: str = ""  # !
    repeated: str = ""
    @model_validator(mode="after")
    def same(self):
        if self.password != self.repeated:
            raise ValueError("they differ")
        return self
app = FastAPI()
@app.post("/password")
def change(data: Change): ...
""",
}

LOOK_ALIKES = {
    "a validator of another field": """
from fastapi import FastAPI
from pydantic import BaseModel, field_validator
class Account(BaseModel):
    name: str = "guest"
    password: str = ""
    @field_validator("name")
    @classmethod
    def known(cls, value):
        if value == "root":
            raise ValueError("taken")
        return value
app = FastAPI()
@app.post("/accounts")
def create(account: Account): ...
""",
    "a validator that refuses nothing, or an empty value": """
from fastapi import FastAPI
from pydantic import BaseModel, field_validator, model_validator
class Account(BaseModel):
    password: str = ""
    @field_validator("password")
    @classmethod
    def trimmed(cls, value: str) -> str:
        if not value:
            raise ValueError("empty")
        return value.strip()
    @model_validator(mode="after")
    def logged(self):
        print("made")
        return self
app = FastAPI()
@app.post("/accounts")
def create(account: Account): ...
""",
    "an __init__ that fills what is missing": """
from fastapi import FastAPI
from pydantic import BaseModel
class Account(BaseModel):
    name: str
    password: str
    def __init__(self, **data):
        data.setdefault("name", "guest")
        super().__init__(**data)
class Guest(BaseModel):
    name: str
    password: str
    def __init__(self, name: str = "guest", password: str = ""):
        super().__init__(name=name, password=password)
app = FastAPI()
@app.post("/accounts")
def create(account: Account): ...
@app.post("/guests")
def create_guest(guest: Guest): ...
""",
    "where tokens are to be had, and with which scope": """
from fastapi import FastAPI
from pydantic import BaseModel, Field
app = FastAPI()
class Provider(BaseModel):
    title: str = Field(max_length=80)
    token_endpoint: str = Field(max_length=300)
    secret_path: str
    token_scope: str = "openid"
@app.post("/providers")
async def add(provider: Provider) -> None: ...
""",
    "a handler that picks": _SIGN_UP
    + """
#= main.py
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from schemas import SignUp
app = FastAPI()
async def invalid(request, exc):
    return JSONResponse({"detail": [{"loc": e["loc"], "msg": e["msg"]} for e in exc.errors()]}, 422)
app.add_exception_handler(RequestValidationError, invalid)
@app.post("/a")
async def a(data: SignUp): ...
""",
    "the encoder leaves the input out": _SIGN_UP
    + """
#= main.py
from fastapi import FastAPI
from fastapi.encoders import jsonable_encoder
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from schemas import SignUp
app = FastAPI()
LEFT_OUT = {"input", "url", "ctx"}
@app.exception_handler(RequestValidationError)
async def invalid(request, exc):
    return JSONResponse({"detail": jsonable_encoder(exc.errors(), exclude=LEFT_OUT)}, 422)
@app.post("/a")
async def a(data: SignUp): ...
""",
    "a handler in a dict of another module": _SIGN_UP
    + """
#= errors.py
import fastapi.exceptions
from fastapi.responses import PlainTextResponse
async def invalid(request, exc):
    return PlainTextResponse("invalid", 422)
HANDLERS = {fastapi.exceptions.RequestValidationError: invalid}
#= main.py
from fastapi import FastAPI
import errors
from schemas import SignUp
app = FastAPI(exception_handlers=errors.HANDLERS)
@app.post("/a")
async def a(data: SignUp): ...
""",
    "no secret": """
from fastapi import FastAPI
from pydantic import BaseModel
class Item(BaseModel):
    name: str
    token_type: str
    api_key_id: str
    password_required: bool
    max_tokens: int
app = FastAPI()
@app.post("/a")
async def a(item: Item): ...
""",
    "the form of OAuth2, which repeats no field": """
from typing import Annotated
from fastapi import Depends, FastAPI, Form
from fastapi.security import OAuth2PasswordRequestForm
app = FastAPI()
@app.post("/token")
async def token(form: Annotated[OAuth2PasswordRequestForm, Depends()]): ...
@app.post("/login")
async def login(name: str = Form(), password: str = Form()): ...
""",
    "a secret that is only answered": """
from fastapi import FastAPI
from pydantic import BaseModel
class Token(BaseModel):
    kind: str
    access_token: str
app = FastAPI()
@app.post("/a", response_model=Token)
async def a(n: int) -> Token: ...
""",
    "nothing else can be wrong": """
from fastapi import FastAPI
from pydantic import BaseModel
class Refresh(BaseModel):
    refresh_token: str
    device: str | None = None
app = FastAPI()
@app.post("/refresh")
async def refresh(data: Refresh): ...
""",
    "no application: a library": _SIGN_UP
    + """
#= main.py
from fastapi import APIRouter
from schemas import SignUp
router = APIRouter()
@router.post("/a")
async def a(data: SignUp): ...
""",
    "a schema that a function of the program fills": _SIGN_UP
    + """
#= main.py
from typing import Annotated
from fastapi import Depends, FastAPI
from schemas import SignUp
app = FastAPI()
def load(): ...
def current():
    return Depends(load)
@app.get("/a")
async def a(user: Annotated[SignUp, current()], other: SignUp = Depends(load)): ...
""",
    "an application beside the one that takes the secret": _ACCOUNTS
    + """
#= reports.py
import accounts
from fastapi import APIRouter, FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
router = APIRouter()
@router.get("/reports")
async def reports(day: int): ...
app = FastAPI()
app.include_router(router)
app.mount("/accounts", accounts.app)
@app.exception_handler(RequestValidationError)
async def invalid(request, exc):
    return JSONResponse({"detail": exc.errors()}, 422)
async def invalid_too(request, exc):
    return JSONResponse({"detail": exc.errors(), "body": exc.body}, 422)
admin = FastAPI()
admin.add_exception_handler(RequestValidationError, invalid_too)
other = FastAPI(exception_handlers={RequestValidationError: invalid_too})
""",
    "what a person has proven once": """
from fastapi import FastAPI
from pydantic import BaseModel, Field
app = FastAPI()
class Contact(BaseModel):
    recaptcha_token: str = Field(min_length=10)
    turnstile_token: str
    email: str
@app.post("/contact")
def contact(data: Contact): ...
""",
}
