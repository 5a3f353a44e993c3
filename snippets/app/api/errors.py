"""Errors as JSON, and in the OpenAPI document."""

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from structlog import get_logger

from app.core import db
from app.core.errors import AppError
from app.core.routes import all_methods
from app.schemas.error import Error

logger = get_logger()


def documented(*errors: type[AppError]) -> dict[int | str, dict[str, object]]:
    """Return the `responses=` of an endpoint that may raise these errors."""
    return {error.status_code: {"model": Error, "description": error.msg} for error in errors}


def add_exception_handlers(app: FastAPI) -> None:
    """Register the answers. What no handler knows goes on to `answer_errors`."""
    app.exception_handler(AppError)(app_error)
    app.exception_handler(HTTPException)(http_error)
    app.exception_handler(RequestValidationError)(validation_error)
    for error in db.ERRORS:
        app.exception_handler(error)(database_error)


async def app_error(_request: Request, exc: AppError) -> JSONResponse:
    """Answer with the error's own status and message."""
    return JSONResponse({"error": exc.msg}, exc.status_code, exc.headers)


async def http_error(request: Request, exc: HTTPException) -> JSONResponse:
    """Give FastAPI's own errors, such as 404 for an unknown path, the same shape."""
    headers = all_methods(request) if exc.status_code == 405 else exc.headers
    return JSONResponse({"error": exc.detail}, exc.status_code, headers)


async def validation_error(_request: Request, exc: RequestValidationError) -> JSONResponse:
    """Say what is wrong and where, without the input: FastAPI would echo the password."""
    detail = [{key: error[key] for key in ("type", "loc", "msg")} for error in exc.errors()]
    return JSONResponse({"error": "Invalid request", "detail": detail}, 422)


async def database_error(_request: Request, exc: Exception) -> JSONResponse:
    """Answer 503 where the database may serve the same request later; else 500, as for a bug."""
    if not db.is_unavailable(exc):
        raise exc
    logger.error("database_unavailable", exc_info=exc)
    return JSONResponse({"error": "Service unavailable"}, 503, {"Retry-After": "1"})
