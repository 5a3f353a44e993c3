"""Imports of python-jose and passlib: one finding each, where no other rule says more."""

BAD = ["from jose import jwt", "from passlib.context import CryptContext"]

FOUND = {
    "the first import of two modules": """
#= a.py
from jose import jwt  # !
#= b.py
import a
from jose import JWTError
""",
    "a submodule under another name": """
import jose.jwt as tokens  # !
""",
    "inside a function": """
def hash_password(password: str) -> str:
    from passlib.hash import argon2  # !
    return argon2.hash(password)
""",
    "beside others in one statement": """
from fastapi import FastAPI
import os, passlib  # !
""",
    "only its exception": """
from jose.exceptions import JWTError  # !
""",
    "bcrypt pinned below 5": """
#= requirements.txt
bcrypt==4.0.1
#= main.py
from passlib.context import CryptContext  # !
pwd = CryptContext(schemes=["bcrypt"])
""",
    "bcrypt that is missing, where passlib takes `crypt` of Python 3.11": """
#= Dockerfile
FROM python:3.11
CMD ["uvicorn", "main:app"]
#= requirements.txt
passlib
#= main.py
from fastapi import FastAPI
from passlib.context import CryptContext  # !
app = FastAPI()
pwd = CryptContext(schemes=["bcrypt"])
""",
}

LOOK_ALIKES = {
    "libpass, which is maintained": """
#= requirements.txt
libpass
#= main.py
from passlib.context import CryptContext
pwd = CryptContext(schemes=["argon2"])
""",
    "passlib with bcrypt, which has its own rule": """
from passlib.context import CryptContext
pwd = CryptContext(schemes=["bcrypt"])
""",
    "PyJWT and pwdlib": """
import jwt
from pwdlib import PasswordHash
""",
    "joserfc and passlib's name in another package": """
from joserfc import jwt
from vendored.passlib import CryptContext
""",
    "in a test": """
#= tests/test_tokens.py
from jose import jwt
""",
    "a module of one's own": """
#= app/__init__.py
#= app/jose.py
x = 1
#= app/main.py
from .jose import x
from . import jose
""",
}
