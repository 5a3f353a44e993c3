"""Errors that are returned, and those that are raised."""

BAD = [
    'return HTTPException(403, "Staff only")',
    'return HTTPException(404, "No such book")',
    'return HTTPException(404, "No such book")',
    'return {"detail": "No such book"}, 404',
    'return Answer(status_code=404, message="No such book")',
    'return HTTPException(409, "Sold out")',
]

_APP = """
#= main.py
from http import HTTPStatus
import fastapi
from fastapi import APIRouter, Depends, FastAPI, HTTPException, status
from fastapi.responses import JSONResponse
app = FastAPI()
router = APIRouter()
"""

_ANSWER = (
    _APP
    + """
from fastapi import Response
from pydantic import BaseModel, Field
class Answer(BaseModel):
    status_code: int = Field(alias="statusCode")
    message: str
"""
)

FOUND = {
    "a name that one branch alone gives another answer": _ANSWER
    + """
@app.post("/a")
def a(name: str):
    answer = {"status_code": 404, "message": "no name"}
    if name:
        answer = {"status_code": 200, "message": name}
    else:
        print("no name")
    return answer  # !
""",
    "an exception that nobody raises": """
from fastapi import Depends, FastAPI, HTTPException
app = FastAPI()
class Missing(HTTPException):
    def __init__(self):
        super().__init__(404, "missing")
def found(rows: list) -> dict:
    if not rows:
        Missing()  # !
    return rows[0]
def caller(token: str = ""):
    if not token:
        HTTPException(status_code=401, detail="Log in first")  # !
    return token
@app.get("/rows")
async def first(name: str, user=Depends(caller)):
    return found([row for row in rows if row == name])
""",
    "a status in the body alone": _ANSWER
    + """
@app.post("/a", response_model=Answer)
def a(name: str):
    try:
        name.encode("ascii")
    except UnicodeError:
        return Answer(statusCode=status.HTTP_400_BAD_REQUEST, message="no")  # !
    return Answer(status_code=200, message="yes")
@app.post("/b", status_code=201)
def b(name: str):
    if not name:
        return {"status_code": 422, "message": "no"}  # !
    return {"status_code": 201}
def refused(message: str) -> Answer:
    return Answer(status_code=HTTPStatus.FORBIDDEN, message=message)  # !
@app.get("/c")
async def c(name: str):
    return refused("no") if name else None
""",
    "under the name of the package": _APP
    + """
@router.get("/")
def read():
    return fastapi.HTTPException(status_code=404)  # !
""",
    "of Starlette, renamed": """
from fastapi import FastAPI
from starlette.exceptions import HTTPException as Error
app = FastAPI()
@app.get("/")
def read():
    return Error(404)  # !
""",
    "a variable": _APP
    + """
@app.get("/")
async def read(name: str | None = None):
    error = HTTPException(404)
    if name is None:
        return error  # !
    return name
""",
    "a condition": _APP
    + """
@app.get("/")
async def read(name: str | None = None):
    return {"name": name} if name else HTTPException(404)  # !
""",
    "in an except": _APP
    + """
@app.get("/")
async def read(name: str):
    try:
        return {"number": int(name)}
    except ValueError as error:
        return HTTPException(400, str(error))  # !
""",
    "an own subclass": _APP
    + """
class NotFound(HTTPException):
    def __init__(self):
        super().__init__(404)
@app.get("/")
async def read():
    return NotFound()  # !
""",
    "a service in another module": _APP
    + """
import books
@app.get("/")
async def read(name: str):
    return await books.find(name)
@app.get("/again")
async def read_again(name: str):
    found = await books.find(name)
    return found
#= books.py
from fastapi import HTTPException
BOOKS = {}
async def find(name):
    if name not in BOOKS:
        return HTTPException(404)  # !
    return BOOKS[name]
""",
    "a helper that others raise": _APP
    + """
def missing() -> HTTPException:
    return HTTPException(404)
@app.get("/")
async def read(name: str):
    if not name:
        return missing()  # !
    raise missing()
""",
    "a helper that nobody raises": _APP
    + """
def remove(name):
    if name:
        return HTTPException(409)  # !
    return HTTPException(404, name)  # !
@app.get("/")
async def read(name: str):
    return remove(name)
""",
    "the caught one": _APP
    + """
@app.get("/")
async def read(name: str):
    try:
        raise HTTPException(404)
    except HTTPException as error:
        return error  # !
""",
    "a pair with the status by name": _APP
    + """
@app.get("/")
async def read(name: str):
    answer = {"error": name}
    if name == "a":
        return answer, status.HTTP_400_BAD_REQUEST  # !
    if name == "b":
        return answer, HTTPStatus.CONFLICT  # !
    if name == "c":
        return answer, HTTPStatus.CONFLICT.value  # !
    return answer, 404  # !
""",
    "a pair with headers, a response, a text": _APP
    + """
@app.get("/")
async def read(name: str):
    if name == "a":
        return {}, 401, {"WWW-Authenticate": "Bearer"}  # !
    if name == "b":
        return JSONResponse({}), 401  # !
    return f"no {name}", 404  # !
""",
    "a success in Flask's way": _APP
    + """
@app.post("/")
async def create():
    return {"created": True}, 201  # !
""",
    "a pair of a helper": _APP
    + """
def find(name):
    if not name:
        return {"detail": "none"}, 404  # !
    return name
@app.get("/")
async def read(name: str):
    return find(name)
""",
    "a route that is added by a call": _APP
    + """
def read():
    return HTTPException(404)  # !
app.add_api_route("/", read)
""",
    "a dependency of a parameter": _APP
    + """
def user(token: str):
    if token != "a":
        return HTTPException(401)  # !
    return token
@app.get("/")
async def read(name: str = Depends(user)):
    return {"name": name}
""",
    "a handler that is added by a call": _APP
    + """
def answer(request, error):
    return HTTPException(500, str(error))  # !
app.add_exception_handler(ValueError, answer)
""",
    "a handler with a pair": _APP
    + """
@app.exception_handler(ValueError)
async def answer(request, error):
    return {"detail": str(error)}, 400  # !
""",
}

