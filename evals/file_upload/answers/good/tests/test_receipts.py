import pytest
from fastapi.testclient import TestClient

from app.main import app

PDF = b"%PDF-1.7 and so on"


@pytest.fixture
def client(tmp_path, monkeypatch):
    monkeypatch.setenv("STORAGE_DIR", str(tmp_path))
    return TestClient(app)


def send(client, content, name="lunch.pdf"):
    return client.post("/receipts", files={"file": (name, content, "application/pdf")})


def test_a_receipt_comes_back(client):
    sent = send(client, PDF)
    assert sent.status_code == 201
    assert client.get(f"/receipts/{sent.json()['id']}").content == PDF


def test_what_is_no_pdf_is_refused(client):
    assert send(client, b"<html>").status_code in (415, 422)


def test_a_large_one_is_refused(client):
    assert send(client, PDF + b" " * 2**20).status_code == 413
