"""An exception, a pair of body and status, or a status in a body, that is returned or dropped."""

import ast
from collections.abc import Iterator

from fastapi_pro.auditing.detection import Hit, Node, Program
from fastapi_pro.auditing.libraries.exception_handlers import exception_handlers
from fastapi_pro.auditing.libraries.fastapi import (
    LISTS,
    Dependency,
    Endpoint,
    dependencies,
    endpoints,
    http_endpoints,
    parameters,
    unwrap,
)
from fastapi_pro.auditing.libraries.fastapi_requests import request_functions
from fastapi_pro.auditing.libraries.http_errors import status
from fastapi_pro.auditing.libraries.pydantic import schema_of
from fastapi_pro.auditing.model import limits
from fastapi_pro.auditing.model.flow import following
from fastapi_pro.auditing.model.node import inherits

_ERROR = "fastapi.HTTPException"
_PAIRS = ("builtins.tuple", "typing.Tuple", "typing.NamedTuple")
_TAKE_PAIRS = ("typing.Any", "builtins.object", *LISTS)
_RESPONSES = "fastapi.responses."
_LOWEST_ERROR = 400
_STATUS_FIELDS = ("status_code", "statusCode")


def detect(program: Program) -> Iterator[Hit]:
    """Yield what endpoints, dependencies and exception handlers should not return."""
    places: dict[tuple[object, ...], Hit] = {}
    for hit in _hits(program):
        places.setdefault(hit[:3], hit)
    yield from places.values()


def _hits(program: Program) -> Iterator[Hit]:
    for endpoint in http_endpoints(program):
        if not any(map(_reads_results, endpoint.function.decorators)):
            for place, value in _wrong(endpoint.function):
                if _is_error(value) or (_is_pair(value) and not _declares_pair(endpoint)):
                    yield _of_endpoint(endpoint, place, value)
                elif code := _sent_status(endpoint, place, value):
                    yield place.hit(
                        f"`{endpoint.name}` says {code} in the body alone: the client gets"
                        f" {_success(endpoint)}",
                        severity="medium",
                    )
    checked = _checked_dependencies(program)
    depended: dict[Node, Dependency] = {}
    for dependency in dependencies(program):
        depended.setdefault(dependency.function, dependency)
    for function, dependency in depended.items():
        message = f"`{dependency.name}` returns this exception: the endpoint runs"
        if function not in checked:
            found = _wrong(function)
            yield from (place.hit(message) for place, value in found if _is_error(value))
    for function in sorted(request_functions(program), key=lambda f: f.place):
        for statement in () if function.module.is_tool else function.own(ast.Expr):
            if _is_error(statement.at(statement.ast.value)):  # type: ignore[attr-defined]
                yield statement.hit(
                    f"`{function.name}` makes this exception and does not raise it: the code after"
                    " it runs",
                    fix="`raise` before it",
                )
    for handler in exception_handlers(program):
        message = f"`{handler.function.name}` returns no response: the client gets a 500"
        yield from (place.hit(message) for place, _ in _wrong(handler.function))


def _of_endpoint(endpoint: Endpoint, place: Node, value: Node) -> Hit:
    """Return the finding: a status below 400 that is returned as an exception matters less."""
    what = "this exception" if _is_error(value) else "a pair, of which FastAPI makes a list"
    said = f"`{endpoint.name}` returns {what}: the client gets"
    declared = _declared(endpoint)
    if declared and not (_is_pair(value) and declared.library_name in _TAKE_PAIRS):
        return place.hit(f"{said} a 500, as it is no `{declared.text}`")
    code = status(value.argument(0, "status_code"))
    is_success = code is not None and code < _LOWEST_ERROR
    return place.hit(f"{said} {_success(endpoint)}", severity="low" if is_success else "")


def _success(endpoint: Endpoint) -> int:
    """Return the status that an endpoint answers by itself."""
    return status(endpoint.call.keyword("status_code")) or 200


def _sent_status(endpoint: Endpoint, place: Node, value: Node) -> int:
    """Return the status of an error that a body has, if the answer has another; else 0."""
    functions = (endpoint.function, place.function)
    is_set = any(a.member == "status_code" for f in functions for a in f.own(ast.Attribute))
    is_error = _success(endpoint) >= _LOWEST_ERROR
    return 0 if is_set or is_error else _written_status(value)


def _declared(endpoint: Endpoint) -> Node:
    """Return the annotation that FastAPI validates the response by: none is of a response."""
    annotation, _ = unwrap(endpoint.call.keyword("response_model") or endpoint.function.returns)
    is_response = annotation.library_name.startswith(_RESPONSES)
    return annotation.at(None) if annotation.is_none or is_response else annotation


def _declares_pair(endpoint: Endpoint) -> bool:
    names = _declared(endpoint).walk(ast.Name, ast.Attribute)
    return any(name.library_name in _PAIRS for name in names)


