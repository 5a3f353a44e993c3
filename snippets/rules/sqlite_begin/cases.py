"""How a transaction begins on SQLite."""

BAD = ['connection.exec_driver_sql("BEGIN")']

_ENGINE = """
#= db.py
from sqlalchemy.ext.asyncio import create_async_engine
engine = create_async_engine("sqlite+aiosqlite:///app.db")
"""

FOUND = {
    "deferred, spelt out": _ENGINE
    + """
#= hooks.py
from sqlalchemy import event
from db import engine
@event.listens_for(engine.sync_engine, "begin")
def begin(connection):
    connection.exec_driver_sql("begin deferred")  # !
""",
    "event.listen": _ENGINE
    + """
#= hooks.py
import sqlalchemy as sa
import db
def begin(connection):
    connection.exec_driver_sql("BEGIN;")  # !
sa.event.listen(db.engine.sync_engine, "begin", begin)
""",
    "the decorator under a name": """
from sqlalchemy import create_engine
from sqlalchemy.event import listens_for as on
engine = create_engine("sqlite:///app.db")
@on(engine, "begin")
def do_begin(conn):
    conn.exec_driver_sql("BEGIN")  # !
""",
    "text, under a name": """
from sqlalchemy import create_engine, event, text
engine = create_engine("sqlite:///app.db")
BEGIN = "BEGIN TRANSACTION"
@event.listens_for(engine, identifier="begin")
def do_begin(conn):
    conn.execute(text(BEGIN))  # !
""",
    "in a factory": """
from sqlalchemy import event
from sqlalchemy.ext.asyncio import create_async_engine
def make(url):
    engine = create_async_engine(url)
    @event.listens_for(engine.sync_engine, "begin")
    def on_begin(connection):
        connection.exec_driver_sql("BEGIN")  # !
    return engine
""",
}

LOOK_ALIKES = {
    "immediate": _ENGINE
    + """
#= hooks.py
from sqlalchemy import event
from db import engine
@event.listens_for(engine.sync_engine, "begin")
def begin(connection):
    connection.exec_driver_sql("BEGIN IMMEDIATE")
""",
    "readers apart from writers": _ENGINE
    + """
#= hooks.py
from sqlalchemy import event
from db import engine, reader
@event.listens_for(engine.sync_engine, "begin")
def begin(connection):
    connection.exec_driver_sql("BEGIN IMMEDIATE")
@event.listens_for(reader.sync_engine, "begin")
def begin_other(connection):
    connection.exec_driver_sql("BEGIN")
""",
    "another event": """
from sqlalchemy import create_engine, event
engine = create_engine("sqlite:///app.db")
@event.listens_for(engine, "connect")
def on_connect(connection, record):
    connection.execute("BEGIN")
""",
    "no hook": """
from sqlalchemy import create_engine
engine = create_engine("sqlite:///app.db")
def begin(connection):
    connection.exec_driver_sql("BEGIN")
""",
    "the event of another library": """
import sqlalchemy
from blinker import event
@event.listens_for(None, "begin")
def begin(connection):
    connection.exec_driver_sql("BEGIN")
""",
    "another statement": """
from sqlalchemy import create_engine, event
engine = create_engine("sqlite:///app.db")
@event.listens_for(engine, "begin")
def begin(connection):
    connection.exec_driver_sql("PRAGMA busy_timeout = 5000")
""",
}
