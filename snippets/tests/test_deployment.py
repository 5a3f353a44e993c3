"""The Dockerfile's command, and the order of a release."""

import json
import signal

import httpx
import pytest

from clients import ADA
from live import ROOT, live_server
from test_migrations import alembic

DOCKERFILE = (ROOT / "Dockerfile").read_text()


def command() -> list[str]:
    """Return the CMD of the Dockerfile."""
    text = DOCKERFILE.split("CMD ", 1)[1].replace("\\\n", "")
    words: list[str] = json.loads(text)
    return words


def test_the_image_runs_as_a_user_whom_kubernetes_can_tell_from_root() -> None:
    """`runAsNonRoot` refuses an image whose user is a name."""
    user = DOCKERFILE.split("\nUSER ", 1)[1].split()[0]
    assert int(user) > 0


def test_the_server_keeps_connections_longer_than_load_balancers_do() -> None:
    """AWS's keeps them for 60 s; who closes first cuts a request that is on its way."""
    options = command()
    assert int(options[options.index("--timeout-keep-alive") + 1]) > 60


@pytest.mark.live
@pytest.mark.slow
def test_a_release_migrates_once_and_then_starts_the_dockerfiles_command(
    own_database_url: str,
) -> None:
    program, module, *options = command()
    assert (program, module) == ("uvicorn", "app.main:app")
    without_port = [word for word in options if word not in {"--port", "8000"}]
    alembic(own_database_url, "upgrade", "head")
    with live_server(own_database_url, *without_port, APP_CREATE_TABLES="false") as server:
        assert httpx.post(f"{server.url}/api/v1/users", json=ADA).status_code == 201
        assert server.stop(signal.SIGTERM) == 0
