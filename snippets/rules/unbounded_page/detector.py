"""A LIMIT that a client chooses without an upper bound."""

from collections.abc import Iterator

from fastapi_pro.auditing.finding import Hit
from fastapi_pro.auditing.libraries.number_bounds import upper_bound
from fastapi_pro.auditing.libraries.sqlalchemy_paging import by_cause, limit_inputs, others
from fastapi_pro.auditing.model.legacy import Program

_LARGEST = 100_000  # rows; a larger page is no page


def detect(program: Program) -> Iterator[Hit]:
    """Yield the parameters and fields that reach a LIMIT unbounded."""
    unbounded = [
        given
        for given in program.fact(limit_inputs)
        if (upper_bound(program, given) or 0) > _LARGEST
    ]
    for given, count in by_cause(unbounded):
        yield Hit(
            given.module, given.node,
            f"`{given.name}` of `{given.owner}`{others(count)} has no upper bound that helps and is"
            " the LIMIT of a query: one request can load the whole table",
        )  # fmt: skip
