"""Which HTTP status an exception stands for."""

import ast
import http
import re

from fastapi_pro.auditing.model.legacy import (
    FUNCTIONS,
    At,
    Module,
    Program,
    argument,
    keyword,
    own_nodes,
)

_CONSTANT = re.compile(r"\.HTTP_(\d{3})_\w+$")
_NAMED = {404: re.compile(r"NotFound|DoesNotExist"), 403: re.compile(r"Forbidden|NotPermitted")}


def raised_status(program: Program, module: Module, node: ast.Raise) -> int | None:
    """Return the status that a `raise` answers with; None where that cannot be read.

    Exceptions of the program have a `status_code` of their own, or a name that says it.
    """
    call = node.exc
    if call is None:
        return None
    cls = program.resolve(module, call.func if isinstance(call, ast.Call) else call)
    if isinstance(call, ast.Call):
        given = argument(call, 0, "status_code")
        if (found := status(program, module, given)) is not None:
            return found
        if cls == "fastapi.HTTPException":
            return None
    if isinstance(cls, At) and isinstance(cls.node, ast.ClassDef):
        return _of_class(program, cls)
    return None


def status(program: Program, module: Module, expr: ast.AST | None) -> int | None:
    """Return the number of `404`, `status.HTTP_404_NOT_FOUND`, `HTTPStatus.NOT_FOUND`."""
    name = program.name_of(module, expr)
    if match := _CONSTANT.search(name):
        return int(match[1])
    if name.startswith("http.HTTPStatus."):
        known = http.HTTPStatus.__members__.get(name.removesuffix(".value").rpartition(".")[2])
        return known.value if known is not None else None
    value = program.constant(module, expr)
    return value if isinstance(value, int) and 100 <= value < 600 else None


def _of_class(program: Program, cls: At) -> int | None:
    for above in program.lineage(cls):
        assert isinstance(above.node, ast.ClassDef)
        for name in ("status_code", "status", "code"):
            for binding in above.module.bindings(above.node).get(name, []):
                if (found := status(program, above.module, binding.node)) is not None:
                    return found
        for method in above.node.body:
            is_init = isinstance(method, FUNCTIONS) and method.name == "__init__"
            found = _passed_up(program, above.module, method) if is_init else None
            if found is not None:
                return found
        for number, pattern in _NAMED.items():
            if pattern.search(above.node.name):
                return number
    return None


def _passed_up(program: Program, module: Module, init: ast.AST) -> int | None:
    """Return the status of `super().__init__(status_code=404)`."""
    for node in own_nodes(init):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr == "__init__"
        ):
            given = [keyword(node, "status_code"), *node.args]
            for value in given:
                if (found := status(program, module, value)) is not None:
                    return found
    return None
