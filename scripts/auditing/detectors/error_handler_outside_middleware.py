"""A handler of Exception, which answers outside all middleware."""

import ast
from collections.abc import Iterator

from auditing.finding import Hit
from auditing.middleware import CORS, stacks
from auditing.modules import Module
from auditing.program import At, Program
from auditing.web import exception_handlers

_KEYS = {"builtins.Exception", "builtins.BaseException"}
_STATUS = "fastapi.status.HTTP_500_INTERNAL_SERVER_ERROR"


def detect(program: Program) -> Iterator[Hit]:
    """Yield the first handler of Exception or 500 of a program whose middleware it then avoids."""
    wrapped = [added for stack in program.fact(stacks) for added in stack]
    has_cors = any(added.kind == CORS for added in wrapped)
    has_own = any(isinstance(added.kind, At) for added in wrapped)
    if not has_cors and not has_own:
        return
    lost = "CORS headers" if has_cors else "what the middleware adds"
    found = [
        (module, node)
        for module, node, key, _function in exception_handlers(program)
        if _catches_all(program, module, key) and not _is_of_starlette(program, module, node)
    ]
    if found:
        others = f" (and {len(found) - 1} more handlers)" if len(found) > 1 else ""
        yield Hit(
            *found[0],
            f"this 500 is answered outside all middleware: without {lost}, logged twice{others}",
        )


def _is_of_starlette(program: Program, module: Module, node: ast.AST) -> bool:
    """Say whether a handler is given to a bare Starlette application, which is another one."""
    calls = (above for above in module.ancestors(node) if isinstance(above, ast.Call))
    return any(program.call_name(module, call) == "starlette.Starlette" for call in calls)


def _catches_all(program: Program, module: Module, key: ast.expr) -> bool:
    if program.name_of(module, key) in {*_KEYS, _STATUS}:
        return True
    return program.constant(module, key) == 500
