"""Who calls whom within the program."""

import ast
from collections.abc import Callable, Iterable

from fastapi_pro.auditing.model import limits
from fastapi_pro.auditing.model.node import Node
from fastapi_pro.auditing.model.registries import dispatched

_CACHES = {"functools.cache", "functools.lru_cache", "cachetools.cached", "async_lru.alru_cache"}


def reached(roots: Iterable[Node]) -> set[Node]:
    """Return the functions, and all functions of the program that they call."""
    found: dict[ast.AST, Node] = {}  # by what is compared faster than a Node
    queue = list(roots)
    while queue:
        function = queue.pop()
        if function.ast in found or not function.is_function:
            continue
        found[function.ast] = function
        queue += [target for _, target in called(function)]
    return set(found.values())


def called(function: Node) -> list[tuple[Node, Node]]:
    """Return the calls in a function's own body to functions of the program, with the functions.

    After them come the contexts of each `with`, with the methods that it enters and leaves.
    """
    return function.program.once(_called, function.ast, function)


def _called(function: Node) -> list[tuple[Node, Node]]:
    found = [
        (call, target)
        for call in function.calls
        for target in ([call.callee] if call.callee else dispatched(call))
    ]
    for with_ in function.own(ast.With, ast.AsyncWith):
        found += [(context, method) for context in with_.contexts for method in entered(context)]
    return found


def entered(context: Node) -> list[Node]:
    """Return the methods of the program that a `with` runs at its begin and at its end.

    An object that is not made right there may be of an heir of the class that is known.
    """
    is_async = isinstance(context.statement.ast, ast.AsyncWith)
    names = ("__aenter__", "__aexit__") if is_async else ("__enter__", "__exit__")
    cls = context.at(None) if context.callee.is_generator else context.type_class
    if not cls:
        return []
    if context.value.func.definition == cls:
        return list(filter(None, map(cls.method, names)))
    return methods_of(cls, *names)


def methods_of(cls: Node, *names: str) -> list[Node]:
    """Return the methods with these names that an object of a class has, or one of its heirs."""
    return cls.program.once(_methods_of, (cls.ast, names), cls, names)


def _methods_of(cls: Node, names: tuple[str, ...]) -> list[Node]:
    heirs = [heir for heir in cls.program.classes if cls in heir.lineage]
    found = (heir.method(name) for heir in (cls, *heirs) for name in names)
    return list(dict.fromkeys(filter(None, found)))


def _calls(function: Node) -> list[Node]:
    return function.calls


def find_call(
    function: Node,
    is_wanted: Callable[[Node], bool],
    steps: Callable[[Node], list[Node]] = _calls,
) -> Node:
    """Return the first wanted call of a plain function, or of plain functions that it calls.

    Coroutines are not followed: their calls are found where they are. Nor are functions whose
    result is cached: they run once. `steps` gives what is asked of a function, if not its calls.
    """
    key = (function.ast, is_wanted, steps)
    return function.program.once(_find_call, key, function, is_wanted, steps, limits.CALLS, set())


def _find_call(
    function: Node,
    is_wanted: Callable[[Node], bool],
    steps: Callable[[Node], list[Node]],
    depth: int,
    seen: set[Node],
) -> Node:
    nothing = function.at(None)
    if function in seen or depth < 0 or is_cached(function):
        return nothing
    seen.add(function)
    for step in steps(function):
        if is_wanted(step):
            return step
    for _, target in called(function):
        if target.is_coroutine or target.is_generator:
            continue
        if found := _find_call(target, is_wanted, steps, depth - 1, seen):
            return found
    return nothing


def is_cached(function: Node) -> bool:
    """Say whether a decorator, or a module-level variable, caches what a function returns."""
    return function.program.once(_is_cached, function.ast, function)


def _caches(decorator: Node) -> bool:
    """Say whether a decorator caches results: a known one of a library, or one named so."""
    return decorator.func.library_name in _CACHES or "cache" in decorator.last_name.lower()


def _is_cached(function: Node) -> bool:
    if any(map(_caches, function.decorators)):
        return True
    returned = {value.name or value.generic.name for value in function.returned} - {""}
    outer = {name for name in returned if not function.bindings(name)}
    outer |= returned & {n for s in function.own(ast.Global) for n in getattr(s.ast, "names", ())}
    if not outer:
        return False
    targets = [target for s in function.own(ast.Assign) for target in s.targets]
    return any((target.name or target.generic.name) in outer for target in targets)
