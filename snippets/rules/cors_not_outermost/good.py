"""CORS around the check of the API key."""

import os
import secrets

from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from fastapi.responses import JSONResponse
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

API_KEY = os.environ.get("APP_API_KEY", "development")


class ApiKeyMiddleware:
    """Refuse requests without the API key."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 401, or pass the request on."""
        if scope["type"] == "http":
            key = Headers(scope=scope).get("x-api-key", "")
            if not secrets.compare_digest(key.encode(), API_KEY.encode()):
                await JSONResponse({"detail": "No valid API key"}, 401)(scope, receive, send)
                return
        await self.app(scope, receive, send)


app = FastAPI()
app.add_middleware(ApiKeyMiddleware)
app.add_middleware(
    CORSMiddleware,
    allow_origins=["https://shop.example"],
    allow_methods=["GET", "POST"],
    allow_headers=["X-API-Key"],
)


@app.get("/orders")
async def list_orders() -> list[int]:
    """List the numbers of all orders."""
    return [1, 2]
