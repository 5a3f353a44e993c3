"""A test that expects an answer of 500 from a client that raises the exception instead."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator

from fastapi_pro.auditing.detection import Hit, Node, Program
from fastapi_pro.auditing.libraries.exception_handlers import exception_handlers
from fastapi_pro.auditing.libraries.fastapi import Endpoint
from fastapi_pro.auditing.libraries.fastapi_requests import (
    added_middleware,
    answering,
    is_http_middleware,
    is_middleware_class,
)
from fastapi_pro.auditing.libraries.http_errors import status
from fastapi_pro.auditing.libraries.pytest import Test, test_modules, tests_in
from fastapi_pro.auditing.libraries.test_clients import Client, Request, as_request, clients
from fastapi_pro.auditing.model.module import Module

_CAUGHT = {"builtins.Exception", "builtins.BaseException"}
_WRITTEN = re.compile(rb"(?<!\d)500(?!\d)|INTERNAL_SERVER|5_00|0[xX]1[fF]4|0[oO]764|0[bB]1{5}0100")
_SPELLED = ("500", "INTERNAL_SERVER", "5_00", "0x", "0o", "0b", "0X", "0O", "0B")
_MIDDLEWARE = re.compile(rb"\.middleware\b|\bdef +(?:__call__|dispatch)\b")
_NAMES = ("500", "INTERNAL_SERVER", "InternalServer")


def detect(program: Program) -> Iterator[Hit]:
    """Yield each transport and TestClient that raises what a test wants to see answered."""
    raising: dict[Client, list[str]] = defaultdict(list)
    modules = [module for module in test_modules(program) if _says_500(module)]
    for module in modules if modules and clients(program) else ():
        for test in tests_in(module) if _mentions(module) else ():
            if client := _expects_500(test):
                raising[client].append(test.name)
    if not raising or _answers_itself(program):
        return
    for client, names in raising.items():
        others = f" and {len(names) - 1} more expect" if len(names) > 1 else " expects"
        yield client.call.hit(
            f"`{names[0]}`{others} a 500, but this client raises the endpoint's exception in the"
            " test: there is no response to check"
        )


def _says_500(module: Module) -> bool:
    return (
        module.says("status_code")
        and module.says(*_SPELLED)
        and _WRITTEN.search(module.source) is not None
    )


def _mentions(module: Module) -> bool:
    return any(n.value == 500 for n in module.nodes(ast.Constant)) or any(
        "500" in n.attr or "INTERNAL_SERVER" in n.attr for n in module.nodes(ast.Attribute)
    )


def _expects_500(test: Test) -> Client | None:
    """Return the raising client of a test that asserts a 500 which only the server's handler is."""
    for statement in test.function.own(ast.Assert):
        request = _asserted(statement)
        if request is None or not _raises(request.client):
            continue
        ran = {function for endpoint in request.endpoints for function in answering(endpoint)}
        ran |= {around for endpoint in request.endpoints for around in _decorators(endpoint)}
        once = test.function.program.once
        is_plain = not any(once(_holds_500, function.ast, function) for function in ran)
        if request.endpoints and is_plain and not _is_about_500(test):
            return request.client
    return None


def _asserted(statement: Node) -> Request | None:
    """Return the request of `assert response.status_code == 500`."""
    match statement.ast:
        case ast.Assert(test=ast.Compare(left=left, ops=[ast.Eq(), *_], comparators=[right, *_])):
            sides = [statement.at(left), statement.at(right)]
            if any(status(side) == 500 for side in sides):
                answers = (side.owner.value for side in sides if side.member == "status_code")
                return next((as_request(answer.awaited) for answer in answers), None)
    return None


def _raises(client: Client) -> bool:
    """Say whether a client is surely made to raise the application's exceptions, as by default."""
    call = client.call
    if call.has_unpacking or any(isinstance(arg.ast, ast.Starred) for arg in call.args):
        return False
    given = call.argument(2, "raise_server_exceptions")
    if client.is_transport:
        given = call.argument(1, "raise_app_exceptions")
    return not given or given.constant is True


def _is_about_500(test: Test) -> bool:
    """Say whether a test names 500 outside its asserts, or is skipped."""
    if any("skip" in mark.text or "xfail" in mark.text for mark in test.marks):
        return True
    return any(
        _names_500(node) and not any(isinstance(above.ast, ast.Assert) for above in node.ancestors)
        for node in test.function.walk()
    )


def _decorators(endpoint: Endpoint) -> Iterator[Node]:
    """Yield the functions of the program that decorate an endpoint."""
    for decorator in endpoint.function.decorators:
        definition = (decorator.func if decorator.is_call else decorator).definition
        if definition.is_function:
            yield definition


def _holds_500(function: Node) -> bool:
    return any(_names_500(node) for node in function.walk())


def _names_500(node: Node) -> bool:
    return node.literal == 500 or any(name in node.last_name for name in _NAMES)


def _answers_itself(program: Program) -> bool:
    """Say whether middleware catches all, or a handler of other exceptions may answer 500."""
    modules = [module for module in program.modules if module.says("exception_handler")]
    for handler in exception_handlers(program, modules):
        name = handler.key.library_name
        is_last = name in _CAUGHT or status(handler.key) == 500
        is_known = name.startswith(("fastapi.", "pydantic."))
        if not is_last and not is_known and _may_answer_500(handler.function):
            return True
    modules = (m for m in program.modules if _MIDDLEWARE.search(m.source))
    functions = [Node(module, f) for module in modules for f in module.functions()]
    functions += added_middleware(program)
    return any(
        _catches_all(caught)
        for function in functions
        if _is_middleware(function)
        for caught in function.own(ast.ExceptHandler)
    )


def _may_answer_500(handler: Node) -> bool:
    """Say whether a handler is unknown, names the status 500 or takes it from the exception."""
    return not handler or any(
        _names_500(node) or (isinstance(node.ast, ast.Attribute) and "status" in node.member)
        for node in handler.walk()
    )


def _is_middleware(function: Node) -> bool:
    is_decorated = any(is_http_middleware(decorator) for decorator in function.decorators)
    if is_decorated or function in added_middleware(function.program):
        return True
    owner = function.parent
    is_entry = function.name in ("__call__", "dispatch")
    return is_entry and owner.is_class and is_middleware_class(owner)


def _catches_all(handler: Node) -> bool:
    match handler.ast:
        case ast.ExceptHandler(type=None):
            is_all = True
        case ast.ExceptHandler(type=kind):
            kinds = handler.at(kind).elements or [handler.at(kind)]
            is_all = any(one.library_name in _CAUGHT for one in kinds)
    return is_all and not any(isinstance(inner.ast, ast.Raise) for inner in handler.body)
