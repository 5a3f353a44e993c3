"""A health check for a monitor that asks with HEAD."""

from fastapi import FastAPI

app = FastAPI()


@app.head("/healthz", include_in_schema=False)
@app.get("/healthz")
async def check_health() -> dict[str, str]:
    """Say that the service is there."""
    return {"status": "ok"}
