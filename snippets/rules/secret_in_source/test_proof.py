"""Proof of secret-in-source."""

import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import jwt

ASK = """
import httpx, asyncio, sys
sys.path.insert(0, sys.argv[1])
module = __import__(sys.argv[2])
async def ask():
    transport = httpx.ASGITransport(module.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        headers = {"authorization": "Bearer " + sys.argv[3]}
        print((await client.get("/me", headers=headers)).status_code)
asyncio.run(ask())
"""
IN_2100 = datetime(2100, 1, 1, tzinfo=UTC)


def started_without_the_variable(file: Path, token: str) -> subprocess.CompletedProcess[str]:
    """Start the service as a deployment does that forgot the variable; ask it with a token."""
    return subprocess.run(
        [sys.executable, "-c", ASK, str(file.parent), file.stem, token],
        env={}, capture_output=True, text=True, check=False,
    )  # fmt: skip


def forged(file: Path) -> str:
    """Return a token signed with the default that the source tells."""
    default = re.search(r'getenv\("JWT_SECRET", "(.+)"\)', file.read_text())
    key = default[1] if default else "a guess of more than thirty-two bytes"
    return jwt.encode({"sub": "1", "exp": IN_2100}, key, "HS256")


def test_bad_accepts_what_a_reader_of_its_source_signs(bad_file: Path) -> None:
    assert started_without_the_variable(bad_file, forged(bad_file)).stdout == "200\n"


def test_good_does_not_start(good_file: Path) -> None:
    process = started_without_the_variable(good_file, forged(good_file))
    assert process.returncode == 1
    assert "KeyError: 'JWT_SECRET'" in process.stderr
