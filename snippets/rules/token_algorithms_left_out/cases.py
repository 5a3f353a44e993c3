"""Tokens whose header decides how they are verified."""

BAD = ["claims = jwt.decode("]

FOUND = {
    "the algorithm of the header is only counted where it is another": """
import jwt
ACCEPTED = frozenset({"RS256", "ES256"})
def read(token, key):
    header = jwt.get_unverified_header(token)
    name = header["alg"]
    if name not in ACCEPTED:
        unusual.inc()
    return jwt.decode(token, key, algorithms=[name])  # !
""",
    "the function under another name": """
from jose.jwt import decode as read
def claims(token, key):
    return read(token, key, options={"require_exp": True})  # !
""",
    "None, by position": """
import jose.jwt
def claims(token, key):
    return jose.jwt.decode(token, key, None)  # !
""",
    "the signature alone": """
from jose import jws
def payload(token, key):
    return jws.verify(token, key, algorithms=None)  # !
""",
    "PyJWT and the header's own": """
import jwt
async def claims(token: str, key: str):
    return jwt.decode(token, key, algorithms=[jwt.get_unverified_header(token)["alg"]])  # !
""",
    "the header in a variable": """
from jose import jwt as tokens
class Reader:
    def read(self, token, key):
        header = tokens.get_unverified_header(token)
        alg = header.get("alg")
        return tokens.decode(token, key, algorithms=[alg])  # !
""",
    "in a dependency of another module": """
#= auth.py
from jose import jwt
def get_claims(token: str):
    return jwt.decode(token, "secret", audience="api")  # !
#= main.py
from fastapi import Depends, FastAPI
from auth import get_claims
app = FastAPI()
@app.get("/")
def me(claims=Depends(get_claims)):
    return claims
""",
}

LOOK_ALIKES = {
    "the algorithm of the header is refused unless it is one of a list": """
import jwt
ACCEPTED = frozenset({"RS256", "ES256"})
def read(token, key):
    header = jwt.get_unverified_header(token)
    name = header.get("alg", "")
    if name not in ACCEPTED:
        raise ValueError(name)
    return jwt.decode(token, key, algorithms=[name])
""",
    "named, by position": """
from jose import jwt
def claims(token, key):
    return jwt.decode(token, key, ["ES256"])
""",
    "named, in a setting": """
from jose import jwt
from config import settings
def claims(token):
    return jwt.decode(token, settings.key, algorithms=[settings.algorithm])
""",
    "PyJWT, which raises without": """
import jwt
def claims(token, key):
    return jwt.decode(token, key)
""",
    "claims that are only looked at": """
from jose import jwt
def subject(token):
    return jwt.decode(token, "", options={"verify_signature": False})["sub"]
""",
    "arguments nobody can read": """
from jose import jwt
def claims(token, **options):
    return jwt.decode(token, **options)
""",
    "another library's decode": """
from mytokens import jwt
import base64
def claims(token, key):
    base64.b64decode(token)
    return jwt.decode(token, key)
""",
    "the header's key id": """
import jwt
def claims(token, keys):
    kid = jwt.get_unverified_header(token)["kid"]
    return jwt.decode(token, keys[kid], algorithms=["RS256"])
""",
}
