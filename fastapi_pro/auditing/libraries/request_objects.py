"""What FastAPI fills, and whether an object comes from the request or from a row."""

import ast

from fastapi_pro.auditing.libraries.fastapi import dependencies, endpoints, parameters
from fastapi_pro.auditing.libraries.pydantic import Schema, schema_of
from fastapi_pro.auditing.libraries.sqlalchemy_models import is_model
from fastapi_pro.auditing.model import limits
from fastapi_pro.auditing.model.node import Node
from fastapi_pro.auditing.model.program import Program, fact

_DATACLASSES = ("dataclasses.dataclass", "pydantic.dataclasses.dataclass")
_READS = ("json", "body", "form")
"""The attributes and methods of a Request that give its body."""
_SERVICE = ("app", "auth", "session", "state", "user")
"""The attributes of a Request that the service itself fills."""


@fact
def requested(program: Program) -> set[Node]:
    """Return the functions whose parameters FastAPI fills."""
    found: set[Node] = set()
    queue = [endpoint.function for endpoint in endpoints(program)]
    queue += [dependency.function for dependency in dependencies(program)]
    while queue:
        function = queue.pop()
        if function and function not in found:
            found.add(function)
            # of `Depends()` the annotation of the parameter says what it calls
            given = [parameter.dependency for parameter in parameters(function)]
            queue += [dependency.function for dependency in given if dependency is not None]
    return found


@fact
def filled(program: Program) -> dict[Node, Schema]:
    """Return the schemas and dataclasses that FastAPI fills, except tables."""
    found: dict[Node, Schema] = {}
    for function in requested(program):
        for parameter in parameters(function):
            kind, dependency = parameter.type, parameter.dependency
            if not isinstance(kind, Node) or parameter.is_filled_otherwise:
                continue
            if dependency is not None and dependency.target != kind:
                continue
            schema = schema_of(kind)
            if schema is not None and not is_model(kind):
                found[kind] = schema
            elif schema is None and dependency is not None and _is_dataclass(kind):
                found[kind] = Schema(kind)
    return found


def _is_dataclass(cls: Node) -> bool:
    return any(decorator.func.library_name in _DATACLASSES for decorator in cls.decorators)


def is_brought(expr: Node) -> bool:
    """Say whether an expression may come from the request, directly or through calls.

    A row that is loaded does not, nor an object of a schema that is made from a row.
    """
    return _is_brought(expr, 0, set())


def _is_brought(expr: Node, depth: int, seen: set[Node]) -> bool:
    found = expr.awaited
    if not found or found in seen or depth > limits.CALLS:
        return False
    seen.add(found)
    if found.is_call:
        return _is_made_of_it(found, depth, seen)
    if found.member in _SERVICE and found.owner.is_a("fastapi.Request"):
        return False
    bound = found.bound
    if bound is None:
        inner = [found.at(node) for node in ast.iter_child_nodes(found.ast)]
        return any(_is_brought(part, depth, seen) for part in inner)
    if bound.kind == "param":
        return _is_given(found.at(bound.node), depth, seen)
    return bound.kind in ("assign", "for", "with") and _is_brought(
        found.at(bound.node), depth, seen
    )


def _is_made_of_it(call: Node, depth: int, seen: set[Node]) -> bool:
    """Say whether a call reads the request, or copies or returns its data."""
    if call.member in _READS and call.owner.is_a("fastapi.Request"):
        return True
    function = call.callee
    if function and function.name != "__init__":
        return any(_is_brought(value, depth + 1, seen) for value in function.returned)
    is_of_object = bool(call.owner) and not call.owner.definition.is_class
    taken = [call.owner] if is_of_object and _is_schema(call.owner) else []
    is_copied = bool(taken) or call.type_class in filled(call.program) or bool(call.called)
    return is_copied and any(_is_brought(part, depth, seen) for part in (*taken, *call.given))


def _is_schema(expr: Node) -> bool:
    return expr.type_class in filled(expr.program)


def _is_given(arg: Node, depth: int, seen: set[Node]) -> bool:
    """Say whether a parameter gets request data, from FastAPI or from a caller of its function."""
    function = arg.function
    if not function or arg not in function.parameters:
        return True  # `self`, or that of a lambda
    if function in requested(arg.program):
        for parameter in parameters(function):
            if parameter.node != arg:
                continue
            dependency = parameter.dependency
            if dependency is None or not dependency.target.is_function:
                return True
            target = dependency.target
            values = (*target.returned, *target.yielded)
            return any(_is_brought(value, depth + 1, seen) for value in values)
    callers = function.callers
    return not callers or any(_is_brought(arg.passed(c), depth + 1, seen) for c in callers)
