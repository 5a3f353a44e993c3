"""Accounts that are found by an address of which nobody knows whether it is verified."""

BAD = ['user = await session.scalar(select(User).where(User.email == claims["email"]))']

_MODELS = """
#= models.py
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
class Base(DeclarativeBase): ...
class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str]
    subject: Mapped[str]
#= login.py
import httpx
import jwt
from authlib.integrations.starlette_client import OAuth
from fastapi import FastAPI, HTTPException, Request
from google.auth.transport import requests
from google.oauth2 import id_token
from sqlalchemy import func, select
from models import User
app = FastAPI()
oauth = OAuth()
session = ...
"""

_PROVIDERS = (
    _MODELS
    + """
async def profile(provider: str, token: str) -> dict:
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(headers=headers) as client:
        if provider == "google":
            answer = await client.get("https://www.googleapis.com/oauth2/v2/userinfo")
            return answer.json()
        answer = await client.get("https://api.github.com/user")
        return answer.json()
@app.get("/callback/{provider}")
async def callback(provider: str, token: str):
    claims = await profile(provider, token)
    if provider == "github":
        address = claims["email"]
    ELSE
        address = claims.get("email")  # !
    return session.scalar(select(User).where(User.email == address))
"""
)

FOUND = {
    "of another provider than GitHub": _PROVIDERS.replace("ELSE", 'elif provider == "google":'),
    "of all other providers than GitHub": _PROVIDERS.replace("ELSE", "else:"),
    "authlib": _MODELS
    + """
@app.get("/callback")
async def callback(request: Request):
    token = await oauth.company.authorize_access_token(request)
    profile = token.get("userinfo")
    email = profile.get("email").lower()  # !
    return session.scalar(select(User).where(func.lower(User.email) == email))
""",
    "authlib, a function that looks up": _MODELS
    + """
def by_address(address):
    return session.query(User).filter_by(email=address).first()
@app.get("/callback")
async def callback(request: Request):
    token = await oauth.company.authorize_access_token(request)
    return by_address(token["userinfo"]["email"])  # !
""",
    "one of two callers refuses the address, the other logs in": _MODELS
    + """
class Users:
    async def by_address(self, email: str):
        return (await session.execute(select(User).where(User.email == email))).scalar()
users = Users()
async def sign_up(email: str):
    if await users.by_address(email):
        raise HTTPException(409)
@app.get("/callback")
async def callback(request: Request):
    token = await oauth.company.authorize_access_token(request)
    return await users.by_address(token["userinfo"]["email"])  # !
""",
    "a repository": _MODELS
    + """
class Users:
    def __init__(self, model):
        self.model = model
    def by_address(self, email):
        found = session.query(self.model).filter(self.model.email == email).first()
        if not found:
            raise HTTPException(404)
        return found
users = Users(User)
@app.get("/callback")
async def callback(request: Request):
    token = await oauth.company.authorize_access_token(request)
    userinfo = token.get("userinfo")
    return users.by_address(email=userinfo["email"])  # !
""",
    "google-auth, through an object": _MODELS
    + """
from pydantic import BaseModel
class Profile(BaseModel):
    email: str
    name: str
def verify(credential) -> Profile:
    info = id_token.verify_oauth2_token(credential, requests.Request(), "client")
    return Profile(email=info["email"], name=info["name"])  # !
def find(profile: Profile):
    return session.query(User).filter(User.email == profile.email).first()
@app.post("/google")
def log_in(credential: str):
    return find(verify(credential))
""",
    "the address of the provider in a constant, a library that looks up": _MODELS
    + """
USERINFO_URL = "https://www.googleapis.com/oauth2/v3/userinfo"
async def fetch(access_token):
    async with httpx.AsyncClient() as client:
        response = await client.get(USERINFO_URL, headers={"Authorization": access_token})
        return response.json()
@app.get("/callback")
async def callback(code: str, users):
    info = await fetch(code)
    return await users.get_by_email(info["email"])  # !
""",
    "an ID token with keys that the provider publishes": _MODELS
    + """
jwks = jwt.PyJWKClient("https://login.example.com/keys")
def claims_of(token):
    key = jwks.get_signing_key_from_jwt(token)
    return jwt.decode(token, key.key, algorithms=["RS256"], audience="client")
@app.post("/login")
def log_in(token: str):
    claims = claims_of(token)
    email = claims["email"]  # !
    return session.scalar(select(User).where(User.email == email))
""",
    "MongoDB": _MODELS
    + """
@app.get("/callback")
async def callback(request: Request, db):
    token = await oauth.google.authorize_access_token(request)
    user_info = await oauth.google.parse_id_token(request, token)
    return await db.users.find_one({"email": user_info["email"]})  # !
""",
    "refused where there is none": _MODELS
    + """
@app.get("/callback")
async def callback(request: Request):
    token = await oauth.company.authorize_access_token(request)
    email = token["userinfo"]["email"]  # !
    if (user := session.scalar(select(User).where(User.email == email))) is None:
        raise HTTPException(403)
    return user
""",
    "the account is said to be verified": _MODELS
    + """
@app.get("/callback")
async def callback(request: Request):
    token = await oauth.company.authorize_access_token(request)
    email = token["userinfo"]["email"]  # !
    user = session.scalar(select(User).where(User.email == email))
    if user is None:
        user = User(email=email, email_verified=True)
    return user
""",
    "the claims of an id token, unverified": _MODELS
    + """
from jose import jwt as jose
@app.get("/callback")
async def callback(code: str):
    async with httpx.AsyncClient() as client:
        tokens = (await client.post("https://oauth2.googleapis.com/token", data={"code": code})).json()
    claims = jose.get_unverified_claims(tokens["id_token"])
    return session.scalar(select(User).where(User.email == claims["email"]))  # !
@app.post("/one-tap")
async def one_tap(id_token: str):
    claims = jwt.decode(id_token, options={"verify_signature": False})
    return session.scalar(select(User).where(User.email == claims.get("email")))  # !
""",
}

