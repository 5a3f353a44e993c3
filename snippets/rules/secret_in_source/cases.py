"""Secrets in the source, and elsewhere."""

BAD = ['SECRET = os.getenv("JWT_SECRET", "change-me-in-production-please!!")']

_SETTINGS = """
import os, secrets
from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings
"""

FOUND = {
    "a default that is long enough for the code beside": """
import os
import jwt
SIGNING_KEY = os.getenv("SECRET_KEY", "change-me-before-production")  # !
if len(SIGNING_KEY) < 16:
    raise RuntimeError("set SECRET_KEY")
def issue(name):
    return jwt.encode({"sub": name}, SIGNING_KEY, algorithm="HS256")
""",
    "what runs after all validators makes something else": """
from pydantic_settings import BaseSettings
class Settings(BaseSettings):
    host: str = "db"
    url: str | None = None
    JWT_SECRET: str = "change-me-in-production"  # !
    def model_post_init(self, context):
        self.url = f"postgresql://{self.host}/app"
settings = Settings()
def read():
    return settings.JWT_SECRET
""",
    "a key that is its own name, in settings of Pydantic 1, beside a validator of others": """
#= settings.py
from pydantic import BaseSettings, Field, root_validator
class Settings(BaseSettings):
    SIGNING_KEY: str = "SIGNING_KEY"  # !
    HOST: str = "db"
    URI: str = None
    @root_validator
    def join(cls, values):
        values["URI"] = f"mongodb://{values['HOST']}"
        return values
class Tokens(BaseSettings):
    jwt_secret: str = Field("jwt_secret", env="TOKENS_KEY")  # !
#= main.py
import jwt
from fastapi import FastAPI
from settings import Settings, Tokens
app = FastAPI()
settings = Settings()
tokens = Tokens().dict()
@app.get("/a")
def a(name: str):
    return jwt.encode({"sub": name}, settings.SIGNING_KEY, algorithm="HS256")
class Signer:
    jwt_secret: str = tokens.get("jwt_secret")
    def sign(self, name: str):
        return jwt.encode({"sub": name}, self.jwt_secret, algorithm="HS256")
""",
    "settings by the environment": """
import os
import jwt
from fastapi import FastAPI
from pydantic_settings import BaseSettings
class Settings(BaseSettings):
    SECRET_KEY: str = os.getenv("SECRET_KEY", "change-me")  # !
settings = Settings()
app = FastAPI()
@app.get("/")
def read(token: str):
    return jwt.decode(token, settings.SECRET_KEY, algorithms=["HS256"])
""",
    "a decoder refuses its tokens, and sessions are signed with it": """
from pydantic_settings import BaseSettings
import jwt
from fastapi import FastAPI
class Settings(BaseSettings):
    jwt_secret: str = "change-me"  # !
    jwt_algorithm: str = "RS256"
settings = Settings()
app = FastAPI()
from starlette.middleware.sessions import SessionMiddleware
app.add_middleware(SessionMiddleware, secret_key=settings.jwt_secret)
@app.get("/")
def read(token: str):
    return jwt.decode(token, settings.jwt_secret, algorithms=[settings.jwt_algorithm])
""",
    "one of the decoder's algorithms takes it": """
from pydantic_settings import BaseSettings
import jwt
from fastapi import FastAPI
class Settings(BaseSettings):
    jwt_secret: str = "change-me"  # !
settings = Settings()
app = FastAPI()
@app.get("/")
def read(token: str):
    return jwt.decode(token, settings.jwt_secret, algorithms=["RS256", "HS256"])
""",
    "a default of the environment": """
import os
import fastapi
SECRET_KEY = os.getenv("SECRET_KEY", "dev")  # !
JWT = os.environ.get("JWT_SECRET_KEY", default="very-secret")  # !
""",
    "or else a text": """
import os
import fastapi
SECRET_KEY = os.getenv("SECRET_KEY") or "supersecret"  # !
""",
    "a key in a constant of another module": """
#= app/constants.py
KEY = "09d25e094faa6ca2556c818166b7a9563b93f7099f6f0f4caa6cf63b88e8d3e7"  # !
ALGORITHM = "HS256"
#= app/main.py
from fastapi import FastAPI
app = FastAPI()
#= app/security.py
import jwt
from app.constants import ALGORITHM, KEY
def sign(subject, expires):
    return jwt.encode({"sub": subject, "exp": expires}, KEY, algorithm=ALGORITHM)
def read(token):
    return jwt.decode(token, KEY, algorithms=[ALGORITHM])["exp"]
""",
    "fields of settings": _SETTINGS
    + """
class Settings(BaseSettings):
    SECRET_KEY: str = Field(default="your-secret-key-change-in-production")  # !
    session_secret: SecretStr = SecretStr("session")  # !
    first_superuser_password: str = "admin"  # !
    database_url: str = "postgresql+asyncpg://shop:hunter2@db.shop.de:5432/shop"  # !
""",
    "sessions in cookies": """
from fastapi import FastAPI
from starlette.middleware.sessions import SessionMiddleware
app = FastAPI()
app.add_middleware(SessionMiddleware, secret_key="some-random-string")  # !
""",
    "starlette's Config": """
from starlette.config import Config
config = Config(".env")
SECRET_KEY = config("SECRET_KEY", cast=str, default="secret")  # !
""",
    "fastapi-users": """
from fastapi import FastAPI
from fastapi_users.authentication import JWTStrategy
SECRET = "SECRET"  # !
def get_strategy():
    return JWTStrategy(secret=SECRET, lifetime_seconds=3600)
""",
    "only another variable is required": _SETTINGS
    + """
def load() -> str:
    if "DATABASE_URL" not in os.environ:
        raise ValueError("DATABASE_URL is required")
    return os.environ.get("JWT_SECRET_KEY", "dev-secret-key")  # !
""",
    "a private key, and a key that signs although it is called public": """
import jwt
PRIVATE = "-----BEGIN RSA PRIVATE KEY-----\\nMIIEpAIBAAKCAQEA\\n-----END RSA PRIVATE KEY-----"  # !
PUBLIC_KEY = "a-word-that-both-sides-know"  # !
def make(claims: dict) -> list[str]:
    return [
        jwt.encode(claims, PRIVATE, algorithm="RS256"),
        jwt.encode(claims, PUBLIC_KEY, algorithm="HS256"),
    ]
""",
    "a named text where the environment gives none": """
#= app/defaults.py
DEFAULT_SECRET = "a-secret-for-everybody"
#= app/main.py
import os
import jwt
import app.defaults
from app.defaults import DEFAULT_SECRET
OTHER_SECRET = "another-secret"
SECRET_KEY = os.getenv("SECRET_KEY", DEFAULT_SECRET)  # !
JWT_SECRET = os.environ.get("JWT_SECRET") or OTHER_SECRET  # !
class Tokens:
    FALLBACK = "a-secret-of-the-class"
    def __init__(self, config) -> None:
        self.key = config.key or os.getenv("JWT_SECRET_KEY") or app.defaults.DEFAULT_SECRET
        self.other = os.environ.get("APP_SECRET_KEY", default=Tokens.FALLBACK)  # !
""",
    "what signs is a default where nothing else is given, whatever it is called": """
import os
import jwt
from pydantic import BaseModel
DEFAULT_OF_ALL = "what-everybody-can-read"
OF_CRYPTO = "what-everybody-can-read-too"
KEY = os.getenv("SHOP_KEY") or DEFAULT_OF_ALL  # !
OTHER = os.environ.get("SHOP_OTHER_KEY", "and-this-one")  # !
class Config(BaseModel):
    key: str | None = None
class Crypto:
    def __init__(self, config: Config) -> None:
        self.key = (
            config.key
            or os.getenv("SHOP_SECRET_KEY")
            or OF_CRYPTO  # !
        )
    def sign(self, claims: dict) -> str:
        return jwt.encode(claims, self.key, algorithm="HS256")
    def read(self, token: str) -> dict:
        return jwt.decode(token, self.key, algorithms=["HS256"])
def sign(claims: dict) -> list[str]:
    return [jwt.encode(claims, KEY, algorithm="HS256"), jwt.encode(claims, OTHER)]
""",
    "the key of a service, a constant that is compared, a key in a dictionary": """
import os
import secrets
import jwt
import stripe
from fastapi import FastAPI, Header, HTTPException
app = FastAPI()
stripe.api_key = os.environ.get("STRIPE", "sk_live_51HxQ2eKZvYlo2C8aHnTbUq")  # !
ADMIN_PASSWORD = "correct horse"
SERVICE_API_KEY = "k-3491-a"
KEYS = {"current": "battery staple", "old": "tr0ub4dor"}  # !
STORE = {"aws_access_key_id": "AKIA3Q7WZL5RNB2KTU6D"}  # !
@app.delete("/a")
def a(key: str = Header()):
    if key != ADMIN_PASSWORD:  # !
        raise HTTPException(403)
@app.delete("/b")
def b(x_key: str = Header()):
    if not secrets.compare_digest(x_key, SERVICE_API_KEY):  # !
        raise HTTPException(403)
def sign(claims: dict) -> str:
    return jwt.encode(claims, KEYS["current"], "HS256")
""",
    "a password of the mail server": """
import aiosmtplib
import smtplib
from fastapi import FastAPI
from fastapi_mail import ConnectionConfig
app = FastAPI()
MAIL_PASS = "k9-Tulip-Rain"
config = ConnectionConfig(  # !
    MAIL_USERNAME="shop@shop.io", MAIL_PASSWORD="k9-Tulip-Rain", MAIL_SERVER="mail.shop.io"
)
@app.post("/mail")
def send(to: str, text: str):
    with smtplib.SMTP("mail.shop.io", 587) as server:
        server.login("shop@shop.io", "k9-Tulip-Rain")  # !
        server.sendmail("shop@shop.io", [to], text)
@app.post("/post")
def post(to: str, text: str):
    server = smtplib.SMTP_SSL("mail.shop.io")
    server.login(user="shop@shop.io", password=MAIL_PASS)  # !
    server.sendmail("shop@shop.io", [to], text)
@app.post("/later")
async def later(message):
    await aiosmtplib.send(message, hostname="mail.shop.io", username="shop", password="k9-Tulip-Rain")  # !
""",
}

