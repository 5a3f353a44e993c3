"""An OFFSET that a client chooses, as deep as the table."""

from collections.abc import Iterator

from fastapi_pro.auditing.detection import Hit, Program
from fastapi_pro.auditing.libraries.number_bounds import upper_bound
from fastapi_pro.auditing.libraries.sqlalchemy_paging import by_cause, limit_inputs, offset_inputs

_SHALLOW = 1_000_000  # rows that are read and dropped in a second or so


def detect(program: Program) -> Iterator[Hit]:
    """Yield the parameters and fields that reach an OFFSET with no bound, or one that is none."""
    sizes = {given.node for given in limit_inputs(program)}  # of `(page - 1) * size`
    pages = (given for given in offset_inputs(program) if given.node not in sizes)
    deep = [given for given in pages if (upper_bound(given) or 0) > _SHALLOW]
    for given, others in by_cause(deep):
        yield given.node.hit(
            f"`{given.name}` of `{given.owner}`{others} chooses the OFFSET without a bound that"
            " helps: the database reads and drops every row that is skipped"
        )
