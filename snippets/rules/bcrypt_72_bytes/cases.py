"""bcrypt with and without a look at the bytes."""

BAD = ["return bcrypt.hashpw(password.encode(), bcrypt.gensalt()).decode()"]

FOUND = {
    "the functions under other names": """
from bcrypt import gensalt, hashpw as digest
def make(password: str) -> bytes:
    return digest(password.encode("utf-8"), gensalt(12))  # !
""",
    "the bytes in a variable": """
import bcrypt
class Hasher:
    def make(self, password: str) -> str:
        pwd_bytes = password.encode()
        salt = bcrypt.gensalt()
        return bcrypt.hashpw(password=pwd_bytes, salt=salt).decode()  # !
""",
    "a schema's field": """
import bcrypt
from pydantic import BaseModel, Field, SecretStr
class Account(BaseModel):
    password: SecretStr = Field(max_length=72)
async def register(account: Account) -> bytes:
    return bcrypt.hashpw(account.password.get_secret_value().encode(), bcrypt.gensalt())  # !
""",
    "bytes()": """
import bcrypt as b
def make(password: str) -> bytes:
    return b.hashpw(bytes(password, "utf-8"), b.gensalt())  # !
""",
    "pwdlib with bcrypt for new passwords": """
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from pwdlib.hashers.bcrypt import BcryptHasher
hasher = PasswordHash((BcryptHasher(rounds=12), Argon2Hasher()))  # !
""",
    "a text that is drawn once, and once comes from a client": """
import secrets
import bcrypt
from fastapi import FastAPI
app = FastAPI()
def hashed(value: str) -> bytes:
    return bcrypt.hashpw(value.encode(), bcrypt.gensalt())  # !
def hash_password_of_token(password: str, token: str) -> bytes:
    return bcrypt.hashpw(password.encode(), bcrypt.gensalt())  # !
@app.post("/users")
def register(secret: str) -> None:
    hashed(secret)
def reset() -> None:
    hashed(secrets.token_urlsafe(32))
""",
}

LOOK_ALIKES = {
    "checked in the function": """
import bcrypt
def make(password: str) -> bytes:
    if len(password.encode()) > 72:
        raise ValueError
    return bcrypt.hashpw(password.encode(), bcrypt.gensalt())
""",
    "checked by a validator of another module": """
#= schemas.py
from pydantic import BaseModel, field_validator
LIMIT = 72
class Account(BaseModel):
    password: str
    @field_validator("password")
    @classmethod
    def fits(cls, value: str) -> str:
        if len(value.encode()) > LIMIT:
            raise ValueError("too long")
        return value
#= main.py
import bcrypt
from schemas import Account
def make(account: Account) -> bytes:
    return bcrypt.hashpw(account.password.encode(), bcrypt.gensalt())
""",
    "cut off on purpose": """
import bcrypt
def make(password: str) -> bytes:
    return bcrypt.hashpw(password.encode()[:72], bcrypt.gensalt())
""",
    "a digest first": """
import base64, hashlib, bcrypt
def make(password: str) -> bytes:
    digest = base64.b64encode(hashlib.sha256(password.encode()).digest())
    bcrypt.hashpw(hashlib.sha256(password.encode()).hexdigest().encode(), bcrypt.gensalt())
    return bcrypt.hashpw(digest, bcrypt.gensalt())
""",
    "a literal": """
import bcrypt
DUMMY = "nobody has it"
HASH = bcrypt.hashpw(DUMMY.encode(), bcrypt.gensalt())
OTHER = bcrypt.hashpw(b"nobody", bcrypt.gensalt())
""",
    "Argon2 first": """
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from pwdlib.hashers.bcrypt import BcryptHasher
hasher = PasswordHash((Argon2Hasher(), BcryptHasher()))
""",
    "another library's hashpw": """
from legacy import bcrypt
def hashpw(password, salt): ...
def make(password: str):
    hashpw(password.encode(), b"")
    return bcrypt.hashpw(password.encode(), bcrypt.gensalt())
""",
    "keys, tokens and codes that the service draws": """
import base64, os, secrets, uuid
import bcrypt
def hash_api_key(raw_api_key: str) -> bytes:
    return bcrypt.hashpw(raw_api_key.encode("utf-8"), bcrypt.gensalt())
class Keys:
    def hash_token(self, refresh_token: str) -> bytes:
        return bcrypt.hashpw(refresh_token.encode(), bcrypt.gensalt())
    def hash_code(self, code: str) -> bytes:
        return bcrypt.hashpw(bytes(code, "utf-8"), bcrypt.gensalt())
def hashed(value: str) -> bytes:
    return bcrypt.hashpw(value.encode(), bcrypt.gensalt())
def hashed_otherwise(*, text: str) -> bytes:
    encoded = text.encode()
    return bcrypt.hashpw(encoded, bcrypt.gensalt())
def make() -> list[bytes]:
    drawn = secrets.token_urlsafe(32)
    other = base64.urlsafe_b64encode(os.urandom(16)).decode()
    return [
        hashed(drawn),
        hashed(value=other),
        hashed("admin"),
        hashed_otherwise(text=f"key_{uuid.uuid4()}"),
    ]
""",
}
