"""Start-up handlers of an application that has a lifespan."""

import ast
from collections.abc import Iterator

from fastapi_pro.auditing.finding import Hit
from fastapi_pro.auditing.libraries.legacy_fastapi import apps, is_app
from fastapi_pro.auditing.model.legacy import FUNCTIONS, At, Module, Program, keyword, own_nodes

_MESSAGE = "never runs, and nothing says so: the application has a `lifespan=`"


def detect(program: Program) -> Iterator[Hit]:
    """Yield each `on_event`, `add_event_handler` and `on_startup=` beside a lifespan."""
    made = {
        at.node: keyword(at.node, "lifespan") is not None
        for at in program.fact(apps)
        if isinstance(at.node, ast.Call)
    }
    for module in program.code:
        for call in module.nodes(ast.Call):
            func = call.func
            if not isinstance(func, ast.Attribute) or func.attr not in (
                "on_event",
                "add_event_handler",
            ):
                continue
            if is_app(program, module, func.value) and _has_lifespan(
                program, module, func.value, made
            ):
                yield Hit(module, call, f"this handler {_MESSAGE}")
    for at in program.fact(apps):
        assert isinstance(at.node, ast.Call)
        for name in ("on_startup", "on_shutdown"):
            given = keyword(at.node, name)
            if given is not None and made[at.node]:
                yield Hit(at.module, given, f"`{name}=` {_MESSAGE}")


def _has_lifespan(
    program: Program, module: Module, app: ast.expr, made: dict[ast.Call, bool]
) -> bool:
    """Say whether the application that a name stands for has one; of any, whether all have."""
    origin = program.resolve(module, app)
    if isinstance(origin, At) and isinstance(origin.node, ast.Call):
        if origin.node in made:
            return made[origin.node]
        factory = program.resolve(origin.module, origin.node.func)
        if isinstance(factory, At) and isinstance(factory.node, FUNCTIONS):
            built = [
                made[n] for n in own_nodes(factory.node) if isinstance(n, ast.Call) and n in made
            ]
            if built:
                return all(built)
    return bool(made) and all(made.values())
