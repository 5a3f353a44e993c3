"""An OFFSET that a client chooses, as deep as the table."""

from collections.abc import Iterator

from fastapi_pro.auditing.finding import Hit
from fastapi_pro.auditing.libraries.number_bounds import upper_bound
from fastapi_pro.auditing.libraries.sqlalchemy_paging import (
    by_cause,
    limit_inputs,
    offset_inputs,
    others,
)
from fastapi_pro.auditing.model.legacy import Program

_SHALLOW = 1_000_000  # rows that are read and dropped in a second or so


def detect(program: Program) -> Iterator[Hit]:
    """Yield the parameters and fields that reach an OFFSET with no bound, or one that is none."""
    sizes = {given.node for given in program.fact(limit_inputs)}  # of `(page - 1) * size`
    deep = []
    for given in program.fact(offset_inputs):
        bound = upper_bound(program, given)
        if given.node not in sizes and bound is not None and bound > _SHALLOW:
            deep.append(given)
    for given, count in by_cause(deep):
        yield Hit(
            given.module, given.node,
            f"`{given.name}` of `{given.owner}`{others(count)} chooses the OFFSET without a bound"
            " that helps: the database reads and drops every row that is skipped",
        )  # fmt: skip
