"""A LIMIT that a client chooses without an upper bound."""

from collections.abc import Iterator

from fastapi_pro.auditing.detection import Hit, Program
from fastapi_pro.auditing.libraries.number_bounds import upper_bound
from fastapi_pro.auditing.libraries.sqlalchemy_paging import by_cause, limit_inputs

_LARGEST = 100_000  # rows; a larger page is no page


def detect(program: Program) -> Iterator[Hit]:
    """Yield the parameters and fields that reach a LIMIT unbounded."""
    unbounded = [g for g in limit_inputs(program) if (upper_bound(g) or 0) > _LARGEST]
    for given, others in by_cause(unbounded):
        yield given.node.hit(
            f"`{given.name}` of `{given.owner}`{others} has no upper bound that helps and is the"
            " LIMIT of a query: one request can load the whole table"
        )
