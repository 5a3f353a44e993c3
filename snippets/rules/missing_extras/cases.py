"""What requirements declare, and what the code needs besides."""

BAD = ['# dependencies = ["fastapi", "uvicorn", "pydantic", "sqlalchemy", "aiosqlite"]']

FOUND = {
    "a form, pyproject.toml": """
#= pyproject.toml
[project]
name = "shop"
dependencies = ["fastapi>=0.115", "uvicorn"]
#= shop/main.py
from typing import Annotated
from fastapi import FastAPI, Form
app = FastAPI()
@app.post("/login")
def login(name: Annotated[str, Form()]):  # !
    return name
""",
    "an upload, requirements.txt, by the module's name": """
#= requirements.txt
fastapi==0.115.0
uvicorn
#= main.py
import fastapi as fa
app = fa.FastAPI()
@app.post("/files")
def store(file: fa.UploadFile):  # !
    return file.filename
""",
    "an e-mail address under another name, poetry": """
#= pyproject.toml
[tool.poetry.dependencies]
python = "^3.11"
fastapi = "^0.115"
pydantic = "^2.9"
#= app/schemas.py
from pydantic import BaseModel
from pydantic import EmailStr as Email
class User(BaseModel):
    email: Email | None = None  # !
    other: Email
""",
    "async SQLAlchemy": """
#= pyproject.toml
[project]
name = "shop"
dependencies = ["fastapi", "sqlalchemy>=2.0,<3", "asyncpg"]
#= db.py
from sqlalchemy.ext.asyncio import create_async_engine  # !
engine = create_async_engine("postgresql+asyncpg://db/app")
""",
    "the login form of OAuth2, a lock without it": """
#= pyproject.toml
[project]
name = "shop"
dependencies = ["fastapi", "pydantic[email]"]
#= uv.lock
[[package]]
name = "fastapi"
version = "0.115.0"
#= main.py
from fastapi import Depends, FastAPI
from fastapi.security.oauth2 import OAuth2PasswordRequestForm
from pydantic import BaseModel, EmailStr
app = FastAPI()
class User(BaseModel):
    email: EmailStr
@app.post("/token")
def token(form: OAuth2PasswordRequestForm = Depends()):  # !
    return form.username
""",
    "a script's block, whatever the project declares": """
#= pyproject.toml
[project]
name = "shop"
dependencies = ["fastapi[standard]"]
#= once.py
# /// script
# dependencies = [
#   "fastapi",  # !
# ]
# ///
from fastapi import FastAPI, File
app = FastAPI()
@app.post("/files")
def store(data: bytes = File()):
    return len(data)
""",
    "the version before FastAPI brought them": """
#= requirements.txt
fastapi==0.110.3
pydantic[email]
#= main.py
from fastapi import FastAPI, Form
from pydantic import BaseModel, EmailStr
app = FastAPI()
class User(BaseModel):
    email: EmailStr
@app.post("/login")
def login(name: str = Form()):  # !
    return name
""",
    "the version after FastAPI brought them, by poetry's caret": """
#= pyproject.toml
[tool.poetry.dependencies]
python = "^3.11"
fastapi = "^0.112.0"
pydantic = {version = "^2.8", extras = ["email"]}
#= main.py
from fastapi import FastAPI, Form
from pydantic import BaseModel, EmailStr
app = FastAPI()
class User(BaseModel):
    email: EmailStr
@app.post("/login")
def login(name: str = Form()):  # !
    return name
""",
    "from the version that brought them on": """
#= pyproject.toml
[project]
name = "shop"
dependencies = ["fastapi>=0.111", "pydantic[email]"]
#= main.py
from fastapi import FastAPI, Form
from pydantic import BaseModel, EmailStr
app = FastAPI()
class User(BaseModel):
    email: EmailStr
@app.post("/login")
def login(name: str = Form()):  # !
    return name
""",
}

