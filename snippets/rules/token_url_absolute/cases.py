"""URLs of tokens, in applications below a path and in others."""

BAD = ['scheme = OAuth2PasswordBearer(tokenUrl="/auth/login")']

FOUND = {
    "the path is a setting": """
from fastapi import FastAPI
from fastapi.security import OAuth2PasswordBearer
from settings import settings
app = FastAPI(title="shop", root_path=settings.root_path)
scheme = OAuth2PasswordBearer("/token")  # !
""",
    "of another module": """
#= auth.py
from fastapi import security
TOKEN_URL = "/token"
scheme = security.OAuth2PasswordBearer(tokenUrl=TOKEN_URL, auto_error=False)  # !
#= main.py
import auth
from fastapi import FastAPI
def create_app():
    return FastAPI(root_path="/api")
""",
    "uvicorn is told": """
import uvicorn
from fastapi import FastAPI
from fastapi.security import OAuth2PasswordBearer
app = FastAPI()
scheme = OAuth2PasswordBearer(tokenUrl="/token")  # !
if __name__ == "__main__":
    uvicorn.run(app, root_path="/shop")
""",
    "mounted": """
from fastapi import FastAPI
from fastapi.security import OAuth2PasswordBearer
api = FastAPI()
scheme = OAuth2PasswordBearer(tokenUrl="/login")  # !
app = FastAPI()
app.mount("/api", api)
""",
    "the other flow": """
from fastapi import FastAPI
from fastapi.security import OAuth2AuthorizationCodeBearer
app = FastAPI(root_path="/shop")
scheme = OAuth2AuthorizationCodeBearer(authorizationUrl="authorize", tokenUrl="/token")  # !
""",
}

LOOK_ALIKES = {
    "relative": """
from fastapi import FastAPI
from fastapi.security import OAuth2PasswordBearer
app = FastAPI(root_path="/shop")
scheme = OAuth2PasswordBearer(tokenUrl="token")
""",
    "no path": """
from fastapi import FastAPI
from fastapi.security import OAuth2PasswordBearer
app = FastAPI(root_path="")
scheme = OAuth2PasswordBearer(tokenUrl="/token")
""",
    "the whole path": """
from fastapi import FastAPI
from fastapi.security import OAuth2PasswordBearer
app = FastAPI(root_path="/shop")
scheme = OAuth2PasswordBearer(tokenUrl="/shop/token")
""",
    "another host": """
from fastapi import FastAPI
from fastapi.security import OAuth2PasswordBearer
app = FastAPI(root_path="/shop")
scheme = OAuth2PasswordBearer(tokenUrl="https://login.example.com/token")
""",
    "files are mounted": """
from fastapi import FastAPI
from fastapi.security import OAuth2PasswordBearer
from fastapi.staticfiles import StaticFiles
app = FastAPI()
app.mount("/static", StaticFiles(directory="static"))
scheme = OAuth2PasswordBearer(tokenUrl="/token")
""",
    "a path of the settings": """
from fastapi import FastAPI
from fastapi.security import OAuth2PasswordBearer
from settings import settings
app = FastAPI(root_path=settings.root_path)
scheme = OAuth2PasswordBearer(tokenUrl=f"{settings.root_path}/token")
""",
}
