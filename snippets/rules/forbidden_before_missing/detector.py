"""403 for rows that exist and 404 for those that do not: the answers list the ids."""

import ast
from collections.abc import Iterator

from fastapi_pro.auditing.detection import Hit, Node, Program, fact
from fastapi_pro.auditing.libraries.fastapi import http_endpoints, parameters
from fastapi_pro.auditing.libraries.http_errors import raised_status
from fastapi_pro.auditing.model.call_graph import reached


def detect(program: Program) -> Iterator[Hit]:
    """Yield the first 403 of each function that reads a row, after its 404.

    Of what only changes a row nothing is known: whoever is refused there may see it.
    """
    for function in program.functions:
        if function not in _reading(program):
            continue
        for row, ids, refusal in _refusals(function):
            yield refusal.hit(
                f"`{function.name}` answers 403 where `{row}` exists and 404 where it does not:"
                f" a client that tries every `{ids}` learns which exist"
            )
            break


@fact
def _reading(program: Program) -> set[Node]:
    """Return what runs for GET requests: endpoints, their dependencies, what they call."""
    gets = [endpoint for endpoint in http_endpoints(program) if endpoint.method == "get"]
    dependencies = [d.function for endpoint in gets for d in endpoint.dependencies]
    return reached([*(endpoint.function for endpoint in gets), *dependencies])


def _refusals(function: Node) -> Iterator[tuple[str, str, Node]]:
    """Yield the row's variable, the id's parameter, and the `raise` of the 403."""
    ids = _ids(function)
    missing: dict[str, tuple[str, int]] = {}
    for check in function.own(ast.If) if ids else ():
        raised = next((s for s in check.body if isinstance(s.ast, ast.Raise)), check.at(None))
        status = raised_status(raised)
        if status == 404:
            for name in _absent(check.test):
                if loaded_by := _loaded_by(name, ids):
                    missing[name.name] = loaded_by, check.line
        elif status == 403:
            for row, (loaded_by, line) in missing.items():
                if line < check.line and _compares(check.test, {row, loaded_by}):
                    yield row, loaded_by, raised


def _ids(function: Node) -> set[str]:
    """Return the parameters that count: integers."""
    numbers = [p for p in parameters(function) if p.type == "builtins.int"]
    given = (p for p in numbers if p.dependency is None and not _is_of_caller(p.node))
    return {parameter.name for parameter in given}


def _is_of_caller(parameter: Node) -> bool:
    """Say whether all who call a function give it what a dependency found, such as their own id."""
    passed = [parameter.passed(call) for call in parameter.function.callers]
    return bool(passed) and all(map(_is_of_dependency, passed))


def _is_of_dependency(value: Node) -> bool:
    while value.owner:
        value = value.owner
    given = parameters(value.function) if value.function else []
    return any(p.node == value.definition and p.dependency is not None for p in given)


def _absent(test: Node) -> list[Node]:
    """Return the names that a test finds empty: `x is None`, `not x`, either in an `or`."""
    match test.ast:
        case ast.Compare(left=ast.Name() as name, ops=[ast.Is() | ast.Eq()],
                         comparators=[ast.Constant(value=None)]):  # fmt: skip
            return [test.at(name)]
        case ast.UnaryOp(op=ast.Not(), operand=ast.Name() as name):
            return [test.at(name)]
        case ast.BoolOp(op=ast.Or(), values=values):
            return [name for value in values for name in _absent(test.at(value))]
    return []


def _loaded_by(name: Node, ids: set[str]) -> str:
    """Return the id by which a variable was loaded."""
    binding = name.bound
    if binding is None or binding.kind != "assign":
        return ""
    for part in name.at(binding.node).walk(ast.Name):
        # of a statement in a variable of its own the names are one step away
        is_statement = part.value.is_call and part.value.module is name.module
        names = [part, *(part.value.walk(ast.Name) if is_statement else ())]
        if found := next((inner.name for inner in names if inner.name in ids), ""):
            return found
    return ""


def _compares(test: Node, names: set[str]) -> bool:
    """Say whether a test holds the row, or its id, against something else that is a variable."""
    for node in test.walk(ast.Compare, ast.Call):
        match node.ast:
            case ast.Compare(left=left, comparators=comparators):
                sides = [node.at(side) for side in (left, *comparators)]
            case _:
                sides = [*node.given, node.owner]
        rows = [side for side in sides if _mentions(side, names)]
        others = [side for side in sides if side not in rows]
        if rows and any(map(_is_variable, others)):
            return True
    return False


def _mentions(expr: Node, names: set[str]) -> bool:
    return any(node.name in names for node in expr.walk(ast.Name))


def _is_variable(expr: Node) -> bool:
    """Say whether an expression is a variable or of one; constants are in capitals."""
    names = [node.name for node in expr.walk(ast.Name)]
    return any(not name.isupper() and not name[:1].isupper() for name in names)
