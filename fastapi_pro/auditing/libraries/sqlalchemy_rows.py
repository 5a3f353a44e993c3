"""Which expressions are rows: objects of models, loaded one by one or in a loop."""

import ast

from fastapi_pro.auditing.libraries.fastapi import LISTS, unwrap
from fastapi_pro.auditing.libraries.foreign_keys import foreign_keys, table_name
from fastapi_pro.auditing.libraries.known_types import selected
from fastapi_pro.auditing.libraries.logins import missing
from fastapi_pro.auditing.libraries.sqlalchemy_models import Model, model_of, models
from fastapi_pro.auditing.model import limits
from fastapi_pro.auditing.model.node import Node
from fastapi_pro.auditing.model.type_arguments import stands_for

_RUNS = {"scalars", "execute", "exec", "stream_scalars"}
_MAKES = {"model_validate", "model_construct", "model_copy", "from_orm", "parse_obj"}
_SAME_ROWS = {"all", "unique", "scalars", "fetchall"}


def row_of(expr: Node) -> Model | None:
    """Return the model whose object an expression is, also as the variable of a loop.

    The row to which a relationship of a row leads is one too: `item.product`.
    """
    if found := model_of(expr):
        return found
    if related := _related(expr):
        return related[0] if not related[1] else None
    bound = expr.bound
    if bound is None or bound.kind != "for":
        return None
    return rows_of(expr.at(bound.node)) if _is_whole_target(expr, bound.node) else None


def _related(expr: Node) -> tuple[Model, bool] | None:
    """Return the model to which a relationship of a row leads, and whether to a list of them."""
    bound = expr.bound
    led = expr.at(bound.node) if bound is not None and bound.kind == "assign" else expr
    owner = row_of(led.owner) if led.member and not led.is_call else None
    relationship = owner.relationships.get(led.member) if owner else None
    target = models(expr.program).get(relationship.target) if relationship else None
    if owner is None or relationship is None or target is None:
        return None
    return target, leads_to_many(owner, led.member)


def leads_to_many(owner: Model, name: str) -> bool:
    """Say whether a relationship of a model leads to a list; without one of this name, no.

    Where neither an annotation nor `uselist=` tells, the side with the foreign key has one row.
    """
    relationship = owner.relationships.get(name)
    if relationship is None or relationship.is_list is not None:
        return relationship is not None and bool(relationship.is_list)
    target = table_name(relationship.target) if relationship.target else ""
    return bool(target) and all(key.table != target for key in foreign_keys(owner))


def rows_of(expr: Node, depth: int = 0) -> Model | None:
    """Return the model of the rows of a list or result, if it holds whole rows."""
    if related := _related(expr):
        return related[0] if related[1] else None
    found = expr.value.awaited
    for _ in range(8):
        if not found.is_call or depth > limits.CALLS:
            return None
        if found.callee:
            returned = [] if found.callee.returns else found.callee.returned
            only = rows_of(returned[0], depth + 1) if len(returned) == 1 else None
            return only or _returned(found.callee, found.owner)
        statement = found.args[0] if found.member in _RUNS and found.args else found
        if cls := selected(statement):
            return models(expr.program).get(cls)
        if found.last_name in ("list", "reversed") and found.args:
            found = found.args[0].value.awaited
        elif found.member in _SAME_ROWS:
            found = found.owner.value.awaited
        else:
            return None
    return None


def is_new(expr: Node, depth: int = 0) -> bool:
    """Say whether an expression is an object that was made, not loaded.

    An object that is made only if none was found counts as both: `get_or_create`.
    """
    value = expr.value.awaited
    if value and (before := _found_before(expr, value)):
        return is_new(before, depth + 1) and is_new(value, depth + 1)
    if not value.is_call or depth > limits.CALLS:
        return False
    if value.func.definition.is_class or value.member in _MAKES:
        return True
    returned = value.callee.returned
    return bool(returned) and all(is_new(made, depth + 1) for made in returned)


def _found_before(expr: Node, value: Node) -> Node | None:
    """Return the value of a name before `if name is None:` replaced it."""
    branch = value.statement.parent
    is_inside = not isinstance(branch.ast, ast.If) or branch.holds(expr)
    if not expr.name or is_inside or missing(branch.ast.test) != expr.name:  # type: ignore[attr-defined]
        return None
    bound = [expr.at(b.node) for b in expr.function.bindings(expr.name) if b.kind == "assign"]
    return next((v for v in reversed(bound) if v.position < branch.position), None)


def _is_whole_target(name: Node, iterable: ast.AST) -> bool:
    """Say whether a loop assigns each whole element to a name, not a part of it."""
    loops = (a for a in name.ancestors if getattr(a.ast, "iter", None) is iterable)
    loop = next(loops, name.at(None))
    if not loop:
        generators = (g for a in name.ancestors for g in getattr(a.ast, "generators", ()))
        loop = name.at(next((g for g in generators if g.iter is iterable), None))
    target = getattr(loop.ast, "target", None)
    return isinstance(target, ast.Name) and target.id == name.name


def _returned(function: Node, owner: Node) -> Model | None:
    """Return the model of the list that a function, a method of `owner`, is annotated to return."""
    annotation, _ = unwrap(function.returns)
    if annotation.generic.library_name not in LISTS:
        return None
    inner, _ = unwrap(annotation.index)
    concrete = stands_for(inner, owner.type_class) if owner else inner.at(None)
    return models(function.program).get(concrete or inner.definition)
