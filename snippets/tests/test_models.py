"""Column types are exact on every database."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from sqlalchemy import Column, Integer, MetaData, Table, UniqueConstraint, insert, select
from sqlalchemy.exc import StatementError
from sqlalchemy.ext.asyncio import AsyncConnection

from app.models import Base
from app.models.base import Money, UtcDateTime

table = Table(
    "exact", MetaData(), Column("id", Integer, primary_key=True),
    Column("at", UtcDateTime), Column("price", Money),
)  # fmt: skip


@pytest.fixture
async def exact(connection: AsyncConnection) -> AsyncConnection:
    """A connection on which that table exists."""
    await connection.run_sync(table.create)
    return connection


async def test_a_time_comes_back_aware_and_exact(exact: AsyncConnection) -> None:
    there = datetime(2026, 11, 22, 1, 2, 3, 456789, timezone(timedelta(hours=5, minutes=30)))
    await exact.execute(insert(table).values(at=there))
    back = (await exact.execute(select(table.c.at))).scalar_one()
    assert back == there
    assert back.tzinfo == UTC


async def test_a_naive_time_is_refused(exact: AsyncConnection) -> None:
    with pytest.raises(StatementError, match="a time needs a zone"):
        await exact.execute(insert(table).values(at=datetime(2026, 1, 1)))  # noqa: DTZ001


@pytest.mark.parametrize("price", ["0.10", "0.29", "9999999999.99", "0.00"])
async def test_an_amount_comes_back_exact(exact: AsyncConnection, price: str) -> None:
    await exact.execute(insert(table).values(price=Decimal(price)))
    back = (await exact.execute(select(table.c.price))).scalar_one()
    assert str(back) == price


async def test_nothing_comes_back_as_nothing(exact: AsyncConnection) -> None:
    await exact.execute(insert(table).values(at=None, price=None))
    assert (await exact.execute(select(table.c.at, table.c.price))).one() == (None, None)


def test_constraints_have_names() -> None:
    tables = Base.metadata.tables.values()
    names = {str(constraint.name) for table in tables for constraint in table.constraints}
    assert "None" not in names
    assert {"fk_products_owner_id_users", "pk_products", "pk_users", "uq_users_email"} <= names


def test_constraints_that_begin_alike_have_names_of_their_own() -> None:
    """PostgreSQL makes an index of each, and two of one name it refuses."""
    alike = Table(
        "alike",
        MetaData(naming_convention=Base.metadata.naming_convention),
        Column("owner", Integer), Column("name", Integer), Column("place", Integer),
        UniqueConstraint("owner", "name"), UniqueConstraint("owner", "place"),
    )  # fmt: skip
    names = {str(each.name) for each in alike.constraints if isinstance(each, UniqueConstraint)}
    assert names == {"uq_alike_owner_name", "uq_alike_owner_place"}
