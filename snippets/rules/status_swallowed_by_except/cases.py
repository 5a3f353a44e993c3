"""A `try` with an HTTP error in it, and what its handlers answer."""

BAD = ["except Exception as error:", "except Exception:"]

_APP = """
from fastapi import APIRouter, FastAPI, HTTPException, status
from fastapi.responses import JSONResponse, RedirectResponse
app = FastAPI()
"""

FOUND = {
    "one row may be None, and a list empty": """
from fastapi import FastAPI, HTTPException
app = FastAPI()
@app.get("/task")
async def task(cursor):
    try:
        row = await cursor.fetchone()
        if row is None:
            raise HTTPException(404, "No task")
        return row
    except Exception as error:  # !
        raise HTTPException(500, str(error))
@app.get("/users")
def users(session):
    try:
        found = session.scalars(query).all()
        if not found:
            raise HTTPException(404, "No users")
        return found
    except Exception as error:  # !
        raise HTTPException(500, str(error))
""",
    "starlette's, by another name": """
from fastapi import APIRouter
from starlette.exceptions import HTTPException as Refused
router = APIRouter()
@router.get("/{name}")
def read(name):
    try:
        if name != "a":
            raise Refused(status_code=404)
        return name
    except Exception:  # !
        raise Refused(status_code=500)
""",
    "a subclass of the program": _APP
    + """
class Unavailable(Exception): ...
class NotFound(HTTPException):
    def __init__(self):
        super().__init__(status_code=404)
@app.get("/{name}")
async def read(name):
    try:
        if name != "a":
            raise NotFound()
    except Unavailable:
        raise
    except Exception as e:  # !
        raise HTTPException(status.HTTP_500_INTERNAL_SERVER_ERROR, str(e))
""",
    "a function that raises it": _APP
    + """
def find(name):
    if name != "a":
        raise HTTPException(404)
    return name
@app.get("/{name}")
async def read(name):
    try:
        return find(name)
    except Exception as e:  # !
        raise HTTPException(500, str(e))
""",
    "except without a class": _APP
    + """
@app.get("/{name}")
async def read(name):
    try:
        if name != "a":
            raise HTTPException(404)
    except:  # !
        return JSONResponse({"error": "failed"}, status_code=500)
""",
    "one of several classes": _APP
    + """
@app.get("/{name}")
async def read(name):
    try:
        if name != "a":
            raise HTTPException(404)
        if not name:
            raise HTTPException(422)
    except (ValueError, Exception) as e:  # !
        raise HTTPException(400, str(e))
""",
    "a dictionary": _APP
    + """
@app.post("/{name}")
async def create(name):
    try:
        if name != "a":
            raise HTTPException(409)
    except Exception as e:  # !
        print(e)
        return {"error": str(e)}
""",
    "BaseException, in a dependency, by a name": _APP
    + """
from fastapi import Depends
missing = HTTPException(status_code=404)
async def item(name: str):
    try:
        if name != "a":
            raise missing
        return name
    except BaseException:  # !
        raise HTTPException(500)
@app.get("/{name}")
async def read(item = Depends(item)):
    return item
""",
    "within another try": _APP
    + """
@app.get("/{name}")
async def read(name):
    try:
        try:
            if name != "a":
                raise HTTPException(404)
        except ValueError:
            name = "b"
    except Exception as e:  # !
        raise HTTPException(500, str(e))
""",
    "a schema, with another usual status, past an inner raise": _APP
    + """
from pydantic import BaseModel
class Answer(BaseModel):
    error: str
@app.post("/{name}", status_code=201)
async def create(name):
    try:
        try:
            if name != "a":
                raise HTTPException(409)
        except Exception:
            print("failed")
            raise
    except Exception as e:  # !
        return Answer(error=str(e))
""",
}