_CALLBACK = """
@app.get("/callback")
async def callback(request: Request):
    token = await oauth.company.authorize_access_token(request)
    profile = token["userinfo"]
"""

LOOK_ALIKES = {
    "each caller of a repository refuses the address that it finds": _MODELS
    + """
class Users:
    async def by_address_and_provider(self, email: str, provider: str):
        found = await session.execute(
            select(User).where(User.email == email, User.subject.startswith(provider))
        )
        return found.scalars().first()
users = Users()
async def sign_up(email: str, provider: str | None):
    known = await users.by_address_and_provider(email, provider)
    if known:
        if provider:
            raise HTTPException(409, "This provider has that address already")
        else:
            raise HTTPException(409, "This address is taken")
    return User(email=email)
@app.get("/callback")
async def callback(request: Request):
    token = await oauth.company.authorize_access_token(request)
    return await sign_up(token["userinfo"]["email"], "company")
""",
    "verified": _MODELS
    + _CALLBACK
    + """
    if profile.get("email_verified") is not True:
        raise HTTPException(403)
    return session.scalar(select(User).where(User.email == profile["email"]))
""",
    "verified, by Google's older name": _MODELS
    + _CALLBACK
    + """
    if not profile["verified_email"]:
        raise HTTPException(403)
    return session.scalar(select(User).where(User.email == profile["email"]))
""",
    "a class that has the claim": _MODELS
    + """
from pydantic import BaseModel
class Profile(BaseModel):
    email: str
    email_verified: bool
async def profile_of(request) -> Profile:
    token = await oauth.company.authorize_access_token(request)
    return Profile(email=token["userinfo"]["email"], **token["userinfo"])
@app.get("/callback")
async def callback(request: Request):
    profile = await profile_of(request)
    if not profile.email_verified:
        raise HTTPException(403)
    return session.scalar(select(User).where(User.email == profile.email))
""",
    "found by the subject": _MODELS
    + _CALLBACK
    + """
    user = session.scalar(select(User).where(User.subject == profile["sub"]))
    return user or User(subject=profile["sub"], email=profile["email"])
""",
    "one domain of Google Workspace": _MODELS
    + _CALLBACK
    + """
    if profile.get("hd") != "example.com":
        raise HTTPException(403)
    return session.scalar(select(User).where(User.email == profile["email"]))
""",
    "the service's own tokens": _MODELS
    + """
@app.get("/me")
def me(token: str):
    claims = jwt.decode(token, "secret", algorithms=["HS256"])
    return session.scalar(select(User).where(User.email == claims["email"]))
""",
    "a body": _MODELS
    + """
@app.post("/login")
def log_in(data: dict):
    return session.scalar(select(User).where(User.email == data["email"]))
""",
    "another service's JSON": _MODELS
    + """
async def contact(number):
    async with httpx.AsyncClient() as client:
        response = await client.get(f"https://crm.example.com/contacts/{number}")
        return response.json()
@app.get("/contacts/{number}")
async def read(number: int):
    found = await contact(number)
    return session.scalar(select(User).where(User.email == found["email"]))
""",
    "an address that has an account is refused": _MODELS
    + _CALLBACK
    + """
    user = session.scalar(select(User).where(User.subject == profile["sub"]))
    if user is None:
        other = session.scalar(select(User).where(User.email == profile["email"]))
        if other is not None:
            raise HTTPException(409)
        user = User(subject=profile["sub"], email=profile["email"])
    return user
""",
    "an address that has an account is refused, in one line": _MODELS
    + _CALLBACK
    + """
    if session.scalar(select(User.id).where(User.email == profile["email"])):
        raise HTTPException(409)
    return User(subject=profile["sub"], email=profile["email"])
""",
    "an address that has changed": _MODELS
    + _CALLBACK
    + """
    user = session.scalar(select(User).where(User.subject == profile["sub"]))
    if user.email != profile["email"]:
        user.email = profile["email"]
    return user
""",
    "compared with a setting": _MODELS
    + _CALLBACK
    + """
    return {"is_boss": profile["name"] == "boss", "address": profile["email"]}
""",
    "the claims of an own token, and of an id token that says verified": _MODELS
    + """
from jose import jwt as jose
@app.get("/me")
async def me(token: str):
    claims = jose.get_unverified_claims(token)
    return session.scalar(select(User).where(User.email == claims["email"]))
@app.post("/one-tap")
async def one_tap(id_token: str):
    claims = jwt.decode(id_token, options={"verify_signature": False})
    if not claims.get("email_verified"):
        raise HTTPException(401)
    return session.scalar(select(User).where(User.email == claims.get("email")))
""",
}
