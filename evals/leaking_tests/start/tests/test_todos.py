import os
import tempfile

os.environ["TODO_DB"] = tempfile.mktemp()

from fastapi.testclient import TestClient

from app import store
from app.main import app, current_user

client = TestClient(app)


def test_a_user_is_needed():
    assert client.get("/todos").status_code == 401


def test_add():
    app.dependency_overrides[current_user] = lambda: "ada"
    added = client.post("/todos", json={"text": "tea"})
    assert added.status_code == 201
    assert added.json() == {"id": 1, "text": "tea"}


def test_list():
    assert client.get("/todos").json() == [{"id": 1, "text": "tea"}]


def test_an_empty_text_is_refused():
    assert client.post("/todos", json={"text": ""}).status_code == 422


def test_others_do_not_see_it():
    app.dependency_overrides[current_user] = lambda: "bo"
    assert client.get("/todos").json() == []


def test_others_do_not_delete_it():
    assert client.delete("/todos/1").status_code == 404


def test_delete():
    app.dependency_overrides[current_user] = lambda: "ada"
    assert client.delete("/todos/1").status_code == 204
    assert client.get("/todos").json() == []


def test_limit():
    store.LIMIT = 2
    for _ in range(2):
        assert client.post("/todos", json={"text": "tea"}).status_code == 201
    assert client.post("/todos", json={"text": "tea"}).status_code == 409
