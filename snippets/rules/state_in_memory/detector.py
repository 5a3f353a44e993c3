"""State that requests share in the memory of one process, of which there are several."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator

from fastapi_pro.auditing.finding import Hit
from fastapi_pro.auditing.libraries.legacy_call_graph import (
    called,
    is_middleware_class,
    reached,
    request_functions,
)
from fastapi_pro.auditing.libraries.process_state import (
    Change,
    changes,
    class_containers,
    container_attributes,
    is_container,
    owner_class,
    place,
    singletons,
    variable,
)
from fastapi_pro.auditing.libraries.sqlalchemy_sessions import dotted, same, uses
from fastapi_pro.auditing.model.legacy import (
    FUNCTIONS,
    At,
    Program,
    calls_in,
    is_a,
    own_nodes,
    type_of,
)

_TASKS = {"asyncio.create_task", "asyncio.ensure_future"}
_OWN = (
    "asyncio.Lock", "asyncio.Semaphore", "asyncio.Event", "threading.", "httpx.", "sqlalchemy.",
    "redis.", "jinja2.", "pydantic.TypeAdapter", "re.compile", "weakref.",
)  # fmt: skip
"""What a process needs a copy of its own of."""
_OWN_NAME = re.compile(r"(^|_)(fallback|local|per_process|this_process)(_|$)")
"""Names that say that a copy for each process is meant."""
_CHANNELS = ("fastapi.WebSocket", "asyncio.Queue")
_LOCKS = {"asyncio.Lock", "threading.Lock", "threading.RLock"}
_WRITES = {"add", "add_all", "commit", "delete", "flush", "merge"}


def detect(program: Program) -> Iterator[Hit]:
    """Yield each variable, object and class attribute that requests change and that must agree."""
    found: dict[At, list[tuple[str, At, Change]]] = defaultdict(list)
    seen: set[ast.AST] = set()
    locks: dict[At, Hit] = {}
    for function in sorted(program.fact(request_functions), key=place):
        if function.module.is_tool:
            continue
        for change in changes(function.node):
            kept = _kept(program, function, change)
            if kept is not None:
                found[kept[0]].append((kept[1], function, change))
        for lock, hit in _locks(program, function):
            locks.setdefault(lock, hit)
    yield from locks.values()
    for at, changed in found.items():
        if at.module.is_test or at.module.is_tool or not _must_agree(program, changed):
            continue
        cause = at.module.class_of(at.node) or at.node  # a class is one cause
        if cause in seen:
            continue
        seen.add(cause)
        name, function, _ = changed[0]
        assert isinstance(function.node, FUNCTIONS)
        others = len({f for _, f, _ in changed}) - 1
        besides = f" and {others} more change" if others else " changes"
        yield Hit(
            at.module, at.node,
            f"`{function.node.name}`{besides} `{name}` in the memory of one worker: the others do"
            " not see it, and a restart forgets it",
        )  # fmt: skip


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
    if shared is None or _is_field(cls, shared, name) or _runs_tasks(shared):
        return None
    return shared, name


def _runs_tasks(shared: At) -> bool:
    """Say whether a class has a task of this process beside its container: what it keeps is its."""
    owner = shared.module.class_of(shared.node)
    return owner is not None and any(
        isinstance(statement, ast.AnnAssign) and "asyncio.Task" in ast.unparse(statement.annotation)
        for statement in owner.body
    )


def _is_field(cls: At, shared: At, name: str) -> bool:
    """Say whether an attribute is that of each object: a field of Pydantic's or a dataclass."""
    assert isinstance(cls.node, ast.ClassDef)
    owner = shared.module.class_of(shared.node)
    annotated = [
        ast.unparse(statement.annotation)
        for statement in (owner.body if owner is not None else ())
        if isinstance(statement, ast.AnnAssign) and ast.unparse(statement.target) == name
    ]
    is_made_over = bool(cls.node.bases or cls.node.decorator_list)
    return is_made_over and bool(annotated) and "ClassVar" not in annotated[0]