_FORM = """
#= requirements.txt
fastapiVERSION
#= main.py
from fastapi import FastAPI, Form
from pydantic import BaseModel, EmailStr
app = FastAPI()
class User(BaseModel):
    email: EmailStrMARK
@app.post("/login")
def login(name: str = Form()):MARK
    return name
"""
FOUND |= {
    f"fastapi{version}": _FORM.replace("VERSION", version).replace("MARK", "  # !")
    for version in ("==0.110.3", "==0.112.0", ">=0.111.0", ">=0.111,<0.113")
}

LOOK_ALIKES = {
    f"fastapi{version}, which requires both": _FORM.replace("VERSION", version).replace("MARK", "")
    for version in ("==0.111.0", "~=0.111.0", ">=0.100,<0.112")
}
LOOK_ALIKES |= {
    "the version that requires both": _FORM.replace("VERSION", "==0.111.1").replace("MARK", ""),
    "Form() as the default of a field of a JSON body": """
#= requirements.txt
fastapi
#= main.py
from fastapi import FastAPI, Form
from pydantic import BaseModel
app = FastAPI()
class User(BaseModel):
    name: str = Form()
@app.post("/users")
def add(user: User):
    return user.name
""",
    "EmailStr itself as a default": """
#= requirements.txt
fastapi
#= main.py
from fastapi import FastAPI
from pydantic import BaseModel, EmailStr
app = FastAPI()
class User(BaseModel):
    email: str = EmailStr
""",
    "EmailStr is called, and is no annotation": """
#= requirements.txt
fastapi
#= main.py
from fastapi import FastAPI
from pydantic import BaseModel, EmailStr
app = FastAPI()
class User(BaseModel):
    email: str | None = EmailStr()
    other: str = EmailStr("")
""",
    "fastapi-users with its extra": """
#= requirements.txt
fastapi
sqlalchemy
fastapi-users[sqlalchemy]
#= main.py
from sqlalchemy.ext.asyncio import create_async_engine
engine = create_async_engine("postgresql+asyncpg://db/app")
""",
    "SQLAlchemy is locked at 2.0": """
#= pyproject.toml
[project]
dependencies = ["fastapi", "sqlalchemy"]
#= uv.lock
[[package]]
name = "sqlalchemy"
version = "2.0.44"
#= main.py
from sqlalchemy.ext.asyncio import create_async_engine
engine = create_async_engine("postgresql+asyncpg://db/app")
""",
    "an included file has it": """
#= requirements.txt
-r base.txt
fastapi
#= base.txt
python-multipart
#= main.py
from fastapi import FastAPI, Form
app = FastAPI()
@app.post("/")
def login(name: str = Form()): ...
""",
    "all extras": """
#= pyproject.toml
[project]
name = "shop"
dependencies = ["fastapi", "python-multipart", "pydantic[email]", "sqlalchemy[asyncio]"]
#= main.py
from fastapi import FastAPI, Form
from pydantic import BaseModel, EmailStr
from sqlalchemy.ext.asyncio import create_async_engine
class User(BaseModel):
    email: EmailStr
def login(name: str = Form()): ...
""",
    "fastapi[standard], and SQLAlchemy held below 2.1": """
#= requirements.txt
fastapi[standard]
sqlalchemy~=2.0.36
#= main.py
from fastapi import FastAPI, Form
from pydantic import BaseModel, EmailStr
from sqlalchemy.ext.asyncio import create_async_engine
class User(BaseModel):
    email: EmailStr
def login(name: str = Form()): ...
""",
    "another package brings them": """
#= pyproject.toml
[project]
name = "shop"
dependencies = ["fastapi", "fastapi-users[sqlalchemy]", "sqlalchemy", "sqlmodel"]
#= main.py
from fastapi import FastAPI, Form
from pydantic import BaseModel, EmailStr
from sqlalchemy.ext.asyncio import create_async_engine
class User(BaseModel):
    email: EmailStr
def login(name: str = Form()): ...
""",
    "LlamaIndex and LangChain bring greenlet": """
#= requirements.txt
sqlalchemy
llama-index-vector-stores-postgres
langchain-postgres
#= main.py
from sqlalchemy.ext.asyncio import create_async_engine
""",
    "in the lock": """
#= pyproject.toml
[tool.poetry.dependencies]
fastapi = "^0.115"
sqlalchemy = "^2.0"
#= poetry.lock
[[package]]
name = "greenlet"
version = "3.1.1"
[[package]]
name = "python-multipart"
version = "0.0.20"
#= main.py
from fastapi import FastAPI, Form
from sqlalchemy.ext.asyncio import create_async_engine
def login(name: str = Form()): ...
""",
    "nothing is declared here": """
#= main.py
from fastapi import FastAPI, Form
from pydantic import BaseModel, EmailStr
class User(BaseModel):
    email: EmailStr
def login(name: str = Form()): ...
""",
    "the rest is in a file that is included": """
#= requirements.txt
-r requirements/base.txt
fastapi
#= requirements/base.txt
python-multipart
#= main.py
from fastapi import FastAPI, Form
def login(name: str = Form()): ...
""",
    "other things of these names": """
#= requirements.txt
fastapi
sqlalchemy
#= forms.py
from wtforms import Form
from schemas import EmailStr
from sqlalchemy import create_engine
from fastapi import FastAPI
class Login(Form):
    email: EmailStr
#= schemas.py
from sqlalchemy import String
class EmailStr(str): ...
""",
    "only the tests send forms": """
#= requirements.txt
fastapi
#= main.py
from fastapi import FastAPI
app = FastAPI()
#= tests/test_main.py
from fastapi import FastAPI, Form
from main import app
@app.post("/")
def login(name: str = Form()): ...
""",
    "an extra of SQLAlchemy for an async driver, which brings asyncio": """
#= pyproject.toml
[project]
name = "ledger"
dependencies = ["fastapi", "sqlalchemy[aiomysql,aiosqlite]>=2.0"]
#= ledger/db.py
from sqlalchemy.ext.asyncio import create_async_engine
engine = create_async_engine("mysql+aiomysql://db/ledger")
""",
    "the extra of asyncpg, requirements.txt": """
#= requirements.txt
fastapi
SQLAlchemy[postgresql_asyncpg]>=2.1
#= db.py
from sqlalchemy.ext.asyncio import create_async_engine
engine = create_async_engine("postgresql+asyncpg://db/ledger")
""",
    "the extra of asyncmy, poetry": """
#= pyproject.toml
[tool.poetry.dependencies]
python = "^3.12"
fastapi = "^0.115"
sqlalchemy = {version = ">=2", extras = ["asyncmy"]}
#= db.py
from sqlalchemy.ext.asyncio import create_async_engine
engine = create_async_engine("mysql+asyncmy://db/ledger")
""",
    "FastAPI 0.111 requires both itself": """
#= requirements.txt
fastapi==0.111.1
#= main.py
from fastapi import FastAPI, Form
from pydantic import BaseModel, EmailStr
app = FastAPI()
class User(BaseModel):
    email: EmailStr
@app.post("/login")
def login(name: str = Form()):
    return name
""",
    "a caret that keeps FastAPI at 0.111": """
#= pyproject.toml
[tool.poetry.dependencies]
python = "^3.11"
fastapi = "^0.111.0"
#= main.py
from fastapi import FastAPI, Form
from pydantic import BaseModel, EmailStr
app = FastAPI()
class User(BaseModel):
    email: EmailStr
@app.post("/login")
def login(name: str = Form()):
    return name
""",
    "a lock with FastAPI 0.111": """
#= pyproject.toml
[project]
name = "shop"
dependencies = ["fastapi>=0.100"]
#= uv.lock
[[package]]
name = "fastapi"
version = "0.111.0"
#= main.py
from fastapi import FastAPI, Form
from pydantic import BaseModel, EmailStr
app = FastAPI()
class User(BaseModel):
    email: EmailStr
@app.post("/login")
def login(name: str = Form()):
    return name
""",
}
