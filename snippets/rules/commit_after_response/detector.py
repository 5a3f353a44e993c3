"""A session that its dependency commits after `yield`, without `scope="function"`."""

import ast
from collections import defaultdict
from collections.abc import Iterator

from fastapi_pro.auditing.finding import Hit
from fastapi_pro.auditing.libraries.legacy_fastapi import Dependency, dependencies
from fastapi_pro.auditing.libraries.sqlalchemy_sessions import two_scopes
from fastapi_pro.auditing.model.legacy import (
    FUNCTIONS,
    At,
    Program,
    as_function,
    is_session,
    own_nodes,
)


def detect(program: Program) -> Iterator[Hit]:
    """Yield the first `Depends` of each dependency that commits too late."""
    by_target: dict[At, list[Dependency]] = defaultdict(list)
    for dependency in program.fact(dependencies):
        if dependency.target is not None:
            by_target[dependency.target].append(dependency)
    for target, used in by_target.items():
        late = [dependency for dependency in used if dependency.scope != "function"]
        # both scopes in one request are two-scopes-two-sessions
        is_mixed = target in program.fact(two_scopes)
        if late and not is_mixed and commits_after_yield(program, target):
            function = as_function(target)
            name = function.name if function else "the dependency"
            others = f", here and in {len(late) - 1} other places" if len(late) > 1 else ""
            yield Hit(
                late[0].module, late[0].call,
                f"`{name}` commits after the response was sent{others}: a failed commit is a 201",
            )  # fmt: skip


def commits_after_yield(program: Program, target: At) -> bool:
    """Say whether a dependency commits a session that it yields, after the `yield`."""
    if not isinstance(target.node, FUNCTIONS):
        return False
    nodes = list(own_nodes(target.node))
    yields = [node for node in nodes if isinstance(node, ast.Yield) and node.value is not None]
    if not yields or not any(is_session(program, target.module, node.value) for node in yields):
        return False
    for node in nodes:
        if _is_commit(node) and node.lineno > yields[0].lineno:  # type: ignore[attr-defined]
            return True
        if not isinstance(node, (ast.With, ast.AsyncWith)):
            continue
        is_around = any(y in ast.walk(node) for y in yields)
        if is_around and any(_begins(program, target, item.context_expr) for item in node.items):
            return True
    return False


def _is_commit(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "commit"
    )


def _begins(program: Program, target: At, expr: ast.expr) -> bool:
    """Say whether leaving a context commits: `sessionmaker.begin()`, `session.begin()`."""
    return (
        isinstance(expr, ast.Call)
        and isinstance(expr.func, ast.Attribute)
        and expr.func.attr == "begin"
        and (
            is_session(program, target.module, expr)
            or is_session(program, target.module, expr.func.value)
        )
    )
