"""Where a function of the program is called, and what it is given there."""

import ast
from collections import defaultdict

from fastapi_pro.auditing.model.module import FUNCTIONS, Function, Module
from fastapi_pro.auditing.model.program import At, Program
from fastapi_pro.auditing.model.syntax import argument, keyword
from fastapi_pro.auditing.model.types import callee


def callers(program: Program, function: At) -> list[tuple[Module, ast.Call]]:
    """Return the calls of a function, outside tests; of `__init__`, those of its class."""
    assert isinstance(function.node, FUNCTIONS)
    name = function.node.name
    owner = function.module.parent(function.node)
    if name == "__init__" and isinstance(owner, ast.ClassDef):
        name = owner.name
    return [
        (module, call)
        for module, call in program.fact(_calls_by_name).get(name, ())
        if callee(program, module, call) == function
    ]


def _calls_by_name(program: Program) -> dict[str, list[tuple[Module, ast.Call]]]:
    found: dict[str, list[tuple[Module, ast.Call]]] = defaultdict(list)
    for module in program.code:
        renamed = {a.asname: a.name for a in module.nodes(ast.alias) if a.asname}
        for call in module.nodes(ast.Call):
            if isinstance(call.func, ast.Attribute):
                found[call.func.attr].append((module, call))
            elif isinstance(call.func, ast.Name):
                found[renamed.get(call.func.id, call.func.id)].append((module, call))
    return found


def passed(module: Module, function: Function, arg: ast.arg, call: ast.Call) -> ast.expr | None:
    """Return what a call of a function gives a parameter."""
    positional = [*function.args.posonlyargs, *function.args.args]
    is_static = any(isinstance(d, ast.Name) and d.id == "staticmethod"
                    for d in function.decorator_list)  # fmt: skip
    if isinstance(module.parent(function), ast.ClassDef) and not is_static:
        positional = positional[1:]
    return (
        argument(call, positional.index(arg), arg.arg)
        if arg in positional
        else keyword(call, arg.arg)
    )
