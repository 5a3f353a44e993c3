"""Errors that are caught, and what is answered for them."""

BAD = ['raise HTTPException(500, f"The report was not read: {error}") from error']

_APP = """
import logging
import traceback
from fastapi import APIRouter, FastAPI, HTTPException, Request, status
from fastapi.responses import JSONResponse
from work import run
app = FastAPI()
router = APIRouter()
"""

FOUND = {
    "the text alone, and its repr": _APP
    + """
@app.get("/a")
async def a():
    try:
        return await run()
    except Exception as exc:
        raise HTTPException(status_code=400, detail=str(exc))  # !
@app.get("/b")
async def b():
    try:
        return await run()
    except BaseException as e:
        raise HTTPException(500, {"message": "failed", "error": repr(e)})  # !
""",
    "a response, a dictionary and a tuple": _APP
    + """
@app.get("/a")
async def a():
    try:
        return await run()
    except Exception as e:
        return JSONResponse({"ok": False, "reason": "%s" % e}, status_code=500)  # !
@app.get("/b")
async def b():
    try:
        return await run()
    except Exception as e:
        return {"ok": False, "error": e.args[0]}  # !
""",
    "through a variable, in a service": _APP
    + """
class Service:
    async def work(self):
        try:
            return await run()
        except Exception as e:
            message = "failed: {}".format(e)
            logging.error(message)
            raise HTTPException(500, message)  # !
@router.post("/")
async def post():
    return await Service().work()
app.include_router(router)
""",
    "a handler of all errors": _APP
    + """
@app.exception_handler(Exception)
async def failed(request: Request, exc: Exception):
    return JSONResponse({"detail": str(exc)}, 500)  # !
""",
    "a handler of the status, and one with the traceback": _APP
    + """
def failed(request: Request, error: Exception):
    return JSONResponse({"success": False, "details": str(error)}, 500)  # !
def worse(request, error):
    return JSONResponse({"trace": "".join(traceback.format_exception(error))}, 500)  # !
app.add_exception_handler(status.HTTP_500_INTERNAL_SERVER_ERROR, failed)
other = FastAPI(exception_handlers={Exception: worse})
""",
    "errors of a database and of another service": _APP
    + """
import httpx
from sqlalchemy.exc import SQLAlchemyError
@app.get("/a")
async def a():
    try:
        return await run()
    except (SQLAlchemyError, ValueError) as e:
        raise HTTPException(503, f"database: {e!s}")  # !
@app.get("/b")
async def b():
    try:
        return await run()
    except httpx.HTTPError as e:
        raise HTTPException(502, detail=f"upstream: {e}") from e  # !
@app.get("/c")
async def c():
    try:
        return await run()
    except:
        raise HTTPException(500, traceback.format_exc())  # !
""",
}

