"""State that requests share in the memory of one process, of which there are several."""

import ast
from collections import defaultdict
from collections.abc import Iterator

from auditing.calls import is_middleware_class, request_functions
from auditing.finding import Hit
from auditing.kept import (
    Change,
    changes,
    class_containers,
    container_attributes,
    is_container,
    owner_class,
    singletons,
    variable,
)
from auditing.modules import FUNCTIONS, own_nodes
from auditing.program import At, Program, calls_in
from auditing.sessions import dotted, uses

_TASKS = {"asyncio.create_task", "asyncio.ensure_future"}
_OWN = (
    "asyncio.Lock", "asyncio.Semaphore", "asyncio.Event", "threading.", "httpx.", "sqlalchemy.",
    "redis.", "jinja2.", "pydantic.TypeAdapter", "re.compile", "weakref.",
)  # fmt: skip
"""What a process needs a copy of its own of."""
_LOCKS = {"asyncio.Lock", "threading.Lock", "threading.RLock"}
_WRITES = {"add", "add_all", "commit", "delete", "flush", "merge"}


def detect(program: Program) -> Iterator[Hit]:
    """Yield each variable, object and class attribute that requests change and that must agree."""
    found: dict[At, list[tuple[str, At, Change]]] = defaultdict(list)
    for function in sorted(program.fact(request_functions), key=_place):
        if function.module.is_tool:
            continue
        for change in changes(function.node):
            kept = _kept(program, function, change)
            if kept is not None:
                found[kept[0]].append((kept[1], function, change))
        yield from _locks(program, function)
    for at, changed in found.items():
        if at.module.is_test or at.module.is_tool or not _must_agree(program, changed):
            continue
        name, function, _ = changed[0]
        assert isinstance(function.node, FUNCTIONS)
        others = len({f for _, f, _ in changed}) - 1
        besides = f" and {others} more change" if others else " changes"
        yield Hit(
            at.module, at.node,
            f"`{function.node.name}`{besides} `{name}` in the memory of one worker: the others do"
            " not see it, and a restart forgets it",
        )  # fmt: skip


def _place(function: At) -> tuple[str, int]:
    return function.module.name, getattr(function.node, "lineno", 0)


def _kept(program: Program, function: At, change: Change) -> tuple[At, str] | None:
    """Return what outlives the request in a change: where it is made, and its name."""
    module, changed = function.module, change.changed
    if isinstance(changed, ast.Name):
        found = variable(program, module, changed)
        if found is None:
            return None
        if isinstance(change.node, (ast.AugAssign, ast.Assign)) and change.kind == "count":
            is_number = isinstance(found.node, ast.Constant) and _is_number(found.node.value)
            if is_number:
                return (found, changed.id) if _is_global(function, changed.id) else None
        return (found, changed.id) if is_container(program, found.module, found.node) else None
    if not isinstance(changed, ast.Attribute):
        return None
    found = variable(program, module, changed)
    if found is not None:
        is_kept = is_container(program, found.module, found.node)
        return (found, changed.attr) if is_kept else None
    cls = owner_class(program, module, changed)
    return _of_class(program, cls, changed.attr) if cls is not None else None


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _is_global(function: At, name: str) -> bool:
    return any(isinstance(n, ast.Global) and name in n.names for n in own_nodes(function.node))


def _of_class(program: Program, cls: At, name: str) -> tuple[At, str] | None:
    """Return the object that holds a container of a class: a variable, a middleware, the class."""
    own = container_attributes(program, cls).get(name)
    if own is not None:
        made = program.fact(singletons).get(cls)
        if made is not None:
            return made, name
        return (own, name) if is_middleware_class(program, cls) else None
    shared = class_containers(program, cls).get(name)
    is_plain = not any(base.startswith(("pydantic", "sqlmodel")) for base in program.bases(cls))
    return (shared, name) if shared is not None and is_plain and not _is_data(cls) else None


def _is_data(cls: At) -> bool:
    assert isinstance(cls.node, ast.ClassDef)
    return any("dataclass" in ast.unparse(d) for d in cls.node.decorator_list)


def _must_agree(program: Program, changed: list[tuple[str, At, Change]]) -> bool:
    """Say whether workers must agree on a state, unlike on a cache that is filled and only read."""
    if any(_is_of_process(program, function, change) for _, function, change in changed):
        return False
    if any(change.kind == "count" for _, _, change in changed):
        return True
    filling = {f for _, f, change in changed if change.kind in ("store", "put")}
    if not filling:
        return False
    if any(change.kind == "take" and f not in filling for _, f, change in changed):
        return True
    return not all(_is_looked_up(f, n) for n, f, c in changed if c.kind in ("store", "put"))


def _is_of_process(program: Program, function: At, change: Change) -> bool:
    """Say whether what is kept is a task, a client, a lock: each process has its own."""
    module = function.module
    name = dotted(change.changed)
    for call in calls_in(function.node):
        if isinstance(call.func, ast.Attribute) and call.func.attr == "add_done_callback":
            if any(name and name in ast.unparse(arg) for arg in call.args):
                return True
    value = program.value(module, change.value)
    node = value.node if value is not None else None
    called = program.call_name(value.module, node) if value is not None else ""
    return called in _TASKS or called.startswith(_OWN)


def _is_looked_up(function: At, name: str) -> bool:
    """Say whether a function looks into a container before it fills it, and refuses nobody for it.

    A set of tokens that were used is looked into also; there the answer is an error.
    """
    is_found = False
    for node in own_nodes(function.node):
        if isinstance(node, ast.Compare) and any(
            isinstance(op, (ast.In, ast.NotIn)) and _is_named(side, name)
            for op, side in zip(node.ops, node.comparators, strict=True)
        ):
            is_found = True
            above = function.module.parent(node)
            if isinstance(above, ast.If) and any(isinstance(s, ast.Raise) for s in above.body):
                return False
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            is_get = node.func.attr in ("get", "setdefault") and _is_named(node.func.value, name)
            is_found = is_found or is_get
        if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load):
            is_found = is_found or _is_named(node.value, name)
    return is_found


def _is_named(expr: ast.expr, name: str) -> bool:
    return dotted(expr).rpartition(".")[2] == name


def _locks(program: Program, function: At) -> Iterator[Hit]:
    """Yield the module's locks under which a function changes the database."""
    for node in own_nodes(function.node):
        for item in node.items if isinstance(node, (ast.With, ast.AsyncWith)) else ():
            lock = variable(program, function.module, item.context_expr)
            if lock is None or program.call_name(lock.module, lock.node) not in _LOCKS:
                continue
            inside = {n for statement in node.body for n in ast.walk(statement)}  # type: ignore[union-attr]
            if any(u.call in inside and u.method in _WRITES for u in uses(program, function)):
                assert isinstance(function.node, FUNCTIONS)
                yield Hit(
                    lock.module, lock.node,
                    f"`{function.node.name}` holds `{dotted(item.context_expr)}` while it changes"
                    " the database: it keeps out no other worker",
                )  # fmt: skip
