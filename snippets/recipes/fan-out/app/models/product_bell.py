"""New products ring the bell."""

from sqlalchemy import event
from sqlalchemy.orm import Session

from app.core.bell import ring_after_commit
from app.models.product import Product


# A hint, not the news: what is written by other means, plain SQL say, is found a second later.
@event.listens_for(Session, "after_flush")
def ring_for_products(session: Session, _flush: object) -> None:
    """Ring for products that a session adds."""
    if any(isinstance(row, Product) for row in session.new):
        ring_after_commit(session)
