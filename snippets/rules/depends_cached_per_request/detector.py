"""A dependency that makes for each request what must outlive it."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator

from fastapi_pro.auditing.finding import Hit
from fastapi_pro.auditing.libraries.legacy_call_graph import request_functions
from fastapi_pro.auditing.libraries.legacy_fastapi import Dependency, dependencies, depends, params
from fastapi_pro.auditing.libraries.process_state import (
    class_containers,
    container_attributes,
    is_changed,
    place,
)
from fastapi_pro.auditing.model.legacy import (
    FUNCTIONS,
    At,
    Module,
    Program,
    callee,
    calls_in,
    keyword,
    own_nodes,
)

_POOLS = {
    "sqlalchemy.ext.asyncio.create_async_engine": "engine",
    "sqlalchemy.create_engine": "engine",
    "redis.from_url": "connection pool",
    "redis.asyncio.from_url": "connection pool",
    "redis.Redis.from_url": "connection pool",
    "redis.asyncio.Redis.from_url": "connection pool",
    "redis.ConnectionPool.from_url": "connection pool",
    "redis.asyncio.ConnectionPool.from_url": "connection pool",
    "redis.Redis": "connection pool",
    "redis.StrictRedis": "connection pool",
    "redis.asyncio.Redis": "connection pool",
    "redis.asyncio.StrictRedis": "connection pool",
    "asyncpg.create_pool": "connection pool",
}
_KEEPS = re.compile(
    r"limit|attempt|rate_|throttl|quota|lock(?!ed_by)|circuit|breaker|cache|pool|counter|failures",
    re.IGNORECASE,
)
_MANAGERS = {"contextlib.asynccontextmanager", "contextlib.contextmanager"}
_DEPTH = 3  # of calls followed


def detect(program: Program) -> Iterator[Hit]:
    """Yield each construction in a dependency that every request repeats."""
    by_target: dict[At, list[Dependency]] = defaultdict(list)
    for dependency in (*program.fact(dependencies), *_by_annotation(program)):
        if dependency.target is not None:
            by_target[dependency.target].append(dependency)
    seen: set[ast.AST] = set()
    for target, used in by_target.items():
        if isinstance(target.node, ast.ClassDef):
            hits = _of_class(program, target, used[0])
        else:
            hits = _of_function(program, target, 0)
        for module, node, what in hits:
            if node not in seen:
                seen.add(node)
                name = getattr(target.node, "name", "")
                yield Hit(module, node, f"the dependency `{name}` makes {what} for each request")


def _by_annotation(program: Program) -> Iterator[Dependency]:
    """Yield the dependencies that `Depends()` leaves to the annotation."""
    if any(d.target is None and not d.call.args for d in program.fact(dependencies)):
        for function in sorted(program.fact(request_functions), key=place):
            for param in params(program, function):
                dependency = depends(program, param)
                if dependency is not None and not dependency.call.args:
                    yield dependency


def _of_class(program: Program, cls: At, used: Dependency) -> Iterator[tuple[Module, ast.AST, str]]:
    attribute = _keeps(program, cls)
    if attribute is not None:
        yield used.module, used.call, f"an empty `{attribute}`"


def _of_function(
    program: Program, function: At, depth: int
) -> Iterator[tuple[Module, ast.AST, str]]:
    """Yield what a function makes anew at each call, in functions that it calls too."""
    node, module = function.node, function.module
    if not isinstance(node, FUNCTIONS) or depth > _DEPTH or _is_decorated(program, function):
        return
    for call in calls_in(node):
        if _is_kept(module, call):
            continue
        name = program.name_of(module, call.func)
        if name in _POOLS and keyword(call, "connection_pool") is None:
            yield module, call, f"a new {_POOLS[name]}"
            continue
        origin = program.resolve(module, call.func)
        if isinstance(origin, At) and isinstance(origin.node, ast.ClassDef):
            attribute = _keeps(program, origin)
            if attribute is not None:
                yield module, call, f"a `{origin.node.name}` whose `{attribute}` is empty"
            continue
        target = callee(program, module, call)
        if target is not None and isinstance(target.node, FUNCTIONS):
            is_method = isinstance(target.module.parent(target.node), ast.ClassDef)
            if not is_method:
                yield from _of_function(program, target, depth + 1)


def _is_decorated(program: Program, function: At) -> bool:
    """Say whether something may keep a function's result: `lru_cache`, or a decorator unknown."""
    assert isinstance(function.node, FUNCTIONS)
    names = {program.name_of(function.module, d) for d in function.node.decorator_list}
    return bool(names - _MANAGERS)


def _is_kept(module: Module, call: ast.Call) -> bool:
    """Say whether a call is made under a condition, or its result is kept beyond the function."""
    for above in module.ancestors(call):
        if isinstance(above, (*FUNCTIONS, ast.Lambda)):
            return isinstance(above, ast.Lambda) or any(
                isinstance(n, (ast.Global, ast.Nonlocal)) for n in own_nodes(above)
            )
        if isinstance(above, (ast.If, ast.IfExp, ast.ExceptHandler, ast.BoolOp)):
            return True
        if isinstance(above, ast.Assign) and any(
            isinstance(target, (ast.Attribute, ast.Subscript)) for target in above.targets
        ):
            return True
    return False


def _keeps(program: Program, cls: At) -> str | None:
    """Return the empty container of a class that limits, counts, locks or caches over requests."""
    assert isinstance(cls.node, ast.ClassDef)
    if program.method(cls, "__new__") is not None or cls.node.keywords:
        return None  # one object for all, perhaps
    shared = class_containers(program, cls)
    for name, made in container_attributes(program, cls).items():
        is_empty = not (isinstance(made.node, ast.Dict) and made.node.keys)
        is_meant = _KEEPS.search(f"{cls.node.name} {name}") and "request" not in name.lower()
        is_own = name not in shared and "Request" not in cls.node.name
        if is_meant and is_own and is_empty and is_changed(program, cls, name):
            return name
    return None