LOOK_ALIKES = {
    "a list of rows is never None": """
from fastapi import FastAPI, HTTPException
app = FastAPI()
@app.get("/tasks")
async def tasks(project: int, cursor):
    try:
        await cursor.execute("SELECT id FROM tasks WHERE project = %s", (project,))
        rows = await cursor.fetchall()
        if rows is None:
            raise HTTPException(404, "No tasks")
        return rows
    except Exception as error:
        raise HTTPException(500, str(error))
@app.get("/users")
def users(session):
    try:
        found = session.scalars(query).all()
        if found is None:
            raise HTTPException(404, "No users")
        return found
    except Exception as error:
        raise HTTPException(500, str(error))
""",
    "raised again before": _APP
    + """
@app.get("/{name}")
async def read(name):
    try:
        if name != "a":
            raise HTTPException(404)
    except (HTTPException, KeyError):
        raise
    except Exception as e:
        raise HTTPException(500, str(e))
""",
    "its base raised again before": _APP
    + """
from starlette.exceptions import HTTPException as Base
class Refusal(HTTPException): ...
class NotFound(Refusal): ...
@app.get("/{name}")
async def read(name):
    try:
        raise NotFound(404)
    except Refusal:
        raise
    except Exception as e:
        raise HTTPException(500, str(e))
@app.put("/{name}")
async def put(name):
    try:
        raise HTTPException(404)
    except Base:
        raise
    except Exception as e:
        raise HTTPException(500, str(e))
""",
    "the handler raises it again": _APP
    + """
@app.get("/{name}")
async def read(name):
    try:
        if name != "a":
            raise HTTPException(404)
    except Exception as e:
        print(e)
        raise
""",
    "the handler raises it by its name": _APP
    + """
@app.get("/{name}")
async def read(name):
    try:
        if name != "a":
            raise HTTPException(404)
    except Exception as e:
        if name == "b":
            raise HTTPException(500)
        raise e
""",
    "the handler asks isinstance": _APP
    + """
@app.get("/{name}")
async def read(name):
    try:
        if name != "a":
            raise HTTPException(404)
    except Exception as e:
        if isinstance(e, HTTPException):
            return {"missing": name}
        return JSONResponse({"error": str(e)}, status_code=500)
""",
    "the handler asks for the status": _APP
    + """
@app.get("/{name}")
async def read(name):
    try:
        if name != "a":
            raise HTTPException(404)
    except Exception as e:
        if getattr(e, "status_code", 500) == 404:
            return {"missing": name}
        raise HTTPException(500, str(e))
@app.put("/{name}")
async def put(name):
    try:
        if name != "a":
            raise HTTPException(404)
    except Exception as e:
        if "404" in str(e) and e.status_code == 404:
            return {"missing": name}
        raise HTTPException(500, str(e))
""",
    "the handler names it": _APP
    + """
@app.get("/{name}")
async def read(name):
    try:
        if name != "a":
            raise HTTPException(404)
    except (HTTPException, Exception):
        raise HTTPException(500)
""",
    "classes that are not seen": _APP
    + """
from plugins import load
PASSED = tuple(load())
@app.get("/{name}")
async def read(name):
    try:
        if name != "a":
            raise HTTPException(404)
    except PASSED:
        raise
    except Exception:
        raise HTTPException(500)
""",
    "a generator, which runs later": _APP
    + """
from fastapi.responses import StreamingResponse
def lines(name):
    if name != "a":
        raise HTTPException(404)
    yield name
@app.get("/{name}")
async def read(name):
    try:
        return StreamingResponse(lines(name))
    except Exception:
        raise HTTPException(500)
""",
    "another function looks at the error": _APP
    + """
def answer(e):
    if isinstance(e, HTTPException):
        raise e
    raise HTTPException(500)
@app.get("/{name}")
async def read(name):
    try:
        if name != "a":
            raise HTTPException(404)
    except Exception as e:
        answer(e)
        raise HTTPException(500)
""",
    "raised in else, finally and handlers": _APP
    + """
@app.get("/{name}")
async def read(name):
    try:
        number = int(name)
    except ValueError:
        raise HTTPException(422)
    except Exception as e:
        raise HTTPException(500, str(e))
    else:
        if number > 3:
            raise HTTPException(404)
    finally:
        if name == "b":
            raise HTTPException(409)
""",
    "the same status again": _APP
    + """
@app.get("/{name}")
async def read(name):
    try:
        if name != "a":
            raise HTTPException(404, "none")
    except Exception as e:
        raise HTTPException(status_code=status.HTTP_404_NOT_FOUND)
""",
    "everything that fails is a 401": _APP
    + """
from fastapi import Depends
def caller(token: str):
    try:
        if not token:
            raise HTTPException(400)
        return token
    except Exception:
        raise HTTPException(401)
@app.get("/")
async def read(caller = Depends(caller)): ...
""",
    "the function of its own catches it": _APP
    + """
def find(name):
    try:
        raise HTTPException(404)
    except HTTPException:
        return None
@app.get("/{name}")
async def read(name):
    try:
        return find(name)
    except Exception as e:
        raise HTTPException(500, str(e))
""",
    "only other errors are caught": _APP
    + """
@app.get("/{name}")
async def read(name):
    try:
        if name != "a":
            raise HTTPException(404)
    except (ValueError, KeyError) as e:
        raise HTTPException(500, str(e))
""",
    "another function defined in the try": _APP
    + """
@app.get("/{name}")
async def read(name):
    try:
        def later():
            try:
                raise HTTPException(404)
            except ValueError:
                return name
    except Exception as e:
        raise HTTPException(500, str(e))
    return later()
""",
    "to another page": _APP
    + """
@app.get("/{name}")
async def read(name):
    try:
        if name != "a":
            raise HTTPException(404)
    except Exception:
        return RedirectResponse("/")
""",
    "to another page, with the status": _APP
    + """
@app.get("/callback")
async def read(name):
    try:
        if name != "a":
            raise HTTPException(500)
    except Exception:
        return RedirectResponse("/failed", status_code=status.HTTP_302_FOUND)
    return RedirectResponse("/", status_code=303)
""",
    "what reports failures": _APP
    + """
def find(name):
    if name != "a":
        raise HTTPException(401)
@app.get("/debug/auth")
async def debug_auth(name):
    try:
        find(name)
        return {"success": True}
    except Exception as e:
        return {"success": False, "error": str(e)}
""",
    "an answer made elsewhere": _APP
    + """
from answers import failure
@app.get("/{name}")
async def read(name):
    try:
        if name != "a":
            raise HTTPException(404)
    except Exception:
        return failure(404)
""",
    "what a function returns is no answer": _APP
    + """
def find(name):
    try:
        if name != "a":
            raise HTTPException(404)
    except Exception:
        return None
@app.get("/{name}")
async def read(name):
    if find(name) is None:
        raise HTTPException(404)
""",
    "a script": """
#= scripts/preview.py
from fastapi import FastAPI, HTTPException
app = FastAPI()
@app.get("/{name}")
def read(name):
    try:
        if name != "a":
            raise HTTPException(404)
    except Exception as e:
        raise HTTPException(500, str(e))
""",
    "a test": """
#= app.py
from fastapi import FastAPI
app = FastAPI()
#= test_app.py
from app import app
from fastapi import HTTPException
@app.get("/{name}")
def read(name):
    try:
        raise HTTPException(404)
    except Exception as e:
        raise HTTPException(500, str(e))
def test_it(): ...
""",
}
