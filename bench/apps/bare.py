"""The service's own routes in a FastAPI() of their own: no middleware, no metrics, no log."""

from fastapi import FastAPI

from app.api import health, v1
from app.main import lifespan

app = FastAPI(lifespan=lifespan)
app.include_router(health.router)
app.include_router(v1.router)
