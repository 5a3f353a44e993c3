import os
import tempfile

os.environ["DATABASE_URL"] = f"sqlite+aiosqlite:///{tempfile.mkdtemp()}/test.db"

from fastapi.testclient import TestClient

from app.main import app


def test_a_published_article_is_listed() -> None:
    with TestClient(app) as client:
        new = {"title": "Tea", "author": "Ada", "comments": ["one", "spam", "two"]}
        article_id = client.post("/articles", json=new).json()["id"]
        assert client.get("/articles").json() == [
            {"id": article_id, "title": "Tea", "author": "Ada", "comments": 2, "latest": "two"}
        ]
