import pytest
from fastapi.testclient import TestClient

from app.main import app, current_user


class As:
    """Who the requests of the client come from."""

    user = "ada"


@pytest.fixture(autouse=True)
def _own_database(tmp_path, monkeypatch):
    monkeypatch.setenv("TODO_DB", str(tmp_path / "todo.db"))


@pytest.fixture
def caller():
    caller = As()
    app.dependency_overrides[current_user] = lambda: caller.user
    yield caller
    app.dependency_overrides.clear()


@pytest.fixture
def client():
    return TestClient(app)