LOOK_ALIKES = {
    "a name that another answer has by then": _ANSWER
    + """
@app.post("/a")
def a(name: str):
    try:
        if not name:
            answer = {"status_code": 404, "message": "no name"}
            return JSONResponse(content=answer, status_code=404)
        answer = {"status_code": 200, "message": name}
        return answer
    except KeyError:
        return {}
""",
    "exceptions that are kept, given on or raised": """
from fastapi import FastAPI, HTTPException
app = FastAPI()
@app.get("/")
async def read(name: str):
    errors = []
    errors.append(HTTPException(404))
    log(HTTPException(409))
    if errors:
        raise errors[0]
    try:
        HTTPException
    except NameError:
        raise HTTPException(500)
""",
    "a status that the answer has too": _ANSWER
    + """
@app.post("/a")
def a(response: Response) -> Answer:
    response.status_code = 400
    return Answer(status_code=400, message="no")
@app.post("/b", status_code=501)
def b() -> Answer:
    return Answer(status_code=501, message="not yet")
@app.post("/c")
def c():
    return JSONResponse({"status_code": 400}, status_code=400)
@app.post("/d")
def d():
    answer = Answer(status_code=400, message="no")
    return JSONResponse(answer.model_dump(), answer.status_code)
def read(code: int) -> Answer:
    return Answer(status_code=code, message="of another service")
@app.post("/e")
def e():
    return read(404)
@app.exception_handler(KeyError)
def f(request, error):
    return JSONResponse({"status_code": 404}, 404)
@app.post("/g")
def g():
    return Answer(status_code=204, message="yes")
""",
    "raised": _APP
    + """
@app.get("/")
async def read(name: str):
    if not name:
        raise HTTPException(404)
    return {"name": name}
""",
    "a response": _APP
    + """
@app.get("/")
async def read(name: str):
    return JSONResponse({"detail": "none"}, status_code=404)
""",
    "a declared tuple": _APP
    + """
from typing import Tuple
from pydantic import BaseModel
@app.get("/size")
async def size() -> tuple[str, int]:
    return "A4", 404
@app.get("/page", response_model=Tuple[dict, int])
async def page():
    return {"page": 1}, 200
""",
    "two values that are no answer": _APP
    + """
@app.get("/size")
async def size():
    return 300, 400
@app.get("/range")
async def range_(first: int):
    return first, 500
@app.get("/book")
async def book():
    return "pages", 320
""",
    "a helper whose caller raises": _APP
    + """
def missing():
    return HTTPException(404)
@app.get("/")
async def read(name: str):
    raise missing()
""",
    "a result that the endpoint looks at": _APP
    + """
def find(name):
    if not name:
        return HTTPException(404)
    return name
@app.get("/")
async def read(name: str):
    found = find(name)
    if isinstance(found, HTTPException):
        raise found
    return found
""",
    "a pair of a helper that the endpoint takes apart": _APP
    + """
def find(name):
    return {"detail": name}, 404
@app.get("/")
async def read(name: str):
    body, code = find(name)
    return JSONResponse(body, code)
""",
    "a helper that an endpoint calls for something else": _APP
    + """
def check(name):
    return None if name else HTTPException(404)
@app.get("/")
async def read(name: str):
    error = check(name)
    if error:
        raise error
    return {"name": name}
""",
    "a dependency whose value is checked": _APP
    + """
def user(token: str):
    if token != "a":
        return HTTPException(401)
    return token
@app.get("/")
async def read(name=Depends(user)):
    if isinstance(name, HTTPException):
        raise name
    return {"name": name}
""",
    "a dependency that another one checks": _APP
    + """
def user(token: str):
    if token != "a":
        return HTTPException(401)
    return token
def admin(name=Depends(user)):
    if isinstance(name, HTTPException):
        raise name
    return name
@app.get("/", dependencies=[Depends(admin)])
async def read():
    return {}
""",
    "a decorator that makes the response": _APP
    + """
from functools import wraps
def answers(function):
    @wraps(function)
    async def answer(*args, **kwargs):
        body, code = await function(*args, **kwargs)
        return JSONResponse(body, code)
    return answer
@app.get("/")
@answers
async def read():
    return {"detail": "none"}, 404
""",
    "Flask beside it": _APP
    + """
from flask import Flask
site = Flask(__name__)
@site.get("/")
def read():
    return {"detail": "none"}, 404
""",
    "a test": _APP
    + """
@app.get("/")
async def read():
    return {}
#= tests/test_main.py
from fastapi import FastAPI, HTTPException
app = FastAPI()
@app.get("/")
def read():
    return HTTPException(404)
def test_read():
    assert read()
""",
    "a class of that name": _APP
    + """
class HTTPException: ...
@app.get("/")
async def read():
    return HTTPException()
""",
    "another handler raises": _APP
    + """
@app.exception_handler(ValueError)
async def answer(request, error):
    raise HTTPException(400)
""",
}
