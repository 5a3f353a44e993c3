"""Errors as problem details (RFC 9457), for clients that accept `application/problem+json`."""

import json
import re
from collections.abc import Awaitable, Callable
from http.client import responses as phrases
from typing import Any
from urllib.parse import quote

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import WebSocketRequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.datastructures import Headers

from app.core.errors import AppError

MEDIA_TYPE = "application/problem+json"


class Problem(BaseModel):
    """What a client can rely on: `type` says which error it is, `detail` is for people."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    errors: list[dict[str, Any]] | None = None


problem_content = {"content": {MEDIA_TYPE: {"schema": Problem.model_json_schema()}}}


def add_problem_details(app: FastAPI) -> None:
    """Wrap the handlers there are, so that both kinds of answer always say the same."""
    for error, handler in app.exception_handlers.items():
        if error is not WebSocketRequestValidationError:
            app.exception_handlers[error] = _negotiating(handler)


def accepts_problem(headers: Headers) -> bool:
    """Say whether the client names the media type; `*/*` is not enough, old clients send it."""
    ranges = ",".join(headers.getlist("accept")).lower().replace(" ", "").split(",")
    return any(
        kind == MEDIA_TYPE and not any(re.fullmatch(r"q=0(\.0*)?", each) for each in parameters)
        for kind, *parameters in (one.split(";") for one in ranges)
    )


def as_problem(response: Response, path: str, exc: Exception | None = None) -> JSONResponse:
    """Return the service's simple error answer, `{"error": ..., "detail": ...}`, as a problem."""
    simple = json.loads(bytes(response.body))
    error = simple["error"]
    title = phrases.get(response.status_code, "Error")  # 499 has no phrase
    kind = "about:blank"  # RFC 9457: no more than the status code says
    if isinstance(exc, AppError):
        words = re.findall(r"[A-Z]+(?![a-z])|[A-Z][a-z]*", type(exc).__name__.removesuffix("Error"))
        title, kind = " ".join(words).capitalize(), f"/problems/{'-'.join(words).lower()}"
    problem = Problem(
        type=kind,
        title=title,
        status=response.status_code,
        detail=error if isinstance(error, str) else json.dumps(error),
        instance=quote(path),
        errors=simple.get("detail"),
    )
    own = {"content-length", "content-type"}
    kept = {name: value for name, value in response.headers.items() if name not in own}
    return JSONResponse(
        problem.model_dump(exclude_none=True), response.status_code, kept, MEDIA_TYPE
    )


def _negotiating(handler: Callable[..., Any]) -> Callable[..., Awaitable[Response]]:
    async def answer(request: Request, exc: Exception) -> Response:
        response: Response = await handler(request, exc)
        if accepts_problem(request.headers):
            response = as_problem(response, request.url.path, exc)
        response.headers.add_vary_header("Accept")
        return response

    return answer
