import pytest
from fastapi.testclient import TestClient

from app.main import app


@pytest.fixture
def client(tmp_path, monkeypatch):
    monkeypatch.setenv("STORAGE_DIR", str(tmp_path))
    return TestClient(app)


def test_a_report_is_listed(client):
    report = {"person": "Ada", "cents": 1250}
    assert client.post("/reports", json=report).status_code == 201
    assert client.get("/reports").json() == [report]
