"""Which rows change what the cache holds. Every process that has the models knows it."""

from sqlalchemy import event
from sqlalchemy.orm import ORMExecuteState, Session

from app.core.cache import mark_changed
from app.models.product import Product
from app.models.user import User

PRODUCTS = "products"


# Whoever writes a product changes the page, or a user, whose name it shows: not one of them has to
# remember it. A statement in plain SQL is not seen.
@event.listens_for(Session, "after_flush")
def mark_flushed(session: Session, _flush: object) -> None:
    """Mark the page as changed by what a session adds, changes or deletes."""
    changed = (*session.dirty, *session.deleted)
    if any(isinstance(row, Product) for row in (*session.new, *changed)) or any(
        isinstance(row, User) for row in changed
    ):
        mark_changed(session, PRODUCTS)


@event.listens_for(Session, "do_orm_execute")
def mark_executed(state: ORMExecuteState) -> None:
    """Mark the page as changed by `insert`, `update` and `delete`."""
    writes = state.is_insert or state.is_update or state.is_delete
    if writes and state.bind_mapper and state.bind_mapper.class_ in {Product, User}:
        mark_changed(state.session, PRODUCTS)