LOOK_ALIKES = {
    "a default that is too short for the code beside": """
import os
import jwt
SIGNING_KEY = os.getenv("SECRET_KEY", "change-me")
if len(SIGNING_KEY) < 32:
    raise RuntimeError("set SECRET_KEY")
def issue(name):
    return jwt.encode({"sub": name}, SIGNING_KEY, algorithm="HS256")
""",
    "refused in production after all validators": _SETTINGS
    + """
PLACEHOLDERS = {"JWT_SECRET": ["change-me-in-production"]}
class Settings(BaseSettings):
    env: str = "local"
    JWT_SECRET: str = "change-me-in-production"
    def model_post_init(self, context):
        bad = [n for n, texts in PLACEHOLDERS.items() if getattr(self, n) in texts]
        if self.env == "production" and bad:
            raise ValueError(bad)
settings = Settings()
def read():
    return settings.JWT_SECRET
""",
    "a validator of all fields that refuses or replaces it, Pydantic 1 too": """
import secrets, jwt
from fastapi import FastAPI
from pydantic import BaseSettings, root_validator
class Refuses(BaseSettings):
    secret_key: str = "secret_key"
    @root_validator
    def known(cls, values):
        for name, value in values.items():
            if name == value:
                raise ValueError(name)
        return values
class Replaces(BaseSettings):
    jwt_secret: str = "jwt_secret"
    debug: bool = False
    @root_validator
    def drawn(cls, values):
        if not values["debug"]:
            values["jwt_secret"] = secrets.token_hex()
        return values
class Required(BaseSettings):
    token_secret: str
app = FastAPI()
@app.get("/a")
def a(name: str):
    jwt.encode({"sub": name}, Required().token_secret, algorithm="HS256")
    jwt.encode({"sub": name}, Replaces().jwt_secret, algorithm="HS256")
    return jwt.encode({"sub": name}, Refuses().secret_key, algorithm="HS256")
""",
    "a setting by the environment that nothing reads, beside the key": """
import os
import jwt
from fastapi import FastAPI
from pydantic_settings import BaseSettings
class Settings(BaseSettings):
    SECRET_KEY: str = os.getenv("SECRET_KEY", "change-me")
    JWT_KEY: str = os.environ["JWT_KEY"]
settings = Settings()
app = FastAPI()
@app.get("/")
def read(token: str):
    return jwt.decode(token, settings.JWT_KEY, algorithms=["HS256"])
""",
    "a variable that nothing reads, beside the key": """
import os
import jwt
from fastapi import FastAPI
SECRET_KEY = os.getenv("SECRET_KEY", "change-me")
KEY = os.environ["JWT_SECRET"]
app = FastAPI()
@app.get("/")
def read(token: str):
    return jwt.decode(token, KEY, algorithms=["HS256"])
""",
    "a written key whose tokens the decoder refuses": """
import jwt
from fastapi import FastAPI
app = FastAPI()
client = jwt.PyJWKClient("https://x")
@app.post("/token")
def dev_token(): return jwt.encode({"sub": "x"}, "change-me", algorithm="HS256")
@app.get("/")
def read(token: str):
    key = client.get_signing_key_from_jwt(token)
    return jwt.decode(token, key.key, algorithms=["RS256"])
""",
    "a key whose tokens the decoder refuses": """
from pydantic_settings import BaseSettings
import jwt
from fastapi import FastAPI
class Settings(BaseSettings):
    jwt_secret: str = "change-me"
settings = Settings()
app = FastAPI()
client = jwt.PyJWKClient("https://x")
@app.post("/token")
def dev_token(): return jwt.encode({"sub": "x"}, settings.jwt_secret, algorithm="HS256")
@app.get("/")
def read(token: str):
    key = client.get_signing_key_from_jwt(token)
    return jwt.decode(token, key.key, algorithms=["RS256"])
""",
    "a variable that the decoder's algorithm takes for no key": """
import jwt, os
from fastapi import FastAPI
JWT_SECRET = os.getenv("JWT_SECRET", "change-me")
app = FastAPI()
@app.get("/")
def read(token: str):
    return jwt.decode(token, JWT_SECRET, algorithms=["RS256"])
""",
    "a text that the decoder's algorithm takes for no key": """
from pydantic_settings import BaseSettings
import jwt
from fastapi import FastAPI
class Settings(BaseSettings):
    jwt_secret: str = "change-me"
    jwt_algorithm: str = "RS256"
settings = Settings()
app = FastAPI()
@app.get("/")
def read(token: str):
    return jwt.decode(token, settings.jwt_secret, algorithms=[settings.jwt_algorithm])
""",
    "no default": _SETTINGS
    + """
SECRET_KEY = os.environ["SECRET_KEY"]
OTHER = os.getenv("JWT_SECRET")
MORE = os.getenv("JWT_SECRET", "")
class Settings(BaseSettings):
    secret_key: SecretStr
    jwt_secret: str = Field(min_length=32)
    session_secret: str | None = None
    app_secret: str = ""
""",
    "made anew": _SETTINGS
    + """
class Settings(BaseSettings):
    secret_key: str = secrets.token_urlsafe(32)
    jwt_secret: str = Field(default_factory=secrets.token_hex)
KEY = os.getenv("SECRET_KEY", secrets.token_hex())
""",
    "the start ends where it is not given": _SETTINGS
    + """
def load(config: dict) -> dict:
    found = {"key": os.environ.get("JWT_SECRET_KEY", "dev-secret-key")}
    if not config["bypass"] and "JWT_SECRET_KEY" not in os.environ:
        raise ValueError("JWT_SECRET_KEY is required")
    return found
""",
    "it ends at once, at module level": _SETTINGS
    + """
import sys
KEY = os.getenv("SECRET_KEY", "insecure")
if not os.getenv("SECRET_KEY"):
    print("no SECRET_KEY")
    sys.exit(1)
""",
    "the start refuses it": _SETTINGS
    + """
class Settings(BaseSettings):
    secret_key: str = "changethis"
    jwt_secret: str = "changeme"
    @field_validator("secret_key")
    @classmethod
    def known(cls, value):
        if value == "changethis":
            raise ValueError
        return value
def start(settings: Settings):
    if settings.jwt_secret == "changeme":
        raise SystemExit("set JWT_SECRET")
""",
    "tests, development, examples": """
#= tests/conftest.py
import os
os.environ.setdefault("SECRET_KEY", "test")
#= app/config_dev.py
SECRET_KEY = __import__("os").getenv("SECRET_KEY", "dev")
#= app/config.py
from pydantic_settings import BaseSettings
class TestSettings(BaseSettings):
    secret_key: str = "test"
#= scripts/try.py
import jwt
print(jwt.encode({"sub": "1"}, "secret"))
""",
    "what is no secret": _SETTINGS
    + """
from starlette.config import Config
config = Config(".env")
class Read(BaseSettings):
    secret_key: SecretStr = config("SECRET_KEY", cast=SecretStr)
TOKEN_KEY = "access_token"
SECRET_KEY_NAME = "SECRET_KEY"
class Settings(BaseSettings):
    jwt_algorithm: str = "HS256"
    token_key: str = "token"
    secret_key_file: str = "/run/secrets/key"
    database_url: str = "postgresql://postgres:postgres@localhost:5432/app"
    redis_url: str = "redis://:password@redis:6379/0"
    other_url: str = "postgresql://user:password@db.example.com/app"
REGION = os.getenv("REGION", "eu")
""",
    "only while one develops": """
import os
import fastapi
DEBUG = os.getenv("DEBUG") == "1"
if DEBUG:
    SECRET_KEY = os.getenv("SECRET_KEY", "dev")
else:
    SECRET_KEY = os.environ["SECRET_KEY"]
""",
    "the text of a template, a digest of what is no secret": """
import hashlib, hmac
import jwt
SECRET_KEY = "{{cookiecutter.secret_key}}"
def sign(subject, expires):
    return jwt.encode({"sub": subject, "exp": expires}, SECRET_KEY, algorithm="HS256")
def challenge(token):
    return hmac.new(b"public-name-of-this-integration", token, hashlib.sha256).hexdigest()
""",
    "a public key": """
import jwt
def read(token, keys):
    return jwt.decode(token, keys["public"], algorithms=["RS256"])["exp"]
""",
    "public keys and certificates": '''
import jwt
from jose import jwt as jose
PUBLIC = """-----BEGIN PUBLIC KEY-----
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAjxTIntA7YvdfnYkLSN4w
-----END PUBLIC KEY-----
"""
OLD = "-----BEGIN RSA PUBLIC KEY-----\\nMIIBCgKCAQEAjxTIntA7Yvdfn\\n-----END RSA PUBLIC KEY-----"
CERTIFICATE = b"""-----BEGIN CERTIFICATE-----
MIIDdzCCAl+gAwIBAgIEAgAAuTANBgkqhkiG9w0BAQUFADBa
-----END CERTIFICATE-----"""
SSH = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIB1Zk7uQxq issuer"
JWK = {"kty": "RSA", "kid": "1", "n": "jxTIntA7YvdfnYkLSN4w", "e": "AQAB"}
ISSUER_PUBLIC_KEY = "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAjxTIntA7YvdfnYkLSN4w"
publicKey = "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAjxTIntA7YvdfnYkLSN4w"
def read(token: str) -> list[dict]:
    return [
        jwt.decode(token, PUBLIC, algorithms=["RS256"]),
        jwt.decode(token, OLD, algorithms=["RS256"]),
        jwt.decode(token, key=CERTIFICATE.decode(), algorithms=["RS256"]),
        jwt.decode(token, SSH, algorithms=["EdDSA"]),
        jose.decode(token, JWK, algorithms=["RS256"]),
        jwt.decode(token, ISSUER_PUBLIC_KEY, algorithms=["RS256"]),
        jwt.decode(token, publicKey, algorithms=["RS256"]),
        jwt.decode(token, "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA", algorithms=["ES256"]),
    ]
''',
    "a public key as the default of a setting": '''
import os
import jwt
from pydantic_settings import BaseSettings
class Settings(BaseSettings):
    jwt_key: str = """-----BEGIN PUBLIC KEY-----
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAjxTIntA7YvdfnYkLSN4w
-----END PUBLIC KEY-----"""
settings = Settings()
SIGNING_KEY = os.getenv("SIGNING_KEY", "-----BEGIN EC PUBLIC KEY-----\\nMFkwEwYHKoZIzj0CAQY")
def read(token: str) -> dict:
    return jwt.decode(token, settings.jwt_key, algorithms=["RS256"])
''',
    "a name that is no text where the environment gives none": """
import os
import secrets
import jwt
DRAWN = secrets.token_hex(32)
NOTHING = ""
PATH = "/run/secrets/key"
SECRET_KEY = os.getenv("SECRET_KEY", DRAWN)
JWT_SECRET = os.environ.get("JWT_SECRET") or NOTHING
SIGNING_KEY = os.getenv("SIGNING_KEY") or open(PATH).read()
def key(given: str) -> str:
    return os.getenv("SECRET_KEY") or given
""",
    "what signs is given, drawn or required": """
import os
import secrets
import jwt
DRAWN = secrets.token_urlsafe(32)
KEY = os.getenv("SHOP_KEY") or DRAWN
OTHER = os.environ.get("SHOP_OTHER_KEY", "")
class Crypto:
    def __init__(self, key: str | None) -> None:
        self.key = key or os.environ["SHOP_SECRET_KEY"]
        self.other = key or secrets.token_hex()
        self.algorithm = os.getenv("ALGORITHM") or "HS256"
    def sign(self, claims: dict) -> str:
        return jwt.encode(claims, self.key, algorithm=self.algorithm)
    def read(self, token: str) -> dict:
        return jwt.decode(token, self.other, algorithms=["HS256"])
def sign(claims: dict) -> list[str]:
    return [jwt.encode(claims, KEY, algorithm="HS256"), jwt.encode(claims, OTHER)]
""",
    "a setting that nothing reads beside the key that signs": """
import jwt
from pydantic_settings import BaseSettings
class Settings(BaseSettings):
    secret_key: str = "change-this"
    signing_key: str
settings = Settings()
def sign(claims: dict) -> str:
    return jwt.encode(claims, settings.signing_key, algorithm="HS256")
""",
    "the id of a key in a signed address": """
from pydantic import BaseModel, Field
SIGNED = "https://files.s3.amazonaws.com/a.pdf?X-Amz-Credential=AKIA3Q7WZL5RNB2KTU6D%2F20250101"
class File(BaseModel):
    url: str = Field(examples=["https://files.s3.amazonaws.com/a?AWSAccessKeyId=AKIA3Q7WZL5RNB2KTU6D"])
""",
    "placeholders, and constants that are no secret": """
import os
from fastapi import FastAPI, Header, HTTPException
app = FastAPI()
EXAMPLE = "sk_live_xxxxxxxxxxxxxxxxxxxxxxxx"
ADMIN_ROLE = "admin"
API_KEY = os.environ["API_KEY"]
@app.get("/a")
def a(role: str, key: str = Header()):
    if role != ADMIN_ROLE or key != API_KEY:
        raise HTTPException(403)
""",
    "a password of the mail server that is given, or made up": """
import os
import smtplib
from fastapi import FastAPI
from settings import settings
app = FastAPI()
@app.post("/mail")
def send(to: str, text: str):
    with smtplib.SMTP("mail.shop.io", 587) as server:
        server.login("shop@shop.io", os.environ["MAIL_PASSWORD"])
        server.login(settings.mail_user, settings.mail_password)
        server.login("shop@shop.io", "your_password_here")
        server.sendmail("shop@shop.io", [to], text)
@app.post("/login")
async def login(client, user: str):
    await client.send("shop", "k9-Tulip-Rain")
""",
}

