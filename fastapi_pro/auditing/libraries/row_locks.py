"""What a function locks: rows until its transaction ends, or something that its name tells."""

import ast
import re
from collections.abc import Iterator

from fastapi_pro.auditing.libraries.call_chains import chained
from fastapi_pro.auditing.libraries.sqlalchemy_models import Model, model_named, model_selected
from fastapi_pro.auditing.libraries.stores import locks_rows
from fastapi_pro.auditing.model import limits
from fastapi_pro.auditing.model.node import Node

FOR_UPDATE = "with_for_update"
_NAMED = re.compile(
    r"for_update|(^|_)advisory(_|$)|(^|_)(advisory|x?act|row|dist\w*)?_?locks?(_|$)", re.IGNORECASE
)


def locks(function: Node, depth: int = 0) -> bool:
    """Say whether a function names a lock, or one that it calls does."""
    names = [name.last_name for name in function.own(ast.Name, ast.Attribute)]
    names += [key for call in function.calls for key in call.keywords]
    if any(map(_NAMED.search, names)) or any(map(locks_rows, function.calls)):
        return True
    if depth >= limits.CALLS:
        return False
    return any(locks(call.callee, depth + 1) for call in function.calls if call.callee)


def locked(function: Node, depth: int = 0) -> Iterator[Model | None]:
    """Yield the model of each row that a function locks, None for a lock of something else."""
    for name in function.own(ast.Name, ast.Attribute):
        call = name.parent if name.parent.func == name else name.at(None)
        if _NAMED.search(name.last_name) and not call.callee:
            yield model_locked(call) if name.last_name == FOR_UPDATE else None
    for call in function.calls:
        is_asked = any(map(_NAMED.search, call.keywords))
        inner = [*locked(call.callee, depth + 1)] if call.callee and depth < limits.CALLS else []
        yield from inner
        if call.member in ("get", "get_one") and call.keyword(FOR_UPDATE):
            yield model_named(call.argument(0, "entity"))
        elif (is_asked and not inner) or locks_rows(call):
            yield None


def model_locked(call: Node) -> Model | None:
    """Return the model of `select(Account).where(...).with_for_update()`; `of=` may name others."""
    if call.keyword("of"):
        return None
    return next(filter(None, map(model_selected, chained(call))), None)
