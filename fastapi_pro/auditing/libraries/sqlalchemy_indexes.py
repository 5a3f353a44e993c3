"""Which columns an index of the database begins with."""

import re
from collections.abc import Iterator

from fastapi_pro.auditing.libraries.migrations import texts
from fastapi_pro.auditing.libraries.sqlalchemy_models import Model
from fastapi_pro.auditing.model.node import Node
from fastapi_pro.auditing.model.program import Program, fact

_NAMED_FIRST = {"Index": 1, "PrimaryKeyConstraint": 0, "UniqueConstraint": 0}
"""What makes an index, and where the first of its columns stands."""
_CREATED = re.compile(
    r"create_(?:index|unique_constraint)\([^\[\]]{0,300}\[\s*(?:sa\.)?(?:text\()?['\"](\w+)"
    r"|CREATE\s+(?:UNIQUE\s+)?INDEX[^();]{0,300}\(\s*\"?(\w+)",
    re.IGNORECASE,
)


def indexed(model: Model) -> set[str]:
    """Return the columns of a model that an index, a constraint or a migration begins with."""
    return model.cls.program.once(_indexed, model.cls.ast, model)


def _indexed(model: Model) -> set[str]:
    keys = [name for name, column in model.columns.items() if column.flag("primary_key")]
    flagged = {
        n for n, column in model.columns.items() if column.flag("index") or column.flag("unique")
    }
    own = {name for call, _ in model.table_arguments for name in _first_column(call)}
    program = model.cls.program
    return {*keys[:1], *flagged, *own, *_by_itself(program), *_migrated(program)}


@fact
def _by_itself(program: Program) -> set[str]:
    """Return the first columns of each `Index("name", User.email)` beside a class."""
    return {name for call in program.calls_of("sqlalchemy.Index") for name in _first_column(call)}


@fact
def _migrated(program: Program) -> set[str]:
    """Return the first columns of the indexes that migrations create, on whatever table."""
    found = (match.groups() for text in texts(program) for match in _CREATED.finditer(text))
    return {name for groups in found for name in groups if name}


def _first_column(call: Node) -> Iterator[str]:
    """Yield the first column of an index or constraint: `"email"`, `User.email`, `email.desc()`."""
    place = _NAMED_FIRST.get(call.called.rpartition(".")[2])
    if place is None or len(call.args) <= place:
        return
    first = call.args[place]
    while first.is_call and first.owner:
        first = first.owner
    yield first.last_name or str(first.literal)
