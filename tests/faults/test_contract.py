"""The service keeps what its OpenAPI document says, whatever is sent."""

import asyncio
import itertools
import re
import subprocess
from pathlib import Path

import pytest

from accounts import new_user_at
from live import live_server
from tests.support.projects import environment, needs_uv

pytestmark = pytest.mark.slow

CONFIG = Path(__file__).with_name("schemathesis.toml")
SCHEMATHESIS = "uv run --no-project --isolated --with schemathesis==4.32.5 schemathesis"


async def authorization(url: str) -> str:
    """Sign up; return the header of a caller."""
    return f"Authorization: {(await new_user_at(url))['Authorization']}"


@needs_uv
@pytest.mark.timeout(3600)
def test_no_request_gets_what_the_document_does_not_say(
    own_postgres_url: str, times: int, tmp_path: Path
) -> None:
    """Cases good and bad, in sequences too."""
    generated = 0
    with live_server(own_postgres_url) as server:
        header = asyncio.run(authorization(server.url))
        for seed in itertools.count(1):
            done = subprocess.run(
                [
                    *SCHEMATHESIS.split(), "--config-file", CONFIG, "run",
                    f"{server.url}/openapi.json", "--header", header, "--continue-on-failure",
                    "--max-examples", "60", "--seed", str(seed), "--request-timeout", "30",
                    "--workers", "1",  # threads that parse break Python 3.11 (cpython#106905)
                ],
                cwd=tmp_path, env=environment(), capture_output=True, text=True, check=False,
            )  # fmt: skip
            assert done.returncode == 0, done.stdout[-20_000:] + done.stderr
            [cases] = re.findall(r"(\d+) generated", done.stdout)
            generated += int(cases)
            if generated >= 300 * times:
                break
        assert "Traceback" not in server.log()
