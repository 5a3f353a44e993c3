"""Errors as JSON."""

from asyncpg import PostgresError
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from starlette.exceptions import HTTPException
from structlog import get_logger

from app.core.errors import AppError

logger = get_logger()

# Classes of SQLSTATE: the connection failed, none is left, the server stops or starts.
AWAY = ("08", "53", "57P")


def add_exception_handlers(app: FastAPI) -> None:
    """Register the answers. What no handler knows goes on to `UnhandledErrorMiddleware`."""
    app.exception_handler(AppError)(app_error)
    app.exception_handler(HTTPException)(http_error)
    app.exception_handler(RequestValidationError)(validation_error)
    app.exception_handler(DBAPIError)(database_error)
    # PostgresError: what PostgreSQL says to a new connection; SQLAlchemy 2.1 wraps it.
    for unreachable in (ConnectionError, TimeoutError, PoolTimeoutError, PostgresError):
        app.exception_handler(unreachable)(unavailable)


async def app_error(_request: Request, exc: AppError) -> JSONResponse:
    """Answer with the error's own status and message."""
    return JSONResponse({"error": exc.msg}, exc.status_code, exc.headers)


async def http_error(_request: Request, exc: HTTPException) -> JSONResponse:
    """Give FastAPI's own errors, such as 404 for an unknown path, the same shape."""
    return JSONResponse({"error": exc.detail}, exc.status_code, exc.headers)


async def validation_error(_request: Request, exc: RequestValidationError) -> JSONResponse:
    """Say what is wrong and where, without the input: FastAPI would echo the password."""
    detail = [{key: error[key] for key in ("type", "loc", "msg")} for error in exc.errors()]
    return JSONResponse({"error": "Invalid request", "detail": detail}, 422)


async def database_error(request: Request, exc: DBAPIError) -> JSONResponse:
    """Answer 503 if the database is away; any other error of it is a bug, hence 500."""
    state = getattr(exc.orig, "sqlstate", None) or ""
    if not exc.connection_invalidated and not state.startswith(AWAY):
        raise exc
    return await unavailable(request, exc)


async def unavailable(_request: Request, exc: Exception) -> JSONResponse:
    """Answer 503 while the database is away or its pool is empty."""
    logger.error("database_unavailable", exc_info=exc)
    return JSONResponse({"error": "Service unavailable"}, 503, {"Retry-After": "1"})
