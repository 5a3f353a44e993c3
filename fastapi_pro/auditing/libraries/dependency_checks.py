"""Parameters that a dependency of their endpoint bounds: it takes them too, and refuses values."""

import ast
from collections.abc import Iterator

from fastapi_pro.auditing.libraries.fastapi import Parameter, endpoints, parameters
from fastapi_pro.auditing.libraries.request_objects import is_brought
from fastapi_pro.auditing.model import limits
from fastapi_pro.auditing.model.node import Node
from fastapi_pro.auditing.model.program import Program, fact

_SMALLER = (ast.Lt, ast.LtE)
_LARGER = (ast.Gt, ast.GtE)


def is_bounded(parameter: Parameter) -> bool:
    """Say whether a dependency refuses large or unknown values of an endpoint's parameter."""
    key = (parameter.node.function, _sent_as(parameter))
    return key in _bounded(parameter.node.program)


@fact
def _bounded(program: Program) -> set[tuple[Node, str]]:
    """Return the endpoints with the parameters that their dependencies bound."""
    return {
        (endpoint.function, _sent_as(parameter))
        for endpoint in endpoints(program)
        for dependency in endpoint.dependencies
        if dependency.function.is_function
        for parameter in parameters(dependency.function)
        if parameter.dependency is None
        and program.once(refuses_large, parameter.node.ast, parameter.node)
    }


def _sent_as(parameter: Parameter) -> str:
    """Return the name in the request: two parameters with one name get the same value."""
    alias = next((given.constant for given in parameter.options("alias")), None)
    return alias if isinstance(alias, str) else parameter.name


def refuses_large(arg: Node, depth: int = 0) -> bool:
    """Say whether a function, or one that it passes a parameter to, raises for a large value."""
    function = arg.function
    for branch in function.own(ast.If):
        if not any(isinstance(s.ast, ast.Raise) for s in branch.body):
            continue
        is_bound = any(
            _is_too_large(compare, arg.name, is_negated=negated)
            for compare, negated in _compares(branch.test.ast)
        )
        is_always_asked = branch.parent == function
        if is_bound or (is_always_asked and _is_any_other(branch.test, arg.name)):
            return True
    if depth > limits.CALLS:
        return False
    return any(
        taken.passed(call).name == arg.name and refuses_large(taken, depth + 1)
        for call in function.calls
        if call.callee.is_function
        for taken in call.callee.parameters
    )


def _compares(test: ast.AST, *, negated: bool = False) -> Iterator[tuple[ast.Compare, bool]]:
    """Yield the comparisons of a condition, and whether each stands under a `not`."""
    match test:
        case ast.BoolOp(values=values):
            for value in values:
                yield from _compares(value, negated=negated)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            yield from _compares(operand, negated=not negated)
        case ast.Compare():
            yield test, negated


def _is_too_large(compare: ast.Compare, name: str, *, is_negated: bool) -> bool:
    """Say whether a comparison before a `raise` is true for every value that is too large."""
    sides = [compare.left, *compare.comparators]
    for left, op, right in zip(sides, compare.ops, sides[1:], strict=False):
        is_left, is_right = _is(left, name), _is(right, name)
        if is_left == is_right:
            continue
        if isinstance(op, ast.In if is_negated else ast.NotIn):
            return is_left
        above, below = (_SMALLER, _LARGER) if is_negated else (_LARGER, _SMALLER)
        if isinstance(op, above if is_left else below):
            return True
    return False


def _is_any_other(test: Node, name: str, *, is_negated: bool = False) -> bool:
    """Say whether a condition is true for every value except a known one: the user's own.

    The other side of the comparison does not come from the request. Exempt users, such as
    administrators, can send any value.
    """
    match test.ast:
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return _is_any_other(test.at(operand), name, is_negated=not is_negated)
        case ast.BoolOp(op=op):
            is_one_enough = isinstance(op, ast.And if is_negated else ast.Or)
            found = [_is_any_other(o, name, is_negated=is_negated) for o in test.operands]
            return any(found) if is_one_enough else all(found)
        case ast.Compare(ops=[op]) if isinstance(op, ast.Eq if is_negated else ast.NotEq):
            others = [side for side in test.operands if side.name != name]
            return len(others) == 1 and not is_brought(others[0])
    return False


def _is(side: ast.expr, name: str) -> bool:
    """Say whether an expression is a variable, or `int()` of it."""
    match side:
        case ast.Call(func=ast.Name(id="int"), args=[ast.Name(id=found)]) | ast.Name(id=found):
            return found == name
    return False