def _wrong(function: Node, above: tuple[Node, ...] = ()) -> Iterator[tuple[Node, Node]]:
    """Yield where a function returns an exception or a pair, and that; calls are followed.

    Where a helper only makes errors, which others may raise, the place is its call.
    """
    is_followed = function not in above and len(above) <= limits.CALLS
    for returned in function.returned if is_followed else ():
        for value in _choices(returned):
            if _is_error(value) or _is_pair(value) or _written_status(value):
                yield returned, value
            elif value.is_call and value.callee.is_function:
                inner = list(_wrong(value.callee, (*above, function)))
                made = [(returned, found) for _, found in inner[:1]]
                yield from made if _only_makes_errors(value.callee, inner) else inner


def _only_makes_errors(function: Node, inner: list[tuple[Node, Node]]) -> bool:
    is_all = len({place for place, _ in inner}) == len(function.returned)
    return is_all and any(not isinstance(c.statement.ast, ast.Return) for c in function.callers)


def _choices(value: Node) -> list[Node]:
    """Return the expressions that a returned one stands for, through conditions and names."""
    match value.ast:
        case ast.Await(value=inner):
            return _choices(value.at(inner))
        case ast.IfExp(body=body, orelse=orelse):
            return [*_choices(value.at(body)), *_choices(value.at(orelse))]
        case ast.BoolOp():
            return [found for operand in value.operands for found in _choices(operand)]
        case ast.Name() if _is_checked(value.name, value.function):
            return []
        case ast.Name():
            bindings = value.function.bindings(value.name)
            given = [value.at(b.node) for b in bindings if b.kind == "assign"]
            given = _still(given, value)
            return [g.awaited for g in given if not isinstance(g.ast, ast.Name)] or [value]
    return [value]


def _still(given: list[Node], place: Node) -> list[Node]:
    """Return the values that a name may have at a place: what a block assigns replaces others."""
    around = {place, *place.ancestors}
    replacing = [
        value
        for value in given
        if value.position < place.position and not around.isdisjoint(following(value.statement))
    ]
    last = max((value.position for value in replacing), default=None)
    return [value for value in given if last is None or value.position >= last]


def _is_checked(name: str, function: Node) -> bool:
    """Say whether a function raises a variable, or asks for its class."""
    raised = (one.at(one.ast.exc).name for one in function.own(ast.Raise))  # type: ignore[attr-defined]
    asked = (call.argument(0, "").name for call in function.calls if call.func.name == "isinstance")
    return name in {*raised, *asked}


def _is_error(value: Node) -> bool:
    """Say whether an expression makes an exception of HTTP, or is the name of a caught one."""
    if value.is_call:
        return inherits(value.func.origin, _ERROR)
    for above in value.ancestors if value.name else ():
        if isinstance(above.ast, ast.ExceptHandler) and above.ast.name == value.name:
            return inherits(above.at(above.ast.type).origin, _ERROR)
    return value.is_a(_ERROR)


def _is_pair(value: Node) -> bool:
    """Say whether an expression is a body and its status, as Flask takes it."""
    if not isinstance(value.ast, ast.Tuple) or len(value.elements) not in (2, 3):
        return False
    body, number = value.elements[0].value, value.elements[1]
    code = status(number)
    if code is None or number.literal is None:
        return code is not None
    is_body = isinstance(body.ast, ast.Dict) or body.called.startswith(_RESPONSES)
    is_text = isinstance(body.ast, ast.JoinedStr) or isinstance(body.constant, str)
    return is_body or (is_text and code >= _LOWEST_ERROR)


def _written_status(value: Node) -> int:
    """Return the status of an error that a dictionary or a model has as a field; else 0."""
    is_model = value.is_call and schema_of(value.func.definition) is not None
    given = (value.keyword(name) if is_model else value.entry(name) for name in _STATUS_FIELDS)
    codes = (status(each) or 0 for each in given)
    return next((code for code in codes if code >= _LOWEST_ERROR), 0)


def _reads_results(decorator: Node) -> bool:
    """Say whether a decorator of the program may make a response of what a function returns."""
    function = decorator.func.definition if decorator.is_call else decorator.definition
    return function.is_function and any(
        call.func.name == "isinstance" or call.called.startswith(_RESPONSES)
        for call in function.walk(ast.Call)
    )


def _checked_dependencies(program: Program) -> set[Node]:
    """Return the dependencies whose value somebody looks at before the endpoint goes on."""
    functions = {endpoint.function for endpoint in endpoints(program)}
    functions |= {dependency.function for dependency in dependencies(program)}
    return {
        parameter.dependency.function
        for function in functions
        for parameter in parameters(function)
        if parameter.dependency and _is_checked(parameter.name, function)
    }
