"""403 for rows that exist and 404 for those that do not: the answers list the ids."""

import ast
from collections.abc import Iterator

from fastapi_pro.auditing.finding import Hit
from fastapi_pro.auditing.libraries.http_errors import raised_status
from fastapi_pro.auditing.libraries.legacy_call_graph import reached
from fastapi_pro.auditing.libraries.legacy_fastapi import depends, param_type, params
from fastapi_pro.auditing.libraries.legacy_responses import http_routes
from fastapi_pro.auditing.model.legacy import At, Function, Module, Program, as_function, own_nodes


def detect(program: Program) -> Iterator[Hit]:
    """Yield the first 403 of each function that reads a row, after its 404.

    Of what only changes a row nothing is known: whoever is refused there may see it.
    """
    reads = program.fact(_reading)
    for function in program.functions:
        if function not in reads:
            continue
        node = as_function(function)
        assert node is not None
        for name, ids, refusal in _refusals(program, function.module, node):
            yield Hit(
                function.module, refusal,
                f"`{node.name}` answers 403 where `{name}` exists and 404 where it does not:"
                f" whoever counts through `{ids}` learns which exist",
            )  # fmt: skip
            break


def _reading(program: Program) -> set[At]:
    """Return what runs for GET requests: endpoints, their dependencies, what they call."""
    roots = [route.function for route in program.fact(http_routes) if route.method == "get"]
    queue = list(roots)
    while queue:
        for param in params(program, queue.pop()):
            dependency = depends(program, param)
            if dependency is not None and dependency.target not in (None, *roots):
                assert dependency.target is not None
                roots.append(dependency.target)
                queue.append(dependency.target)
    return reached(program, roots)


def _refusals(
    program: Program, module: Module, function: Function
) -> Iterator[tuple[str, str, ast.Raise]]:
    """Yield the row's variable, the id's parameter, and the `raise` of the 403."""
    ids = _ids(program, At(module, function))
    missing: dict[str, tuple[str, int]] = {}
    for node in own_nodes(function) if ids else ():
        if not isinstance(node, ast.If):
            continue
        raised = next((s for s in node.body if isinstance(s, ast.Raise)), None)
        code = raised_status(program, module, raised) if raised is not None else None
        if code == 404:
            for name in _absent(node.test):
                loaded_by = _loaded_by(program, module, name, ids)
                if loaded_by is not None:
                    missing[name.id] = (loaded_by, node.lineno)
        elif code == 403 and raised is not None:
            for row, (loaded_by, line) in missing.items():
                if line < node.lineno and _compares(node.test, {row, loaded_by}):
                    yield row, loaded_by, raised


def _ids(program: Program, function: At) -> set[str]:
    """Return the parameters that count: integers."""
    return {
        param.name
        for param in params(program, function)
        if param_type(program, param) == "builtins.int" and depends(program, param) is None
    }


def _absent(test: ast.expr) -> list[ast.Name]:
    """Return the names that a test finds empty: `x is None`, `not x`, either in an `or`."""
    match test:
        case ast.Compare(left=ast.Name() as name, ops=[ast.Is() | ast.Eq()],
                         comparators=[ast.Constant(value=None)]):  # fmt: skip
            return [name]
        case ast.UnaryOp(op=ast.Not(), operand=ast.Name() as name):
            return [name]
        case ast.BoolOp(op=ast.Or(), values=values):
            return [name for value in values for name in _absent(value)]
    return []


def _loaded_by(program: Program, module: Module, name: ast.Name, ids: set[str]) -> str | None:
    """Return the id by which a variable was loaded."""
    binding = program.binding(module, name)
    value = binding.node if binding is not None and binding.kind == "assign" else None
    # of a statement in a variable of its own the names are one step away
    for part in ast.walk(value) if value is not None else ():
        if isinstance(part, ast.Name) and part.id in ids:
            return part.id
        found = program.value(module, part) if isinstance(part, ast.Name) else None
        if found is not None and isinstance(found.node, ast.Call) and found.module is module:
            for inner in ast.walk(found.node):
                if isinstance(inner, ast.Name) and inner.id in ids:
                    return inner.id
    return None


def _compares(test: ast.expr, names: set[str]) -> bool:
    """Say whether a test holds the row, or its id, against something else that is a variable."""
    for node in ast.walk(test):
        if isinstance(node, ast.Compare):
            sides = [node.left, *node.comparators]
        elif isinstance(node, ast.Call):
            sides = [*node.args, *(k.value for k in node.keywords)]
            sides += [node.func.value] if isinstance(node.func, ast.Attribute) else []
        else:
            continue
        is_row = [_mentions(side, names) for side in sides]
        is_other = [not row and _is_variable(side) for row, side in zip(is_row, sides, strict=True)]
        if any(is_row) and any(is_other):
            return True
    return False


def _mentions(expr: ast.expr, names: set[str]) -> bool:
    return any(isinstance(node, ast.Name) and node.id in names for node in ast.walk(expr))


def _is_variable(expr: ast.expr) -> bool:
    """Say whether an expression is a variable or of one; constants are in capitals."""
    names = [node.id for node in ast.walk(expr) if isinstance(node, ast.Name)]
    return any(not name.isupper() and not name[:1].isupper() for name in names)
