"""A dependency that makes for each request what must outlive it."""

import ast
import re
from collections.abc import Iterator
from operator import attrgetter

from fastapi_pro.auditing.detection import Hit, Node, Program
from fastapi_pro.auditing.libraries.fastapi import (
    Dependency,
    dependencies,
    endpoints,
    parameters,
)
from fastapi_pro.auditing.libraries.fastapi_requests import request_functions
from fastapi_pro.auditing.libraries.health_checks import is_check
from fastapi_pro.auditing.libraries.library_calls import POOLS
from fastapi_pro.auditing.libraries.process_state import (
    class_containers,
    container_attributes,
    is_changed,
)
from fastapi_pro.auditing.libraries.sqlalchemy_engines import MAKERS
from fastapi_pro.auditing.model import limits
from fastapi_pro.auditing.model.library_types import ASYNC_SESSION, MANAGERS, SESSION
from fastapi_pro.auditing.model.node import inherits

_KEEPS = re.compile(
    r"limit|attempt|rate_|throttl|quota|lock(?!ed_by)|circuit|breaker|cache|pool|counter|failures",
    re.IGNORECASE,
)
_KEEPING = {"setdefault", "append", "add", "put", "set", "__setitem__", "setattr"}
_CONDITIONS = (ast.If, ast.IfExp, ast.ExceptHandler, ast.BoolOp)


def detect(program: Program) -> Iterator[Hit]:
    """Yield each construction in a dependency that every request repeats."""
    used: dict[Node, Dependency] = {}
    for dependency in (*dependencies(program), *_by_annotation(program)):
        used.setdefault(dependency.target, dependency)
    seen: set[Node] = set()
    for target, dependency in used.items():
        kept = _keeps(target)
        made = _of_object(target) if target.is_class else _of_function(target)
        own = [(dependency.call, f"an empty `{kept}`")] if kept else made
        for node, what in own:
            if node not in seen:
                seen.add(node)
                name = dependency.name
                yield node.hit(
                    f"the dependency `{name}` makes, for each request, {what}",
                    severity="low" if _is_of_checks(target) else "",
                    fix=_fix(target if kept else node.func.definition),
                )


def _fix(cls: Node) -> str:
    """Return what to do with a class that needs the session of a request, "" for others."""
    kept = _keeps(cls)
    given = parameters(cls.method("__init__")) if kept else ()
    if any(inherits(parameter.type, SESSION, ASYNC_SESSION) for parameter in given):
        return f"Keep `{kept}` apart, in an object of the lifespan: `{cls.name}` needs a session"
    return ""


def _is_of_checks(target: Node) -> bool:
    """Say whether only health checks have a dependency: a few requests a minute."""
    asking = [
        endpoint
        for endpoint in endpoints(target.program)
        if any(dependency.target == target for dependency in endpoint.dependencies)
    ]
    return bool(asking) and all(map(is_check, asking))


def _by_annotation(program: Program) -> Iterator[Dependency]:
    """Yield the dependencies that `Depends()` leaves to the annotation."""
    if any(not d.target and not d.call.args for d in dependencies(program)):
        for function in sorted(request_functions(program), key=attrgetter("place")):
            for parameter in parameters(function):
                if parameter.dependency is not None and not parameter.dependency.call.args:
                    yield parameter.dependency


def _of_function(function: Node, depth: int = 0) -> Iterator[tuple[Node, str]]:
    """Yield what a function makes anew at each call, in functions that it calls too."""
    if depth > limits.CALLS or not function.is_function or _is_decorated(function):
        return
    for call in function.calls:
        if _is_kept(call):
            continue
        cls = call.func.definition
        if call.called in MAKERS:
            yield call, "a new engine"
        elif call.called in POOLS and not call.keyword("connection_pool"):
            yield call, "a new connection pool"
        elif cls.is_class:
            if kept := _keeps(cls):
                yield call, f"a `{cls.name}` whose `{kept}` is empty"
            yield from _of_object(cls, depth + 1)
        elif not call.callee.parent.is_class:
            yield from _of_function(call.callee, depth + 1)


def _of_object(cls: Node, depth: int = 0) -> Iterator[tuple[Node, str]]:
    """Yield what an object makes when it is made, unless there is only one object of its class."""
    if not (cls.method("__new__") or cls.keywords or cls.decorators):
        yield from _of_function(cls.method("__init__"), depth)


def _is_decorated(function: Node) -> bool:
    """Say whether something may keep a function's result: `lru_cache`, or a decorator unknown."""
    return any(decorator.library_name not in MANAGERS for decorator in function.decorators)


def _is_kept(call: Node) -> bool:
    """Say whether a call is made under a condition, or its result is kept beyond the function.

    What `__init__` gives its object is not: that is made for the request, too.
    """
    owner = "self" if call.function.name == "__init__" else ""
    for above in call.ancestors:
        if above.is_function:
            return bool(above.own(ast.Global, ast.Nonlocal))
        if isinstance(above.ast, (ast.Lambda, *_CONDITIONS)):
            return True
        if above.is_call and above.member in _KEEPING:
            return True
        is_assigned = isinstance(above.ast, (ast.Assign, ast.AnnAssign, ast.NamedExpr))
        targets = above.targets if is_assigned else []
        kept = (t for t in targets if not (owner and t.dotted == f"{owner}.{t.member}"))
        if any(t.member or t.generic or _is_put_away(t) for t in kept):
            return True
    return False


def _is_put_away(name: Node) -> bool:
    """Say whether a function puts a variable into something that outlives it: `_ENGINES[key] = e`.

    It does so too where it hands the variable to `setdefault` and the like.
    """
    for assign in name.function.own(ast.Assign):
        is_outside = any(target.member or target.generic for target in assign.targets)
        if is_outside and assign.assigned.name == name.name:
            return True
    return any(
        call.member in _KEEPING and any(value.name == name.name for value in call.given)
        for call in name.function.calls
    )


def _keeps(cls: Node) -> str:
    """Return the empty container of a class that limits, counts, locks or caches, or ""."""
    if not cls.is_class or cls.method("__new__") or cls.keywords:
        return ""  # one object for all, perhaps
    shared = class_containers(cls)
    for name, made in container_attributes(cls).items():
        is_meant = _KEEPS.search(f"{cls.name} {name}") and "request" not in name.lower()
        is_own = name not in shared and "Request" not in cls.name
        if is_meant and is_own and not made.entries and is_changed(cls, name):
            return name
    return ""
