"""What costs little, or is seldom done, matters less."""

from pathlib import Path

import pytest

from tests.audit.programs import only

BLOCKING = """
import sqlite3
import psycopg2
from fastapi import FastAPI
app = FastAPI()
class Store:
    def __init__(self):
        self.local = sqlite3.connect("keys.db")
        self.remote = psycopg2.connect("postgresql:///keys")
    def keys(self):
        return {call}
store = Store()
@app.get("/keys")
async def keys():
    return store.keys()
"""


@pytest.mark.parametrize(
    ("call", "severity"),
    [
        ("self.local.execute('SELECT 1').fetchall()", "low"),
        ("self.local.cursor().execute('SELECT 1')", "low"),
        ("self.local.commit()", "low"),
        ("sqlite3.connect('other.db')", "low"),
        ("self.remote.commit()", ""),
        ("self.local.commit(), self.remote.commit()", ""),
    ],
)
def test_a_local_file_blocks_for_a_moment(call: str, severity: str, tmp_path: Path) -> None:
    source = BLOCKING.format(call=call)
    assert only(tmp_path, "blocking-call-in-async", source).severity == severity


HASHING = """
import bcrypt
from pydantic import BaseModel, Field
MAXIMUM = 64
class SignUp(BaseModel):
    password: str{limit}
def check(password: str):
    {check}
def hashed(password: str) -> bytes:
    return bcrypt.hashpw(password.encode(), bcrypt.gensalt())
"""


@pytest.mark.parametrize(
    ("limit", "check", "severity"),
    [
        ("", "return password", ""),
        (" = Field(max_length=64)", "return password", "low"),
        (" = Field(min_length=8, max_length=128)", "return password", ""),
        ("", "return 8 <= len(password) <= 64", "low"),
        ("", "size = len(password)\n    return size > MAXIMUM", "low"),
        ("", "return len(password) < 8", ""),
        ("", "return len(check.__name__) < 64", ""),
    ],
)
def test_72_bytes_matter_less_where_the_characters_are_counted(
    limit: str, check: str, severity: str, tmp_path: Path
) -> None:
    source = HASHING.format(limit=limit, check=check)
    assert only(tmp_path, "bcrypt-72-bytes", source).severity == severity
