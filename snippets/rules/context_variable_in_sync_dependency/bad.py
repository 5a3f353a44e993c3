"""The tenant of a request, in a context variable."""

from contextvars import ContextVar
from typing import Annotated

from fastapi import Depends, FastAPI, Header

tenant: ContextVar[str] = ContextVar("tenant", default="nobody")


def set_tenant(x_tenant: Annotated[str, Header()]) -> None:
    """Note the tenant of the request."""
    tenant.set(x_tenant)


app = FastAPI(dependencies=[Depends(set_tenant)])


@app.get("/tenant")
async def read_tenant() -> str:
    """Return whose data the request sees."""
    return tenant.get()
