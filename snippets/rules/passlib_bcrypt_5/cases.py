"""passlib with bcrypt, and what pins or avoids it."""

BAD = ['_hasher = CryptContext(schemes=["bcrypt"], deprecated="auto")']

FOUND = {
    "the class under another name": """
from passlib.context import CryptContext as Context
pwd = Context(schemes=["bcrypt"])  # !
""",
    "through the package": """
import passlib.context
pwd = passlib.context.CryptContext(["bcrypt", "argon2"])  # !
""",
    "schemes from another module, in a tuple": """
#= settings.py
SCHEMES = ("bcrypt",)
#= main.py
from passlib.context import CryptContext
from settings import SCHEMES
pwd = CryptContext(schemes=SCHEMES, deprecated="auto")  # !
""",
    "the handler itself": """
from passlib.hash import bcrypt
def hash_password(password: str) -> str:
    return bcrypt.hash(password)  # !
""",
    "a default that is not the first scheme": """
from passlib.context import CryptContext
pwd = CryptContext(schemes=["argon2", "bcrypt"], default="bcrypt")  # !
""",
    "in a class, bcrypt over SHA-256, a requirement without a version": """
#= requirements.txt
passlib[bcrypt]
bcrypt>=4.0.1
#= main.py
from passlib.context import CryptContext
class Hasher:
    context = CryptContext(schemes="bcrypt_sha256")  # !
""",
    "no bcrypt, and one of two images has Python 3.13": """
#= Dockerfile
FROM python:3.12
CMD ["uvicorn", "main:app"]
#= api.Dockerfile
FROM python:3.13-slim
CMD ["uvicorn", "main:app"]
#= requirements.txt
passlib
#= main.py
from fastapi import FastAPI
from passlib.context import CryptContext
app = FastAPI()
pwd = CryptContext(schemes=["bcrypt"])  # !
""",
    "no bcrypt, Python 3.11 for development, and an image without a version": """
#= .python-version
3.11
#= Dockerfile
FROM python:slim
CMD ["uvicorn", "main:app"]
#= requirements.txt
passlib
#= main.py
from fastapi import FastAPI
from passlib.context import CryptContext
app = FastAPI()
pwd = CryptContext(schemes=["bcrypt"])  # !
""",
    "an image with Python 3.11, and bcrypt in it": """
#= Dockerfile
FROM python:3.11
CMD ["uvicorn", "main:app"]
#= requirements.txt
passlib[bcrypt]
#= main.py
from fastapi import FastAPI
from passlib.context import CryptContext
app = FastAPI()
pwd = CryptContext(schemes=["bcrypt"])  # !
""",
}

LOOK_ALIKES = {
    "no bcrypt, and the image's Python has `crypt`": """
#= deploy/api.Dockerfile
ARG VERSION=3.12
FROM docker.io/library/python:${VERSION}-slim
CMD ["uvicorn", "main:app"]
#= requirements.txt
fastapi
passlib
#= main.py
from fastapi import FastAPI
from passlib.context import CryptContext
app = FastAPI()
pwd = CryptContext(schemes=["bcrypt"])
""",
    "no bcrypt, and Python 3.13 is not allowed": """
#= pyproject.toml
[project]
requires-python = ">=3.10,<3.13"
dependencies = ["passlib>=1.7.4"]
#= main.py
from passlib.hash import bcrypt
stored = bcrypt.hash("secret")
""",
    "libpass": """
#= requirements.txt
libpass[bcrypt]>=1.9
bcrypt>=5
#= main.py
from passlib.context import CryptContext
pwd = CryptContext(schemes=["bcrypt"])
""",
    "libpass in a lock": """
#= poetry.lock
[[package]]
name = "libpass"
version = "1.9.0"
#= main.py
from passlib.context import CryptContext
pwd = CryptContext(schemes=["bcrypt"])
""",
    "bcrypt pinned in an included file": """
#= requirements.txt
passlib[bcrypt]
-r more/pins.txt
#= more/pins.txt
bcrypt==4.0.1
#= main.py
from passlib.context import CryptContext
pwd = CryptContext(schemes=["bcrypt"])
""",
    "bcrypt pinned in the Dockerfile": """
#= Dockerfile
RUN pip install passlib "bcrypt<5"
#= main.py
from passlib.context import CryptContext
pwd = CryptContext(schemes=["bcrypt"])
""",
    "Argon2 first": """
from passlib.context import CryptContext
pwd = CryptContext(schemes=["argon2", "bcrypt"], deprecated="auto")
""",
    "bcrypt pinned in requirements": """
#= requirements.txt
passlib==1.7.4
bcrypt==4.0.1
#= main.py
from passlib.context import CryptContext
pwd = CryptContext(schemes=["bcrypt"])
""",
    "bcrypt below 5 in pyproject": """
#= pyproject.toml
[project]
name = "a"
dependencies = ["passlib[bcrypt]", "bcrypt>=4,<5"]
#= main.py
from passlib.context import CryptContext
pwd = CryptContext(schemes=["bcrypt"])
""",
    "bcrypt locked at 4": """
#= poetry.lock
[[package]]
name = "bcrypt"
version = "4.3.0"
#= main.py
from passlib.context import CryptContext
pwd = CryptContext(schemes=["bcrypt"])
""",
    "schemes nobody can read": """
import os
from passlib.context import CryptContext
pwd = CryptContext(schemes=os.environ["SCHEMES"].split(","))
""",
    "the library bcrypt, and a context of one's own": """
import bcrypt
class CryptContext:
    def __init__(self, schemes): ...
pwd = CryptContext(schemes=["bcrypt"])
digest = bcrypt.hashpw(b"secret", bcrypt.gensalt())
""",
    "in a test": """
#= tests/test_old.py
from passlib.context import CryptContext
pwd = CryptContext(schemes=["bcrypt"])
""",
}
