"""The documents of Beanie, Pydantic models that MongoDB keeps, and the models of Tortoise."""

import ast

from fastapi_pro.auditing.libraries.fastapi import unwrap
from fastapi_pro.auditing.libraries.sqlalchemy_models import Column, Model
from fastapi_pro.auditing.model import limits
from fastapi_pro.auditing.model.node import Node
from fastapi_pro.auditing.model.program import Program, fact

DOCUMENT = "beanie.Document"
_TORTOISE = ("tortoise.models.Model", "tortoise.Model")
_READS = {
    "aggregate", "all", "create", "filter", "find", "find_all", "find_many", "find_one", "first",
    "first_or_none", "get", "get_or_none", "insert", "limit", "offset", "only", "order_by",
    "prefetch_related", "replace", "save", "select_related", "skip", "sort", "to_list",
}  # fmt: skip
STORES = ("create", "insert", "replace", "save", "upsert")
"""The methods by which a document stores itself."""


@fact
def documents(program: Program) -> dict[Node, Model]:
    """Return the classes of documents outside tests, with their fields as columns."""
    kinds = {DOCUMENT, *_TORTOISE}
    classes = (cls for cls in program.classes if not cls.module.is_test)
    return {cls: Model(cls, _fields(cls)) for cls in classes if not cls.bases.isdisjoint(kinds)}


def is_of_tortoise(cls: Node) -> bool:
    """Say whether a class is a model of Tortoise: a row of a table, which awaits no document."""
    return not cls.bases.isdisjoint(_TORTOISE)


def _fields(cls: Node) -> dict[str, Column]:
    found = {}
    for above in reversed(list(cls.lineage)):
        for statement in above.body:
            if isinstance(statement.ast, ast.AnnAssign) and (name := statement.targets[0].name):
                base, _ = unwrap(statement.annotation)
                kind = base.annotated
                text = kind if isinstance(kind, str) else ""
                found[name] = Column(statement, name, cls.name, text, statement.assigned)
            elif statement.assigned.called.startswith("tortoise.fields."):
                name = statement.targets[0].name
                found[name] = Column(statement, name, cls.name, "", statement.assigned)
    return found


def document_of(expr: Node) -> Model | None:
    """Return the document that an expression is, or those of a list: `await User.get(id)`."""
    known = documents(expr.program)
    found = expr
    for _ in range(limits.NAMES if known else 0):
        if model := known.get(found.type_class) or known.get(found.definition):
            return model
        found = found.value.awaited
        if not found.is_call or found.member not in _READS:
            return known.get(found.type_class)
        found = found.owner
    return None
