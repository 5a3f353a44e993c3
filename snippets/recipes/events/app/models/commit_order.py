"""Rows in an order to which nothing is added but at its end; ids come before the commits.

A transaction that has not ended has a number of at least `FirstOpenTransaction`, and so have all
that follow: below it no row is added any more. SQLite has one writer at a time: its ids will do.
On MariaDB, which tells nobody these numbers, the order is that of the ids, too, and has the gaps.
"""

from typing import Annotated

from sqlalchemy import BigInteger
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import mapped_column
from sqlalchemy.sql.functions import FunctionElement


class CurrentTransaction(FunctionElement[int]):
    """The number of this transaction, of 64 bits, which do not wrap around (PostgreSQL 13)."""

    type = BigInteger()
    inherit_cache = True


class FirstOpenTransaction(FunctionElement[int]):
    """The lowest number of a transaction that has not ended."""

    type = BigInteger()
    inherit_cache = True


@compiles(CurrentTransaction, "postgresql")
def _current(*_: object, **__: object) -> str:
    return "pg_current_xact_id()::text::bigint"


@compiles(FirstOpenTransaction, "postgresql")
def _first_open(*_: object, **__: object) -> str:
    return "pg_snapshot_xmin(pg_current_snapshot())::text::bigint"


@compiles(CurrentTransaction)
def _current_elsewhere(*_: object, **__: object) -> str:
    return "0"


@compiles(FirstOpenTransaction)
def _first_open_elsewhere(*_: object, **__: object) -> str:
    return "1"


TransactionId = Annotated[
    int, mapped_column(BigInteger, index=True, default=CurrentTransaction(), server_default="0")
]
