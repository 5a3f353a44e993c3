"""Values that a condition shows to be no row: `if isinstance(user, JSONResponse)`."""

import ast

from fastapi_pro.auditing.libraries.sqlalchemy_models import model_named
from fastapi_pro.auditing.model.flow import ends
from fastapi_pro.auditing.model.node import Node


def is_narrowed(value: Node) -> bool:
    """Say whether a returned variable was found to be of another class than a model's.

    `if isinstance(user, JSONResponse): return user` returns no row.
    """
    if not value.name:
        return False
    for above in value.ancestors:
        if isinstance(above.ast, ast.Match):
            return above.at(above.ast.subject).name == value.name
        is_inside = isinstance(above.ast, ast.If) and any(p.holds(value) for p in above.body)
        if is_inside and _is_other(above.test, value.name):
            return True
        if above.is_function:
            break
    before = (node for node in value.function.own(ast.If, ast.Assert) if node.line < value.line)
    return any(
        _is_other(node.test, value.name)
        if isinstance(node.ast, ast.Assert)
        else _is_other(_negated(node.test), value.name) and ends(node.body[-1])
        for node in before
    )


def _negated(test: Node) -> Node:
    match test.ast:
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return test.at(operand)
    return test.at(None)


def _is_other(test: Node, name: str) -> bool:
    """Say whether a condition is `isinstance(name, Class)` where the class is no model.

    `type(name) is Class` says the same.
    """
    for call in test.walk(ast.Call):
        tested = next(iter(call.args), call.at(None))
        if name not in (tested.name, *(target.name for target in tested.targets)):
            continue
        if call.called == "builtins.isinstance" and len(call.args) > 1:
            classes = call.args[1].elements or [call.args[1]]
        elif call.called == "builtins.type" and isinstance(call.parent.ast, ast.Compare):
            classes = call.parent.operands
        else:
            continue
        if not any(map(model_named, classes)):
            return True
    return False
