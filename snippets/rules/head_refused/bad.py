"""A health check for a monitor."""

from fastapi import FastAPI

app = FastAPI()


@app.get("/healthz")
async def check_health() -> dict[str, str]:
    """Say that the service is there."""
    return {"status": "ok"}
