"""Repositories: objects whose methods look up and insert the rows of one model."""

import ast
import re

from fastapi_pro.auditing.libraries.sqlalchemy_models import Model, model_named
from fastapi_pro.auditing.model.node import Node

LOOKUPS = re.compile(
    r"(^|_)(by|count|exists|fetch|filter|find|first|get|has|lookup|one|search|select)(_|$)"
)
"""Names of methods that look up rows."""
_COLUMN = re.compile(r"(?:^|_)(?:by|with)_(\w+)$|^(\w+)_(?:exists|taken|is_taken)$")
"""Names of methods that say by which column: `get_by_email`, `email_exists`."""
INSERTS = ("create", "add", "insert", "save")
"""Names of methods that insert a row."""
_LIBRARIES = ("fastcrud.FastCRUD", "fastcrud.crud.fast_crud.FastCRUD")


def repository_model(expr: Node) -> Model | None:
    """Return the model of a repository, None if it is not a repository.

    For FastCRUD it is in `FastCRUD(Model)`; for a class of the program it is the attribute `model`,
    the argument of its generic base, or an argument of its constructor.
    """
    made = expr.value
    kind = expr.type
    if isinstance(kind, str):
        is_known = kind in _LIBRARIES and made.is_call
        return model_named(made.argument(0, "model")) if is_known else None
    cls = expr.type_class
    if not cls:
        return None
    given = made.args[:1] if made.is_call else []
    found = (model_named(part) for part in (*given, *_declared(cls)) if part)
    return next(filter(None, found), None)


def looked_up_by(lookup: Node, model: Model) -> set[str]:
    """Return the columns by which a repository's method looks up rows.

    They are its keyword arguments, or the method's name has them: `users.get_by_email(email)`. None
    where the name has another one too, which is no column: what is looked up is not known then.
    """
    given = lookup.keywords.keys() & model.columns.keys()
    match = _COLUMN.search(lookup.member)
    named = set((match[1] or match[2]).split("_and_")) if match and lookup.args else set()
    return given or (named if named <= model.columns.keys() else set())


def is_own_model(expr: Node) -> bool:
    """Say whether an expression is the `self.model` of a repository for all models."""
    return expr.member in ("model", "_model") and expr.owner.name in ("self", "cls")


def own_model(expr: Node) -> Model | None:
    """Return the model that `self.model` or `cls.model` is in a repository of one model."""
    cls = expr.enclosing_class if is_own_model(expr) else expr.at(None)
    named = map(model_named, _declared(cls)) if cls else ()
    return next(filter(None, named), None)


def _declared(cls: Node) -> list[Node]:
    """Return the expressions by which a class may name its model: `model = User`, `Base[User]`."""
    found = []
    for above in cls.lineage:
        found += [statement.assigned for statement in above.body if statement.assigned.last_name]
        bases = above.ast.bases if isinstance(above.ast, ast.ClassDef) else []
        generic = [above.at(base).index for base in bases if isinstance(base, ast.Subscript)]
        found += [part for index in generic for part in (index.elements or [index])[:1]]
        for call in above.method("__init__").calls:
            found += call.args[:1] if call.member == "__init__" else []
    return found