def _must_agree(program: Program, changed: list[tuple[str, At, Change]]) -> bool:
    """Say whether workers must agree on a state, unlike on a cache that is filled and only read."""
    if any(
        _OWN_NAME.search(name) or _OWN_NAME.search(getattr(function.node, "name", ""))
        for name, function, _ in changed
    ):
        return False
    if any(_is_of_process(program, function, change) for _, function, change in changed):
        return False
    if any(_is_channel(program, f, change) for _, f, change in changed):
        return any(_is_sent_through(program, name) for name in {name for name, _, _ in changed})
    counted = [(f, change) for _, f, change in changed if change.kind == "count"]
    if counted:
        return not all(_is_taken_back(f, change) for f, change in counted)
    filling = {f for _, f, change in changed if change.kind in ("store", "put")}
    if not filling or any(_is_filled_once(program, f, changed[0][0]) for f in filling):
        return False
    if any(change.kind == "take" and f not in filling for _, f, change in changed):
        return True
    return not all(_is_looked_up(f, n) for n, f, c in changed if c.kind in ("store", "put"))


def _is_taken_back(function: At, change: Change) -> bool:
    """Say whether a function counts up and down again: how many requests this process has."""
    if not isinstance(change.node, ast.AugAssign):
        return False
    signs = {
        type(node.op)
        for node in own_nodes(function.node)
        if isinstance(node, ast.AugAssign) and same(node.target, change.node.target)
    }
    return signs >= {ast.Add, ast.Sub}


def _is_channel(program: Program, function: At, change: Change) -> bool:
    """Say whether what is kept leads to one client of this process: a WebSocket, a queue."""
    parts = [change.value, *_keys(change)]
    return any(is_a(program, function.module, part, *_CHANNELS) for part in parts)


def _keys(change: Change) -> Iterator[ast.expr]:
    for target in change.node.targets if isinstance(change.node, ast.Assign) else ():
        if isinstance(target, ast.Subscript):
            yield target.slice


def _is_sent_through(program: Program, name: str) -> bool:
    """Say whether a request sends to the clients that others of this process have opened.

    Where a task of each process does so, it may get what to send from outside.
    """
    for function in program.fact(request_functions):
        for node in own_nodes(function.node):
            looped = getattr(node, "iter", None)
            if looped is not None and any(_is_named(n, name) for n in ast.walk(looped)):
                return True
    return False


def _is_filled_once(program: Program, function: At, name: str) -> bool:
    """Say whether a container is filled where it is found empty: `if not messages: load()`."""
    for other in program.functions:
        if other.module is not function.module:
            continue
        for node in own_nodes(other.node):
            if (
                isinstance(node, ast.If)
                and isinstance(node.test, ast.UnaryOp)
                and isinstance(node.test.op, ast.Not)
                and _is_named(node.test.operand, name)
                and (other == function or function in reached(program, [other]))
            ):
                inside = {n for statement in node.body for n in ast.walk(statement)}
                calls = [c for c, target in called(program, other) if target == function]
                if other == function or any(call in inside for call in calls):
                    return True
    return False


def _is_of_process(program: Program, function: At, change: Change) -> bool:
    """Say whether what is kept is a task, a client, a lock: each process has its own."""
    module = function.module
    name = dotted(change.changed)
    for call in calls_in(function.node):
        is_callback = dotted(call.func).endswith("add_done_callback")
        if is_callback and any(name and name in ast.unparse(arg) for arg in call.args):
            return True
    value = program.value(module, change.value)
    if value is None:
        return False
    made = program.call_name(value.module, value.node)
    if made in _TASKS or made.startswith(_OWN):
        return True
    parts = value.node.values if isinstance(value.node, ast.Dict) else [change.value]
    kinds = [type_of(program, value.module, part) for part in parts]
    return any(isinstance(kind, str) and kind.startswith(_OWN) for kind in kinds)


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


def _is_named(expr: ast.AST, name: str) -> bool:
    return dotted(expr).rpartition(".")[2] == name


def _locks(program: Program, function: At) -> Iterator[tuple[At, Hit]]:
    """Yield the module's locks under which a function changes the database."""
    for node in own_nodes(function.node):
        if not isinstance(node, (ast.With, ast.AsyncWith)):
            continue
        for item in node.items:
            lock = variable(program, function.module, item.context_expr)
            if lock is None or program.call_name(lock.module, lock.node) not in _LOCKS:
                continue
            inside = {n for statement in node.body for n in ast.walk(statement)}
            if any(u.call in inside and u.method in _WRITES for u in uses(program, function)):
                assert isinstance(function.node, FUNCTIONS)
                hit = Hit(
                    lock.module, lock.node,
                    f"`{function.node.name}` holds `{dotted(item.context_expr)}` while it changes"
                    " the database: it keeps out no other worker",
                )  # fmt: skip
                yield lock, hit
