import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager

LIMIT = 20  # todos of a user


@contextmanager
def database() -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(os.environ.get("TODO_DB", "todo.db"))) as connection, connection:
        connection.row_factory = sqlite3.Row
        connection.execute(
            "CREATE TABLE IF NOT EXISTS todos"
            " (id INTEGER PRIMARY KEY AUTOINCREMENT, user TEXT, text TEXT)"
        )
        yield connection
