"""A test that expects an answer of 500 from a client that raises the exception instead."""

import ast
from collections import defaultdict
from collections.abc import Iterator

from fastapi_pro.auditing.finding import Hit
from fastapi_pro.auditing.libraries.http_errors import status
from fastapi_pro.auditing.libraries.legacy_call_graph import is_http_middleware, is_middleware_class
from fastapi_pro.auditing.libraries.legacy_fastapi import exception_handlers
from fastapi_pro.auditing.libraries.pytest import marks, tests
from fastapi_pro.auditing.libraries.sqlalchemy_connections import answering
from fastapi_pro.auditing.libraries.test_clients import (
    TEST_CLIENT,
    asked_for,
    client_behind,
    clients,
)
from fastapi_pro.auditing.model.legacy import (
    FUNCTIONS,
    At,
    Module,
    Program,
    argument,
    has_unpacking,
    own_nodes,
)

_CAUGHT = {"builtins.Exception", "builtins.BaseException"}
_SENT = {"get", "post", "put", "patch", "delete", "options", "head", "request"}


def detect(program: Program) -> Iterator[Hit]:
    """Yield each transport and TestClient that raises what a test wants to see answered."""
    raising: dict[At, list[str]] = defaultdict(list)
    if not program.fact(clients):
        return
    for test in program.fact(tests):
        client = _expects_500(program, test) if _names_500(test.module) else None
        if client is not None:
            assert isinstance(test.node, FUNCTIONS)
            raising[client].append(test.node.name)
    if not raising or _answers_itself(program):
        return
    for client, names in raising.items():
        others = f" and {len(names) - 1} more expect" if len(names) > 1 else " expects"
        yield Hit(
            client.module, client.node,
            f"`{names[0]}`{others} a 500, and this client raises the endpoint's exception in the"
            " test: there is no answer to look at",
        )  # fmt: skip


def _names_500(module: Module) -> bool:
    return any(n.value == 500 for n in module.nodes(ast.Constant)) or any(
        "500" in n.attr or "INTERNAL_SERVER" in n.attr for n in module.nodes(ast.Attribute)
    )


def _expects_500(program: Program, test: At) -> At | None:
    """Return the raising client of a test that asserts a 500 which only the server's handler is."""
    module = test.module
    assert isinstance(test.node, FUNCTIONS)
    for node in own_nodes(test.node):
        request = _asserted(program, module, node) if isinstance(node, ast.Assert) else None
        if request is None or not isinstance(request.func, ast.Attribute):
            continue
        client = client_behind(program, module, request.func.value)
        if client is None or not _raises(program, client):
            continue
        asked = asked_for(program, module, request)
        ran = {function for route in asked for function in answering(program, route)}
        is_plain = not any(_mentions_500(function) for function in ran)
        if asked and is_plain and not _mentions_500(test, is_test=True):
            texts = [ast.unparse(mark) for mark in marks(module, test.node)]
            is_run = not any("skip" in text or "xfail" in text for text in texts)
            return client if is_run else None
    return None


def _asserted(program: Program, module: Module, node: ast.Assert) -> ast.Call | None:
    """Return the request of `assert response.status_code == 500`."""
    test = node.test
    if not isinstance(test, ast.Compare) or not isinstance(test.ops[0], ast.Eq):
        return None
    sides = [test.left, test.comparators[0]]
    if not any(status(program, module, side) == 500 for side in sides):
        return None
    for side in sides:
        if isinstance(side, ast.Attribute) and side.attr == "status_code":
            found = program.value(module, side.value)
            value = found.node if found is not None else None
            value = value.value if isinstance(value, ast.Await) else value
            if isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute):
                return value if value.func.attr in _SENT else None
    return None


def _raises(program: Program, client: At) -> bool:
    """Say whether a client is surely made to raise the application's exceptions, as by default."""
    call = client.node
    assert isinstance(call, ast.Call)
    if has_unpacking(call) or any(isinstance(arg, ast.Starred) for arg in call.args):
        return False
    if program.call_name(client.module, call) == TEST_CLIENT:
        given = argument(call, 2, "raise_server_exceptions")
    else:
        given = argument(call, 1, "raise_app_exceptions")
    return given is None or program.constant(client.module, given) is True


def _mentions_500(function: At, *, is_test: bool = False) -> bool:
    """Say whether a function names the status 500, a test outside its asserts."""
    for node in ast.walk(function.node):
        if isinstance(node, ast.Constant):
            is_named = node.value == 500
        elif isinstance(node, (ast.Name, ast.Attribute)):
            name = node.id if isinstance(node, ast.Name) else node.attr
            is_named = "500" in name or "INTERNAL_SERVER" in name or "InternalServer" in name
        else:
            continue
        is_asserted = any(isinstance(a, ast.Assert) for a in function.module.ancestors(node))
        if is_named and not (is_test and is_asserted):
            return True
    return False


def _answers_itself(program: Program) -> bool:
    """Say whether middleware catches all, or a handler of other exceptions may answer 500."""
    for module, _, key, function in exception_handlers(program, program.modules):
        name = program.name_of(module, key)
        is_last = name in _CAUGHT or status(program, module, key) == 500
        is_known = name.startswith(("fastapi.", "pydantic."))
        if not is_last and not is_known and (function is None or _may_answer_500(function)):
            return True
    for module in program.modules:
        for function_node in module.functions():
            owner = module.parent(function_node)
            is_one = any(is_http_middleware(d) for d in function_node.decorator_list) or (
                isinstance(owner, ast.ClassDef)
                and function_node.name in ("__call__", "dispatch")
                and is_middleware_class(program, At(module, owner))
            )
            if is_one and any(
                _catches_all(program, module, node) for node in own_nodes(function_node)
            ):
                return True
    return False


def _may_answer_500(function: At) -> bool:
    """Say whether a handler names the status 500, or takes it from the exception."""
    taken = (n.attr for n in ast.walk(function.node) if isinstance(n, ast.Attribute))
    return _mentions_500(function) or any("status" in name for name in taken)


def _catches_all(program: Program, module: Module, node: ast.AST) -> bool:
    if not isinstance(node, ast.ExceptHandler):
        return False
    kinds = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
    is_all = any(kind is None or program.name_of(module, kind) in _CAUGHT for kind in kinds)
    return is_all and not any(isinstance(inner, ast.Raise) for inner in node.body)
