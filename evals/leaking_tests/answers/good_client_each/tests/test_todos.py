"""Each test has a file of its own, and says who calls by the header, as the gateway does."""

import os
import tempfile
import unittest
from pathlib import Path
from unittest import mock

from fastapi.testclient import TestClient

from app import store
from app.main import app

client = TestClient(app)
ADA, BO = {"X-User": "ada"}, {"X-User": "bo"}
TEA = {"text": "tea"}


class TodoTest(unittest.TestCase):
    def setUp(self):
        folder = self.enterContext(tempfile.TemporaryDirectory())
        file = str(Path(folder, "todos"))
        self.enterContext(mock.patch.dict(os.environ, {"TODO_DB": file}))

    def add(self):
        return client.post("/todos", json=TEA, headers=ADA)

    def test_a_user_is_needed(self):
        self.assertEqual(client.get("/todos").status_code, 401)

    def test_add(self):
        self.assertEqual(self.add().status_code, 201)

    def test_list(self):
        added = self.add().json()
        self.assertEqual(client.get("/todos", headers=ADA).json(), [added])

    def test_an_empty_text_is_refused(self):
        answer = client.post("/todos", json={"text": ""}, headers=ADA)
        self.assertEqual(answer.status_code, 422)

    def test_others_do_not_see_it(self):
        self.add()
        self.assertEqual(client.get("/todos", headers=BO).json(), [])

    def test_others_do_not_delete_it(self):
        self.add()
        self.assertEqual(client.delete("/todos/1", headers=BO).status_code, 404)

    def test_delete(self):
        self.add()
        self.assertEqual(client.delete("/todos/1", headers=ADA).status_code, 204)
        self.assertEqual(client.get("/todos", headers=ADA).json(), [])

    def test_limit(self):
        with mock.patch.object(store, "LIMIT", 2):
            self.assertEqual([self.add().status_code for _ in range(3)], [201, 201, 409])