LOOK_ALIKES = {
    "an error of its own": _APP
    + """
class OutOfStockError(Exception): ...
@app.get("/a")
async def a():
    try:
        return await run()
    except OutOfStockError as e:
        raise HTTPException(409, str(e))
    except ValueError as e:
        raise HTTPException(400, f"{e}")
""",
    "an error without a name, one class of several, and a text that never differs": _APP
    + """
from sqlalchemy.exc import IntegrityError, NoResultFound
@app.post("/a")
async def a(name: str, size: int):
    try:
        return await run()
    except IntegrityError:
        raise HTTPException(409, f"{name} of {size!s} is there already")
    except NoResultFound as e:
        raise HTTPException(404, str(e))
@app.exception_handler(Exception)
async def failed(request: Request, exc: Exception):
    if isinstance(exc, (ValueError, KeyError)):
        return JSONResponse({"detail": str(exc)}, 400)
    return JSONResponse({"detail": "failed"}, 500)
""",
    "only the log gets it": _APP
    + """
@app.get("/a")
async def a():
    try:
        return await run()
    except Exception as e:
        logging.exception("failed: %s", e)
        raise HTTPException(500, "failed") from e
@app.exception_handler(Exception)
async def failed(request: Request, exc: Exception):
    logging.error(f"{exc}")
    return JSONResponse({"detail": "failed"}, 500)
""",
    "its class, or a status that it has": _APP
    + """
@app.get("/a")
async def a():
    try:
        return await run()
    except Exception as e:
        raise HTTPException(getattr(e, "code", 500), f"{type(e).__name__}")
""",
    "only for developers": _APP
    + """
from settings import settings
@app.get("/a")
async def a():
    try:
        return await run()
    except Exception as e:
        if settings.debug:
            raise HTTPException(500, str(e))
        raise HTTPException(500, "failed")
""",
    "another exception that nobody sends, and a helper that no request runs": _APP
    + """
class JobError(Exception): ...
async def job():
    try:
        return await run()
    except Exception as e:
        raise JobError(f"failed: {e}") from e
def main():
    try:
        run()
    except Exception as e:
        return {"error": str(e)}
""",
    "what is wrong with what the client sent": _APP
    + """
import base64
import json
from fastapi import Request, UploadFile
from pydantic import TypeAdapter
@app.post("/a")
async def a(file: UploadFile):
    raw = await file.read()
    try:
        rows = json.loads(raw.decode("utf-8"))
    except Exception as e:
        raise HTTPException(400, f"no JSON: {e}")
    return len(rows)
@app.post("/b")
async def b(request: Request):
    try:
        body = await request.json()
    except Exception as e:
        return {"error": str(e)}
    return body
@app.post("/c")
async def c(cursor: str):
    try:
        at, number = base64.urlsafe_b64decode(cursor).split(b":")
        return int(number)
    except Exception as e:
        raise HTTPException(422, repr(e))
""",
}
FOUND["read and stored in one `try`"] = (
    _APP
    + """
import json
@app.post("/a")
async def a(text: str):
    try:
        await store(json.loads(text))
    except Exception as e:
        raise HTTPException(400, f"no JSON: {e}")  # !
"""
)
_OWN_ERRORS = """
#= errors.py
class StoreError(Exception):
    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message
class Broken(StoreError): ...
class Quiet(Exception): ...
#= store.py
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.orm import Session
from errors import Broken, Quiet, StoreError
def keep(db: Session, name: str) -> None:
    try:
        db.execute(text("INSERT INTO notes VALUES (:name)"), {"name": name})
        db.commit()
    except IntegrityError as error:
        raise StoreError(str(error)) from error  # !
    except SQLAlchemyError as error:
        raise Broken(f"broken: {error}") from error  # !
def forget(db: Session, name: str) -> None:
    try:
        db.execute(text("DELETE FROM notes WHERE name = :name"), {"name": name})
    except IntegrityError as error:
        raise Quiet(str(error)) from error
    except SQLAlchemyError as error:
        raise StoreError("not deleted") from error
#= main.py
from fastapi import Depends, FastAPI, Request
from fastapi.responses import JSONResponse
from sqlalchemy.orm import Session
from errors import Quiet, StoreError
from somewhere import get_db
from store import forget, keep
app = FastAPI()
@app.exception_handler(Quiet)
async def quiet(request: Request, exc: Quiet):
    return JSONResponse({"message": "not possible"}, 409)
@app.post("/notes")
def post(name: str, db: Session = Depends(get_db)):
    keep(db, name)
@app.delete("/notes")
def delete(name: str, db: Session = Depends(get_db)):
    forget(db, name)
async def broken(request: Request, exc: StoreError):
    return JSONResponse({"message": SHOWN}, 500)
app.add_exception_handler(StoreError, broken)
"""
FOUND["an error of the program whose handler sends its text"] = _OWN_ERRORS.replace(
    "SHOWN", "str(exc)"
)
FOUND["what an error of the program has kept"] = _OWN_ERRORS.replace("SHOWN", "exc.message")
LOOK_ALIKES["a handler that says something else"] = _OWN_ERRORS.replace(
    "SHOWN", "type(exc).__name__"
).replace("  # !", "")
