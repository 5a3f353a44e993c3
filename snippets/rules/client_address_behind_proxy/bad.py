"""A server that believes every forwarded address."""

import uvicorn
from fastapi import FastAPI, Request

app = FastAPI()


@app.get("/address")
async def read_address(request: Request) -> str | None:
    """Return the address of the client, as rate limits and audit logs see it."""
    return request.client.host if request.client else None


def create_server(port: int) -> uvicorn.Server:
    """Make the server that runs behind the proxy."""
    config = uvicorn.Config(app, port=port, forwarded_allow_ips="*")
    return uvicorn.Server(config)


if __name__ == "__main__":
    create_server(8000).run()
