import pytest

from app import store


@pytest.fixture
def tea(client, caller):
    return client.post("/todos", json={"text": "tea"}).json()


def test_a_user_is_needed(client):
    assert client.get("/todos").status_code == 401


def test_add(client, caller):
    added = client.post("/todos", json={"text": "tea"})
    assert added.status_code == 201
    assert added.json() == {"id": 1, "text": "tea"}


def test_list(client, tea):
    assert client.get("/todos").json() == [tea]


def test_an_empty_text_is_refused(client, caller):
    assert client.post("/todos", json={"text": ""}).status_code == 422


def test_others_do_not_see_it(client, caller, tea):
    caller.user = "bo"
    assert client.get("/todos").json() == []


def test_others_do_not_delete_it(client, caller, tea):
    caller.user = "bo"
    assert client.delete(f"/todos/{tea['id']}").status_code == 404


def test_delete(client, tea):
    assert client.delete(f"/todos/{tea['id']}").status_code == 204
    assert client.get("/todos").json() == []


def test_limit(client, caller, monkeypatch):
    monkeypatch.setattr(store, "LIMIT", 2)
    for _ in range(2):
        assert client.post("/todos", json={"text": "tea"}).status_code == 201
    assert client.post("/todos", json={"text": "tea"}).status_code == 409
