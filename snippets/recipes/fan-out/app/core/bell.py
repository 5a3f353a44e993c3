"""A bell that commits ring."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy import event
from sqlalchemy.orm import Session

_RINGS = "rings the bell"


def ring_after_commit(session: Session) -> None:
    """Have the bell rung when this session commits; a rollback rings nothing."""
    session.info[_RINGS] = True


@contextmanager
def after_commits(ring: Callable[[], None]) -> Iterator[None]:
    """Ring after each commit of this process that asked for it; before it nobody sees the rows."""

    def on_commit(session: Session) -> None:
        if session.info.get(_RINGS):
            ring()

    event.listen(Session, "after_commit", on_commit)
    try:
        yield
    finally:
        event.remove(Session, "after_commit", on_commit)
