"""Proof of naive-time-in-sqlmodel."""

from datetime import UTC
from types import ModuleType

import pytest
from sqlalchemy.exc import StatementError
from sqlmodel import Session, create_engine, select


def store(module: ModuleType) -> object:
    """Store an order; return what is read again."""
    engine = create_engine("sqlite://")
    module.Model.metadata.create_all(engine)
    with Session(engine) as session:
        session.add(module.Order())
        session.commit()
        found: object = session.exec(select(module.Order.created_at)).one()
    engine.dispose()
    return found


def test_bad_cannot_be_stored(bad: ModuleType) -> None:
    with pytest.raises(StatementError, match="must have timezone information"):
        store(bad)


def test_good_comes_back_in_utc(good: ModuleType) -> None:
    assert store(good).tzinfo is UTC
