"""An application whose settings turn debug mode on."""

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    """What the environment may change."""

    debug: bool = True


settings = Settings()
app = FastAPI(debug=settings.debug)


@app.exception_handler(Exception)
async def answer_error(request: Request, error: Exception) -> JSONResponse:
    """Answer what clients expect of an error."""
    return JSONResponse({"detail": "Internal error"}, status_code=500)


@app.get("/ratio")
async def read_ratio(whole: int) -> float:
    """Return a ratio."""
    return 1 / whole