FOUND["what fastapi-users signs its mails with"] = """
import fastapi
from fastapi_users import BaseUserManager
SECRET = "mails"  # !
class UserManager(BaseUserManager):
    reset_password_token_secret = verification_token_secret = "SECRET"  # !
class OtherManager(BaseUserManager):
    reset_password_token_secret: str = SECRET
    reset_password_token_lifetime_seconds = "600"
"""
FOUND["settings of several secrets"] = (
    _SETTINGS
    + """
class Settings(BaseSettings):
    RESET_PASSWORD_TOKEN_SECRET: str = "SECRET"  # !
    VERIFICATION_TOKEN_SECRET: str = "SECRET"  # !
    EMAIL_VERIFICATION_SECRET: str = "mail"  # !
    COOKIE_SECRET: str = "cookie"  # !
settings = Settings()
print(settings.RESET_PASSWORD_TOKEN_SECRET, settings.VERIFICATION_TOKEN_SECRET)
print(settings.EMAIL_VERIFICATION_SECRET, settings.COOKIE_SECRET)
"""
)
LOOK_ALIKES["secrets of fastapi-users from the environment, a class of another library"] = """
import fastapi
import os
from fastapi_users import BaseUserManager
class UserManager(BaseUserManager):
    reset_password_token_secret = verification_token_secret = os.environ["MAIL_SECRET"]
class Manager:
    reset_password_token_secret = "SECRET"
"""
FOUND["in a class that is no settings, by its object"] = """
import jwt
from fastapi import FastAPI
class Auth:
    KEY = "d25e094faa6ca2556c818166b7a9563b"  # !
    ALGORITHM = "HS256"
auth = Auth()
app = FastAPI()
@app.post("/token")
def token(name: str):
    return jwt.encode({"sub": name}, auth.KEY, algorithm=auth.ALGORITHM)
"""
FOUND["what fastapi-jwt-auth loads"] = """
from fastapi import Depends, FastAPI
from fastapi_jwt_auth import AuthJWT
from pydantic import BaseModel
class Options(BaseModel):
    authjwt_secret_key: str = "secret"  # !
@AuthJWT.load_config
def options():
    return Options()
app = FastAPI()
@app.get("/")
def read(auth: AuthJWT = Depends()):
    auth.jwt_required()
"""
LOOK_ALIKES[
    "in a class whose objects get another; what fastapi-jwt-auth gets from the environment"
] = """
import os
import jwt
from fastapi import Depends, FastAPI
from fastapi_jwt_auth import AuthJWT
from pydantic import BaseModel
class Auth:
    KEY = "change-me"
    def __init__(self):
        self.KEY = os.environ["JWT_KEY"]
auth = Auth()
class Options(BaseModel):
    authjwt_secret_key: str = os.environ["AUTH_KEY"]
class Other(BaseModel):
    authjwt_secret_key: str = "secret"
@AuthJWT.load_config
def options():
    return Options()
app = FastAPI()
@app.post("/token")
def token(name: str):
    return jwt.encode({"sub": name}, auth.KEY, algorithm="HS256")
"""

