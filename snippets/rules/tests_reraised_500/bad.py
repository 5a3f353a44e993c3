"""A test of the 500 that gets the exception instead."""

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from httpx import ASGITransport, AsyncClient

app = FastAPI()


@app.exception_handler(Exception)
async def answer_500(_request: Request, _exc: Exception) -> JSONResponse:
    """Tell the client nothing about the error."""
    return JSONResponse({"detail": "Internal error"}, status_code=500)


@app.get("/stock")
async def read_stock() -> dict[str, int]:
    """Ask a warehouse that is down."""
    raise ConnectionError("warehouse-7.internal does not answer")


async def test_the_client_learns_nothing_about_the_error() -> None:
    transport = ASGITransport(app)
    async with AsyncClient(transport=transport, base_url="http://test") as client:
        response = await client.get("/stock")
    assert response.status_code == 500
    assert "warehouse" not in response.text
