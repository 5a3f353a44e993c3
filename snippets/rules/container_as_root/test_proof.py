"""Proof of container-as-root."""

import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI, Request

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
CODE = "app = None\n"


@contextmanager
def user_of(image: Path) -> Iterator[None]:
    """Be the user as whom the image runs its command."""
    last = image.read_text().rpartition("FROM ")[2]
    users = re.findall(r"^USER (\d+)$", last, re.MULTILINE)
    os.seteuid(int(users[-1]) if users else 0)
    try:
        yield
    finally:
        os.seteuid(0)


@contextmanager
def service() -> Iterator[tuple[FastAPI, Path]]:
    """Lay out /srv as COPY does, with uploads that all may write; yield the app and its code."""
    with tempfile.TemporaryDirectory() as folder:
        srv = Path(folder)
        uploads, code = srv / "uploads", srv / "main.py"
        srv.chmod(0o755)
        uploads.mkdir()
        uploads.chmod(0o777)
        code.write_text(CODE)
        app = FastAPI()

        @app.put("/uploads")
        async def upload(name: str, request: Request) -> None:
            """Store a file under the name its client gives."""
            (uploads / name).write_bytes(await request.body())

        yield app, code


async def put(app: FastAPI, name: str) -> int:
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        response = await client.put("/uploads", params={"name": name}, content=b"stranger = True\n")
    return response.status_code


async def test_bad_lets_a_client_replace_the_code(bad_file: Path) -> None:
    with service() as (app, code):
        with user_of(bad_file):
            assert await put(app, "photo") == 200
            assert await put(app, "../main.py") == 200
        assert code.read_text() == "stranger = True\n"


async def test_good_stores_uploads_and_leaves_the_code(good_file: Path) -> None:
    with service() as (app, code):
        with user_of(good_file):
            assert await put(app, "photo") == 200
            assert await put(app, "../main.py") == 500
        assert code.read_text() == CODE
