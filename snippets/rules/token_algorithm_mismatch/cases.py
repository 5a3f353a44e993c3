"""What tokens are signed with, and what is accepted."""

BAD = [
    'return jwt.encode(claims, os.environ["JWT_KEY"], algorithm=ALGORITHMS)  # type: ignore[arg-type]'
]

FOUND = {
    "a list by position, python-jose": """
from jose import jwt
ALGORITHM = ["HS256"]
def create(claims, key):
    return jwt.encode(claims, key, ALGORITHM)  # !
""",
    "a tuple of the settings": """
#= config.py
from pydantic_settings import BaseSettings
class Settings(BaseSettings):
    key: str
    algorithms: list[str] = ["HS256"]
    names: tuple[str, ...]
settings = Settings()
#= tokens.py
from jwt import encode as sign
from config import settings
class Tokens:
    def create(self, claims):
        return sign(claims, settings.key, algorithm=settings.algorithms)  # !
    def refresh(self, claims):
        return sign(claims, settings.key, algorithm=settings.names)  # !
""",
    "the name of the other argument": """
import jwt
from jose import jwt as jose
def create(claims, key):
    return jwt.encode(claims, key, algorithms=["HS256"])  # !
def read(token, key):
    return jose.decode(token, key, algorithm="HS256")  # !
def claims(token, key):
    return jwt.decode(token, key, algorithm="HS256")  # !
""",
    "PyJWT and no algorithms": """
import jwt
from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import OAuth2PasswordBearer
app = FastAPI()
def user(token: str = Depends(OAuth2PasswordBearer("login"))):
    try:
        return jwt.decode(token, "key", options={"require": ["exp"]})["sub"]  # !
    except jwt.InvalidTokenError:
        raise HTTPException(401)
def other(token: str = Depends(OAuth2PasswordBearer("login"))):
    return jwt.PyJWT().decode(token, "key", algorithms=[])  # !
""",
    "signed with another": """
#= config.py
KEY = "key"
ALGORITHM = "HS512"
#= create.py
import jwt
from config import ALGORITHM, KEY
def create(claims):
    return jwt.encode(claims, KEY, algorithm=ALGORITHM)
#= read.py
import jwt
import config
def read(token):
    return jwt.decode(token, config.KEY, algorithms=["HS256"])  # !
#= main.py
from fastapi import FastAPI
import create, read
app = FastAPI()
""",
    "signed with the one that is taken where none is named": """
from jose import jwt
KEY = "key"
def create(claims):
    return jwt.encode(claims, KEY)
def read(token):
    return jwt.decode(token, KEY, algorithms=["HS384", "HS512"])  # !
""",
}

LOOK_ALIKES = {
    "one constant": """
import jwt
KEY, ALGORITHM = "key", "HS256"
def create(claims):
    return jwt.encode(claims, KEY, algorithm=ALGORITHM)
def read(token):
    return jwt.decode(token, KEY, algorithms=[ALGORITHM])
def again(token):
    return jwt.decode(token, KEY, algorithms=ALGORITHM)
""",
    "the first of a list, a setting": """
from jose import jwt
from config import settings
ALGORITHMS = ["HS256", "HS512"]
def create(claims):
    return jwt.encode(claims, "key", ALGORITHMS[0])
def refresh(claims):
    return jwt.encode(claims, "key", settings.algorithm)
def read(token):
    return jwt.decode(token, "key", ALGORITHMS)
""",
    "a key that knows its algorithm": """
import jwt
client = jwt.PyJWKClient("https://login.example.com/keys")
def read(token):
    signing_key = client.get_signing_key_from_jwt(token)
    return jwt.decode(token, signing_key, audience="api")
def other(token, jwk: jwt.PyJWK):
    return jwt.decode(token, jwk)
""",
    "claims that are only read": """
import jwt
def peek(token):
    return jwt.decode(token, options={"verify_signature": False})
def old(token, options):
    return jwt.decode(token, "key", **options)
""",
    "two keys, two algorithms": """
import jwt
PRIVATE, PUBLIC, SECRET = "a", "b", "c"
def create(claims):
    return jwt.encode(claims, PRIVATE, "ES256")
def read(token):
    return jwt.decode(token, PUBLIC, algorithms=["ES256"])
def reset(claims):
    return jwt.encode(claims, SECRET, "HS256")
def confirm(token):
    return jwt.decode(token, SECRET, algorithms=["HS256"])
""",
    "one key, two algorithms, each of which is signed with": """
import jwt
KEY = "key"
def create(claims):
    return jwt.encode(claims, KEY, "HS256")
def refresh(claims):
    return jwt.encode(claims, KEY, "HS512")
def read(token):
    return jwt.decode(token, KEY, algorithms=["HS512"])
""",
    "another library, PyJWT 1": """
#= requirements.txt
pyjwt==1.7.1
#= main.py
import jwt
from codec import encode
def create(claims):
    return encode(claims, "key", algorithm=["HS256"])
def read(token):
    return jwt.decode(token, "key")
""",
}
