"""Transactions of SQLite that begin as readers."""

import ast
from collections.abc import Iterator

from fastapi_pro.auditing.finding import Hit
from fastapi_pro.auditing.model.legacy import FUNCTIONS, At, Module, Program, argument, calls_in

_LISTENERS = {"sqlalchemy.event.listens_for", "sqlalchemy.event.api.listens_for"}
_LISTEN = {"sqlalchemy.event.listen", "sqlalchemy.event.api.listen"}
_WEAK = {"BEGIN", "BEGIN DEFERRED", "BEGIN TRANSACTION", "BEGIN DEFERRED TRANSACTION"}


def detect(program: Program) -> Iterator[Hit]:
    """Yield each "begin" hook that executes a plain BEGIN."""
    begun = [
        (at.module, call, " ".join(text.upper().rstrip("; ").split()))
        for at in _hooks(program)
        if "read" not in getattr(at.node, "name", "")
        for call in calls_in(at.node)
        for text in (_sql(program, at.module, arg) for arg in call.args)
    ]
    # who begins both ways has another engine for readers
    if any(text.startswith(("BEGIN IMMEDIATE", "BEGIN EXCLUSIVE")) for _, _, text in begun):
        return
    for module, call, text in begun:
        if text in _WEAK:
            yield Hit(
                module, call,
                "a transaction that begins as a reader cannot become a writer while another"
                ' writes: "database is locked" at once, whatever the timeout',
            )  # fmt: skip


def _hooks(program: Program) -> Iterator[At]:
    for module in program.code:
        for function in module.functions():
            for decorator in function.decorator_list:
                if isinstance(decorator, ast.Call) and _is_begin(
                    program, module, decorator, _LISTENERS
                ):
                    yield At(module, function)
        for call in module.nodes(ast.Call):
            if isinstance(call.func, (ast.Name, ast.Attribute)) and _is_begin(
                program, module, call, _LISTEN
            ):
                target = program.resolve(module, argument(call, 2, "fn"))
                if isinstance(target, At) and isinstance(target.node, (*FUNCTIONS, ast.Lambda)):
                    yield target


def _is_begin(program: Program, module: Module, call: ast.Call, names: set[str]) -> bool:
    named = argument(call, 1, "identifier")
    is_begin = isinstance(named, ast.Constant) and named.value == "begin"
    return is_begin and program.name_of(module, call.func) in names


def _sql(program: Program, module: Module, expr: ast.expr) -> str:
    if isinstance(expr, ast.Call) and program.name_of(module, expr.func) == "sqlalchemy.text":
        expr = expr.args[0] if expr.args else expr
    value = program.constant(module, expr)
    return value if isinstance(value, str) else ""
