"""Tables that each worker creates when it starts."""

import ast
from collections.abc import Iterator

from fastapi_pro.auditing.finding import Hit
from fastapi_pro.auditing.libraries.legacy_call_graph import reached
from fastapi_pro.auditing.libraries.legacy_fastapi import apps, lifespans
from fastapi_pro.auditing.libraries.sqlalchemy_engines import names_sqlite
from fastapi_pro.auditing.model.legacy import At, Module, Program, calls_in


def detect(program: Program) -> Iterator[Hit]:
    """Yield each `create_all` that runs at the start of a worker, with no lock around it."""
    if not program.fact(apps) or program.fact(names_sqlite):
        return
    starting = reached(program, program.fact(lifespans))
    locked = any(_mentions_lock(function.node) for function in starting)
    for module in program.code:
        for node in module.nodes(ast.Attribute):
            if node.attr != "create_all" or not _is_metadata(node.value):
                continue
            function = module.function_of(node)
            if function is None:
                if _is_guarded(module, node):
                    continue
            elif At(module, function) not in starting or locked:
                continue
            yield Hit(
                module, node,
                "every worker runs this when it starts: on an empty PostgreSQL they race, and"
                " all but one die",
            )  # fmt: skip


def _is_metadata(expr: ast.expr) -> bool:
    name = (
        expr.attr
        if isinstance(expr, ast.Attribute)
        else expr.id
        if isinstance(expr, ast.Name)
        else ""
    )
    return "metadata" in name.lower()


def _is_guarded(module: Module, node: ast.AST) -> bool:
    """Say whether a top-level statement stands under an `if`, such as `__name__ == "__main__"`."""
    return any(
        isinstance(above, (ast.If, ast.ClassDef, ast.Lambda)) for above in module.ancestors(node)
    )


def _mentions_lock(function: ast.AST) -> bool:
    for call in calls_in(function):
        for node in ast.walk(call):
            text = (
                node.value
                if isinstance(node, ast.Constant)
                else node.attr
                if isinstance(node, ast.Attribute)
                else ""
            )
            if isinstance(text, str) and "advisory" in text:
                return True
    return False