FOUND["keys in the headers of requests"] = """
import httpx
import requests
from fastapi import FastAPI
app = FastAPI()
TOKEN = "b7f2c9d04e8a4d11"  # !
class Crm:
    def __init__(self):
        self.headers = {"X-Api-Key": "crm-81f3-55ac-09de-71b4"}  # !
    def send(self, row: dict):
        requests.post("https://crm.shop.de/rows", json=row, headers=self.headers)
@app.post("/a")
async def a(row: dict):
    async with httpx.AsyncClient(headers={"Authorization": f"Bearer {TOKEN}"}) as client:
        await client.post("https://crm.shop.de/rows", json=row)
@app.post("/b")
def b(row: dict):
    headers = {
        "accept": "application/json",
        "Private-Token": "q8R4tY2uI0pL5kJ3",  # !
    }
    httpx.post("https://git.shop.de/rows", json=row, headers=headers)
    Crm().send(row)
"""
LOOK_ALIKES["headers without a key, and keys of an example"] = """
import os
import httpx
from fastapi import FastAPI, Response
app = FastAPI()
TOKEN = os.environ["TOKEN"]
EXAMPLES = {"Authorization": "Bearer b7f2c9d04e8a4d11"}
@app.post("/a", responses={401: {"headers": {"X-Token": {"schema": {"type": "string"}}}}})
async def a(row: dict, name: str):
    headers = {
        "Authorization": f"Bearer {TOKEN}",
        "X-Api-Key": os.getenv("CRM_API_KEY"),
        "X-Auth-Token": "your-token-0123456",
        "X-Request-Id": "b7f2c9d04e8a4d11",
        "Idempotency-Key": name,
        "X-Csrf-Token": "fetch",
    }
    httpx.post("https://crm.shop.de/rows", json=row, headers=headers)
    return Response(headers={"Cache-Control": "max-age=60", "WWW-Authenticate": "Bearer realm=a1"})
"""

LOOK_ALIKES["a kind of token, by an Enum"] = """
from enum import Enum, StrEnum
import jwt
from fastapi import FastAPI, Header, HTTPException
class Kind(str, Enum):
    access_token = "access"
    refresh_token = "refresh"
class Way(StrEnum):
    API_KEY = "api-key"
app = FastAPI()
@app.get("/a")
def a(key: str, token: str = Header()):
    claims = jwt.decode(token, key, algorithms=["HS256"])
    if claims["kind"] != Kind.access_token or claims["way"] == Way.API_KEY:
        raise HTTPException(401)
"""
