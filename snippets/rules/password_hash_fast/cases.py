"""Hashes of passwords and of other things."""

BAD = ["return hashlib.sha256(password.encode()).hexdigest()"]

_APP = """
import hashlib
import secrets
from fastapi import Depends, FastAPI
from fastapi.security import OAuth2PasswordRequestForm
from pydantic import BaseModel
app = FastAPI()
class UserIn(BaseModel):
    name: str
    password: str
"""

FOUND = {
    "a helper, with MD5": _APP
    + """
# use passlib or bcrypt in production
def encrypt_password(pwd: str) -> str:
    return hashlib.md5(pwd.encode("utf-8")).hexdigest()  # !
@app.post("/users")
def add(user: UserIn):
    return store(user.name, encrypt_password(user.password))
""",
    "with a salt": _APP
    + """
def verify_password(plain_password: str, salt: str, stored: str) -> bool:
    return hashlib.sha512((salt + plain_password).encode()).hexdigest() == stored  # !
@app.post("/login")
def login(form: OAuth2PasswordRequestForm = Depends()):
    return verify_password(form.password, *find(form.username))
""",
    "a method, imported by name": _APP
    + """
from hashlib import sha1
class Hasher:
    @staticmethod
    def hash(password):
        return sha1(password.encode()).hexdigest()  # !
@app.post("/users")
def add(user: UserIn):
    return Hasher.hash(user.password)
""",
    "in the endpoint": _APP
    + """
@app.post("/users")
def add(user: UserIn):
    hashed_password = hashlib.sha256(user.password.encode()).hexdigest()  # !
    return store(user.name, hashed_password)
@app.post("/people")
def people(user: UserIn):
    return Person(name=user.name, password=hashlib.sha3_256(user.password.encode()).hexdigest())  # !
""",
    "an f-string, a constant salt": _APP
    + """
SALT = "pepper"
class Users:
    def check_password(self, user, password):
        return user.password_hash == hashlib.sha256(f"{SALT}{password}".encode()).hexdigest()  # !
@app.post("/login")
def login(form: OAuth2PasswordRequestForm = Depends()):
    return Users().check_password(find(form.username), form.password)
""",
}

LOOK_ALIKES = {
    "an input of bcrypt": _APP
    + """
import base64
import bcrypt
def hash_password(password: str) -> bytes:
    digest = base64.b64encode(hashlib.sha256(password.encode()).digest())
    return bcrypt.hashpw(digest, bcrypt.gensalt())
@app.post("/users")
def add(user: UserIn):
    return hash_password(user.password)
""",
    "an input of bcrypt, in another module": """
#= security.py
from passlib.context import CryptContext
context = CryptContext(schemes=["bcrypt"])
#= digests.py
import hashlib
def hash_password(password: str) -> str:
    return hashlib.sha256(password.encode()).hexdigest()
#= main.py
from fastapi import FastAPI
from digests import hash_password
from security import context
app = FastAPI()
@app.post("/users")
def add(password: str):
    return context.hash(hash_password(password))
""",
    "many times over": _APP
    + """
def hash_password(password: str) -> str:
    value = password.encode()
    for _ in range(600_000):
        value = hashlib.sha256(value + password.encode()).digest()
    return value.hex()
def derived(password: str, salt: bytes) -> bytes:
    return hashlib.pbkdf2_hmac("sha256", password.encode(), salt, 600_000)
@app.post("/users")
def add(user: UserIn):
    return hash_password(user.password), derived(user.password, b"")
""",
    "a token, a file, a key of a cache": _APP
    + """
def hash_token(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
def hash_file(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
@app.post("/login")
def login(user: UserIn):
    cache_key = hashlib.sha256(f"{user.name}:{user.password}".encode()).hexdigest()
    return hash_token(secrets.token_urlsafe(32)), hash_file(b""), cache_key
""",
    "asked whether it is known from a leak, and for HTTP": _APP
    + """
def is_leaked(password: str) -> bool:
    digest = hashlib.sha1(password.encode()).hexdigest().upper()
    return digest[5:] in known(digest[:5])
def check_password_pwned(password: str) -> bool:
    prefix = hashlib.sha1(password.encode()).hexdigest()[:5]
    return bool(known(prefix))
def authenticate(name: str, realm: str, password: str) -> str:
    return hashlib.md5(f"{name}:{realm}:{password}".encode()).hexdigest()
@app.post("/users")
def add(user: UserIn):
    return is_leaked(user.password), check_password_pwned(user.password), authenticate("", "", user.password)
""",
}
