"""A server that waits at SIGTERM for a stream without an end."""

import ast
from collections.abc import Iterator

from fastapi_pro.auditing.finding import Hit
from fastapi_pro.auditing.libraries.legacy_call_graph import commands, is_generator
from fastapi_pro.auditing.libraries.legacy_fastapi import routes
from fastapi_pro.auditing.model.legacy import (
    FUNCTIONS,
    At,
    Module,
    Program,
    argument,
    callee,
    has_unpacking,
    keyword,
    own_nodes,
)

# not that of sse_starlette, which ends its streams at SIGTERM
_STREAMS = (
    "fastapi.responses.StreamingResponse", "fastapi.responses.EventSourceResponse",
    "fastapi.sse.EventSourceResponse",
)  # fmt: skip
_CANCELLED = {"CancelledError", "GeneratorExit"}
_DEPTH = 3  # of generators around generators


def detect(program: Program) -> Iterator[Hit]:
    """Yield each start of uvicorn without a limit, in a program with an endless stream."""
    starts = [(m, c) for m, c in commands(program) if not _is_limited(program, m, c)]
    if not starts:
        return
    name = _endless(program)
    if name is not None:
        for module, call in starts:
            yield Hit(
                module, call,
                f"`{name}` streams without end: at SIGTERM the server waits for it until it is"
                " killed, and the end of the lifespan never runs",
            )  # fmt: skip


def _is_limited(program: Program, module: Module, call: ast.Call) -> bool:
    if has_unpacking(call) or keyword(call, "timeout_graceful_shutdown") is not None:
        return True
    reload = keyword(call, "reload")
    return reload is not None and program.constant(module, reload) is not False


def _endless(program: Program) -> str | None:
    """Return the name of a generator that is a response and yields for ever."""
    for route in program.fact(routes):
        if is_generator(route.node) and _yields_for_ever(route.function):
            return route.node.name
    for module in program.code:
        for call in program.calls(module, *_STREAMS):
            if name := _source(program, module, argument(call, 0, "content"), 0):
                return name
    return None


def _source(program: Program, module: Module, content: ast.expr | None, depth: int) -> str | None:
    """Return the name of the endless generator that a stream takes its content from."""
    made = program.value(module, content)
    if made is None or not isinstance(made.node, ast.Call) or depth > _DEPTH:
        return None
    function = callee(program, made.module, made.node)
    if function is not None and _yields_for_ever(function):
        return str(getattr(function.node, "name", "a generator"))
    inner = (_source(program, made.module, arg, depth + 1) for arg in made.node.args)
    return next(filter(None, inner), None)


def _yields_for_ever(function: At) -> bool:
    """Say whether a generator loops for as long as its client listens."""
    if not isinstance(function.node, FUNCTIONS):
        return False
    module, nodes = function.module, list(own_nodes(function.node))
    for loop in nodes:
        if not isinstance(loop, ast.While) or not _is_endless(loop.test):
            continue
        inner = [node for node in nodes if loop in module.ancestors(node)]
        yields = any(isinstance(node, (ast.Yield, ast.YieldFrom)) for node in inner)
        if yields and not any(_ends(module, loop, node) for node in inner):
            return True
    return False


def _is_endless(test: ast.expr) -> bool:
    """Say whether a loop's condition is `True`, or only that the client is there."""
    if isinstance(test, ast.Constant):
        return bool(test.value)
    return (
        isinstance(test, ast.UnaryOp)
        and isinstance(test.op, ast.Not)
        and _asks_client(test.operand)
    )


def _asks_client(test: ast.expr) -> bool:
    """Say whether an expression is `await request.is_disconnected()`."""
    call = test.value if isinstance(test, ast.Await) else None
    func = call.func if isinstance(call, ast.Call) else None
    return isinstance(func, ast.Attribute) and func.attr == "is_disconnected"


def _ends(module: Module, loop: ast.While, node: ast.AST) -> bool:
    """Say whether a statement leaves a loop before its client does."""
    if not isinstance(node, (ast.Break, ast.Return, ast.Raise)):
        return False
    for above in module.ancestors(node):
        if above is loop:
            return True
        if isinstance(node, ast.Break) and isinstance(above, (ast.While, ast.For, ast.AsyncFor)):
            return False
        if isinstance(above, ast.If) and _asks_client(above.test):
            return False
        if isinstance(above, ast.ExceptHandler) and (
            isinstance(node, ast.Raise) or _names(above.type) <= _CANCELLED
        ):
            return False
    return True


def _names(expr: ast.expr | None) -> set[str]:
    """Return the last names of the exceptions of an `except`; of a bare one, BaseException."""
    if expr is None:
        return {"BaseException"}
    parts = expr.elts if isinstance(expr, ast.Tuple) else [expr]
    return {ast.unparse(part).rpartition(".")[2] for part in parts}
