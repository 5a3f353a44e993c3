"""Proof of upload-after-response."""

import asyncio
from pathlib import Path
from types import ModuleType

import pytest
from httpx import ASGITransport, AsyncClient


async def stored(module: ModuleType, folder: Path, monkeypatch: pytest.MonkeyPatch) -> bytes:
    """Upload a file, wait for the task, and return what is on the disk."""
    monkeypatch.setenv("UPLOADS", str(folder))
    async with AsyncClient(transport=ASGITransport(module.app), base_url="http://test") as client:
        response = await client.post("/uploads/1", files={"file": b"a picture"})
    assert response.status_code == 202
    await asyncio.gather(*module.tasks)
    return await asyncio.to_thread((folder / "1.bin").read_bytes)


async def test_bad_accepts_the_file_and_cannot_read_it(
    bad: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ValueError, match="I/O operation on closed file"):
        await stored(bad, tmp_path, monkeypatch)


async def test_good_stores_it(
    good: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert await stored(good, tmp_path, monkeypatch) == b"a picture"
