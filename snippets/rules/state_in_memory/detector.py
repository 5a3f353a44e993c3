"""State that requests share in the memory of one process, of which there are several."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator

from fastapi_pro.auditing.detection import Hit, Node, Program
from fastapi_pro.auditing.libraries.channels import is_channel, is_sent_through
from fastapi_pro.auditing.libraries.clocks import CLOCKS
from fastapi_pro.auditing.libraries.command_lines import is_in_main
from fastapi_pro.auditing.libraries.fastapi_requests import request_functions
from fastapi_pro.auditing.libraries.middleware import stacks
from fastapi_pro.auditing.libraries.own_state import (
    READS,
    SAVES,
    is_given_back,
    is_meant,
    is_mirrored,
    is_of_one_task,
    is_refused,
    is_saved,
)
from fastapi_pro.auditing.libraries.process_ends import is_ended_at_shutdown
from fastapi_pro.auditing.libraries.process_locks import lock_of
from fastapi_pro.auditing.libraries.process_state import CACHES, Change, changes
from fastapi_pro.auditing.libraries.pydantic import schema_of
from fastapi_pro.auditing.libraries.sqlalchemy_engines import database
from fastapi_pro.auditing.libraries.sqlalchemy_sessions import uses
from fastapi_pro.auditing.libraries.threads import handed_to_thread
from fastapi_pro.auditing.libraries.unused import why_unused
from fastapi_pro.auditing.libraries.worker_counts import runs_one, runs_several, starts_one
from fastapi_pro.auditing.model import limits
from fastapi_pro.auditing.model.call_graph import called, reached
from fastapi_pro.auditing.model.value_origins import origins

_TASKS = {"asyncio.create_task", "asyncio.ensure_future"}
_OWN = (
    "asyncio.Lock", "asyncio.Semaphore", "asyncio.Event", "threading.", "httpx.", "sqlalchemy.",
    "redis.", "jinja2.", "pydantic.TypeAdapter", "re.compile", "weakref.", "subprocess.Popen",
    "asyncio.create_subprocess", "asyncio.subprocess.Process", "multiprocessing.",
)  # fmt: skip
"""What a process needs a copy of its own of."""
_OWN_NAME = re.compile(r"(^|_)(fallback|local|per_process|this_process)(_|$)")
"""Names that say that a copy for each process is meant."""
_STORE = re.compile(r"redis|valkey|memcache", re.IGNORECASE)
"""What functions name that use the memory only where there is no shared store."""
_PROGRESS = re.compile(
    r"ready|readiness|started|startup|healthy|warm|initiali[sz]ed|loaded|draining|shutdown",
    re.IGNORECASE,
)
_BUFFER = re.compile(r"buffer|batch|flush", re.IGNORECASE)
_CACHE = re.compile(r"cache|memo(?!ry)|ttl|buffer|batch|flush", re.IGNORECASE)
_MEASURES = re.compile(
    r"metric|statistic|telemetry|tracing|instruments|latency|percentile|histogram"
    r"|(^|_)(stats?|traces)(_|$)",
    re.IGNORECASE,
)
"""Names of figures that are collected from each process."""
_BREAKER = re.compile(r"circuit|breaker", re.IGNORECASE)
"""Names of what each process may learn for itself: that a neighbour is down."""
_REGISTRY = re.compile(r"(^|_)(un)?register(_|$)|registr(y|ies)(_|$)", re.IGNORECASE)
"""Names of what code registers itself in, when it is loaded: each process loads the same."""
_STRICT = re.compile(
    r"limit|attempt|throttl|lock|login|fail|revok|black|nonce|otp|token|session"
    r"|oauth\d*_(state|flow|request)|pkce|verifier",
    re.IGNORECASE,
)
"""Names of what a client must not have twice, or comes back for at any worker."""
_RETRY = re.compile(r"retr(y|ies)|reconnect|backoff", re.IGNORECASE)
_MAKERS = {"__init__", "__post_init__", "__enter__", "__aenter__"}
_ENDERS = {"__del__", "__exit__", "__aexit__", "aclose", "close"}
_SHARED = "A row that one UPDATE changes, or a shared store such as Redis"
_OWN_COPY = "None needed if each worker may have its own copy; else a shared store such as Redis"
_PUBLISH = "Publish through Redis or LISTEN/NOTIFY; each worker forwards to its own clients"
_PUBLISH_LATER = "None needed with one worker; with several, publish through Redis or LISTEN/NOTIFY"
_TELL_ALL = "Tell all workers, by Redis or LISTEN/NOTIFY: the one that has the task or future acts"
_WAITING = ("asyncio.Task", "asyncio.Future", "concurrent.futures.Future")
_SLEEPS = ("asyncio.sleep", "anyio.sleep", "time.sleep")
_WRITES = {"add", "add_all", "commit", "delete", "flush", "merge"}


def detect(program: Program) -> Iterator[Hit]:
    """Yield each variable, object and class attribute that requests change and that must agree."""
    found: dict[Node, list[Change]] = defaultdict(list)
    locks: dict[Node, Hit] = {}
    for function in sorted(request_functions(program), key=lambda f: f.place):
        if function.module.is_tool:
            continue
        for change in changes(function):
            if change.kept is not None:
                found[change.kept.made].append(change)
        for lock, hit in _locks(function):
            locks.setdefault(lock, hit)
    yield from locks.values()
    yield from _limiters(program)
    seen: set[Node] = set()
    for made, changed in found.items():
        cause = made.enclosing_class or made  # a class is one cause
        is_of_service = not (made.module.is_test or made.module.is_tool or is_in_main(made))
        if is_of_service and cause not in seen and _must_agree(changed):
            seen.add(cause)
            name = changed[0].name
            others = len({change.function for change in changed if change.name == name}) - 1
            is_harmless = _is_harmless(changed)
            shared = "" if database(program) == "PostgreSQL" else _SHARED
            fix = _OWN_COPY if is_harmless else shared
            if any(map(_is_task, changed)):
                fix = _TELL_ALL
            if any(map(is_channel, changed)):
                fix = _PUBLISH_LATER if is_harmless else _PUBLISH
            besides = f" and {others} more change" if others else " changes"
            where = (
                "one worker: the others do not see it"
                if runs_several(program)
                else "one process: another worker does not see it"
            )
            yield made.hit(
                f"`{changed[0].function.name}`{besides} `{name}` in the memory of"
                f" {where}{'' if is_saved(changed) else ', and a restart loses it'}",
                severity="low" if is_harmless else "" if runs_several(program) else "medium",
                fix=fix,
            )


def _limiters(program: Program) -> Iterator[Hit]:
    """Yield slowapi's limiters that have no storage which workers share."""
    for call in () if runs_one(program) else program.calls_of("slowapi.Limiter"):
        storage = call.keyword("storage_uri")
        is_chosen = (
            len(storage.function.bindings(storage.name)) > 1
        )  # of several, one for each mode
        is_memory = str(storage.constant or "").startswith("memory:") and not is_chosen
        is_shared = storage and not is_memory
        is_configured = call.keyword("config_filename") or call.has_unpacking
        if not (call.module.is_tool or is_shared or is_configured) and _limits(call):
            yield call.hit(
                f"`{call.func.text}` counts in the memory of one worker: N workers let through N"
                " times the limit, and a restart resets it",
                severity="medium" if runs_several(program) else "low",
                fix="`storage_uri=` with a store that the workers share, such as Redis",
            )


def _limits(limiter: Node) -> bool:
    """Say whether a limiter counts requests: it decorates what runs, or limits all by default."""
    program = limiter.program
    for call in program.calls_named("limit", "shared_limit"):
        decorated = call.parent
        is_decorator = decorated.is_function and call in decorated.decorators
        is_his = call.owner.value == limiter or not call.owner.value.is_call
        if is_decorator and is_his and not why_unused(call.module, call.line):
            return True
    is_for_all = limiter.keyword("default_limits") or limiter.keyword("application_limits")
    return bool(is_for_all) and any(
        added.library_name.startswith("slowapi.")
        for stack in stacks(program).values()
        for added in stack
    )


def _locks(function: Node) -> Iterator[tuple[Node, Hit]]:
    """Yield the locks of the process under which a function changes the database."""
    for held in function.own(ast.With, ast.AsyncWith):
        for context in held.contexts:
            lock = lock_of(context)
            if lock and _changes_database(held):
                hit = lock.hit(
                    f"`{function.name}` holds `{context.text}` while it changes the database:"
                    " other workers do not see this lock",
                    severity="low" if runs_one(function.program) else "",
                )
                yield lock, hit


def _changes_database(held: Node) -> bool:
    """Say whether the body of a `with` changes the database, itself or by a function it calls."""
    writes = [use for use in uses(held.function) if use.member in _WRITES]
    if any(statement.holds(use) for statement in held.body for use in writes):
        return True
    calls = [call for call in held.function.calls if any(s.holds(call) for s in held.body)]
    inner = {call.callee for call in calls if call.callee}
    return any(use.member in _WRITES for function in inner for use in uses(function))


def _is_harmless(changed: list[Change]) -> bool:
    """Say whether little is lost where workers disagree: a cache, a buffer, one process alone."""
    if runs_one(changed[0].function.program) or is_meant(changed[0]):
        return True
    if _is_written_behind(changed[0]) or _is_pace(changed):
        return True
    names = {change.name for change in changed} | {change.owner.name for change in changed}
    classes = {change.function.enclosing_class.name for change in changed}
    if any(_MEASURES.search(name) or _BREAKER.search(name) for name in names | classes):
        return True
    is_strict = any(map(_STRICT.search, names))
    if not is_strict and all(map(_registers, changed)):
        return True
    if starts_one(changed[0].function.program) and not is_strict:
        return True
    is_counted = any(c.kind == "count" and not _BUFFER.search(c.name) for c in changed)
    if is_counted or is_strict:
        return False
    names |= {change.kept.made.module.path.stem for change in changed if change.kept is not None}
    return any(map(_CACHE.search, names)) or any(map(_expires, changed)) or _is_flushed(changed[0])


def _is_pace(changed: list[Change]) -> bool:
    """Say whether who comes too soon waits: a pace for calls of another service refuses nobody."""
    counting = {change.function for change in changed if change.kind == "count"}
    return bool(counting) and all(map(_waits, counting))


def _waits(function: Node) -> bool:
    """Say whether a function sleeps in a loop that ends, unlike a task that runs for ever."""
    loops = function.own(ast.While)
    return any(
        any(call.called in _SLEEPS for call in loop.walk(ast.Call))
        and (loop.test.literal is None or any(loop.walk(ast.Break, ast.Return)))
        for loop in loops
    )


def _is_task(change: Change) -> bool:
    """Say whether tasks or futures are kept, which no store can hold."""
    return change.value.is_a(*_WAITING)


def _registers(change: Change) -> bool:
    """Say whether an object of the program's code is put into, or taken from, a registry."""
    if not (_REGISTRY.search(change.name) or _REGISTRY.search(change.function.name)):
        return False
    is_code = change.value.name == "cls" or any(map(_is_code, origins(change.value)))
    return change.kind == "take" or is_code


def _is_code(value: Node) -> bool:
    """Say whether a value is a class, a function, or an object with methods that holds no data."""
    if value.definition.is_class or value.definition.is_function:
        return True
    cls = value.type_class
    has_methods = any(s.is_function and not s.name.startswith("__") for s in cls.body)
    return bool(cls) and has_methods and schema_of(cls) is None


def _expires(change: Change) -> bool:
    """Say whether what is kept says until when: `(value, time.time() + 60)`."""
    return any(call.called in CLOCKS for call in change.value.walk(ast.Call))


def _is_flushed(change: Change) -> bool:
    """Say whether a function of such a name empties it: each worker flushes its own."""
    return any(
        other.kind == "take" and other.kept == change.kept
        for function in change.function.program.functions
        if _BUFFER.search(function.name)
        for other in changes(function)
    )


def _is_written_behind(change: Change) -> bool:
    """Say whether something that answers no request empties it into the database.

    Each worker adds what it has counted, so that workers need not agree.
    """
    answering = request_functions(change.function.program)
    return any(
        other.node.member in ("popleft", "popitem") or _is_used(function, other)
        for function in change.function.program.functions_calling("clear", "popleft", "popitem")
        if function not in answering
        for other in changes(function)
        if other.node.member in ("clear", "popleft", "popitem") and other.kept == change.kept
        if _writes_rows(function)
    )


def _is_used(function: Node, emptied: Change) -> bool:
    """Say whether a function also reads what it empties; one that cleans up does not."""
    names = function.own(ast.Name, ast.Attribute)
    return any(_is_named(n, emptied.name) and not _is_changing(n) for n in names if n.is_read)


def _writes_rows(function: Node) -> bool:
    """Say whether a function writes to the database, or what it calls or hands to a thread."""
    handed = [
        work for call in function.calls for work in (call.callee, handed_to_thread(call).runs)
    ]
    roots = [function, *filter(None, handed)]
    return any(use.member in _WRITES for one in reached(roots) for use in uses(one))


def _must_agree(changed: list[Change]) -> bool:
    """Say whether workers must agree on it, unlike on a cache that is filled and only read."""
    if any(_OWN_NAME.search(c.name) or _OWN_NAME.search(c.function.name) for c in changed):
        return False
    if all(map(_is_flag, changed)) or any(map(_is_from_file, changed)):
        return False
    if all(change.is_rewritten for change in changed):
        return False
    if is_of_one_task(changed) or is_given_back(changed) or is_refused(changed):
        return False
    if any(map(_is_of_process, changed)) or is_ended_at_shutdown(changed[0]):
        return False
    if any(map(_has_store, changed)) or all(map(_is_set_up, changed)) or is_mirrored(changed):
        return False
    if not _is_read(changed):
        return False
    if any(map(is_channel, changed)):
        return any(map(is_sent_through, changed))
    counted = [change for change in changed if change.kind == "count"]
    if counted:
        return not all(map(_is_taken_back, counted)) and not all(map(_is_of_itself, counted))
    filled = [change for change in changed if change.kind in ("store", "put")]
    if filled == changed and all(map(_stands_in_code, changed)):
        return False
    if not filled or any(_is_filled_once(c.function, changed[0].name) for c in filled):
        return False
    filling = {change.function for change in filled}
    if _is_cache(changed[0], filling) or _drops_the_old(changed, filling):
        return False
    if any(change.kind == "take" and change.function not in filling for change in changed):
        return True
    return not all(_is_looked_up(change.function, change.name) for change in filled)


def _stands_in_code(change: Change) -> bool:
    """Say whether each call that fills it gives a class or a constant, the same in each process."""
    function = change.function
    is_given = any(change.value.name == parameter.name for parameter in function.parameters)
    given = [value for call in function.callers for value in call.given]
    return (
        is_given
        and bool(given)
        and all(v.constant is not None or v.definition.is_class for v in given)
    )


def _is_cache(change: Change, filling: set[Node]) -> bool:
    """Say whether a dictionary that forgets by itself is looked into before it is filled."""
    if change.kept is None or change.kept.made.called not in CACHES:
        return False
    name = change.name
    if "cache" in name.lower():
        return True
    reading = {f for f in change.function.program.functions if _is_looked_up(f, name)}
    return any(
        reading & {target for _, target in called(call.function)}
        for function in filling
        for call in function.callers
    )


def _drops_the_old(changed: list[Change], filling: set[Node]) -> bool:
    """Say whether it is a cache whose entries end by themselves, or by who looks for one."""
    names = {change.name for change in changed} | {change.owner.name for change in changed}
    taking = {c.function for c in changed if c.kind == "take"} - filling
    return (
        any("cache" in name.lower() for name in names)
        and not any(map(_STRICT.search, names))
        and (bool(taking) or any(map(_expires, changed)))
        and all(_is_looked_up(function, changed[0].name) for function in taking)
    )


def _is_flag(change: Change) -> bool:
    """Say whether a change says how far this process has come: `state["ready"] = True`."""
    keys = [target.index.literal for target in change.node.targets]
    names = [change.name, *(key for key in keys if isinstance(key, str))]
    is_constant = isinstance(change.value.literal, (bool, str))
    return change.kind == "store" and is_constant and any(map(_PROGRESS.search, names))


def _is_from_file(change: Change) -> bool:
    """Say whether what is kept is read from a file, which all workers have, and not written."""
    if change.kind not in ("store", "put"):
        return False
    calls = {call.last_name for call in change.function.calls}
    return not calls.isdisjoint(READS) and calls.isdisjoint(SAVES)


def _is_taken_back(change: Change) -> bool:
    """Say whether a function counts up and down again: how many requests this process has."""
    if not isinstance(change.node.ast, ast.AugAssign):
        return False
    name = change.node.targets[0].dotted
    signs = set()
    for node in change.function.own(ast.AugAssign):
        match node.ast:
            case ast.AugAssign(target=target, op=op) if name and node.at(target).dotted == name:
                signs.add(type(op))
    return signs >= {ast.Add, ast.Sub}


def _is_of_itself(change: Change) -> bool:
    """Say whether a function counts what is only its process's: how often it has tried.

    It calls itself then.
    Or the number says so: `RETRY += 1` in the handler of what failed. What `__init__` counts are
    the objects of this process.
    """
    is_named = bool(_RETRY.search(change.name))
    is_handled = any(isinstance(above.ast, ast.ExceptHandler) for above in change.node.ancestors)
    is_again = any(target == change.function for _, target in called(change.function))
    return is_again or (is_named and is_handled) or _is_of_objects(change)


def _is_of_objects(change: Change) -> bool:
    """Say whether it counts the objects that live: what makes one adds, what ends one changes."""
    name = change.function.name
    others = _ENDERS if name in _MAKERS else _MAKERS if name in _ENDERS else ()
    methods = [change.function.enclosing_class.method(other) for other in sorted(others)]
    return any(other.name == change.name for function in methods for other in changes(function))


def _has_store(change: Change) -> bool:
    """Say whether memory stands in for a shared store, here or where the function is called."""
    callers = (call.function for call in change.function.callers)
    return any(map(_names_store, (change.function, *callers)))


def _names_store(function: Node) -> bool:
    nodes = function.own(ast.Name, ast.Attribute, ast.Constant)
    return any(_STORE.search(node.last_name or str(node.literal)) for node in nodes)


def _is_read(changed: list[Change]) -> bool:
    """Say whether anybody asks for what an object adds and takes away again."""
    name = changed[0].name
    if not changed[0].owner or {change.kind for change in changed} != {"put", "take"}:
        return True
    program = changed[0].function.program
    return any(node.is_read and not _is_changing(node) for node in program.attributes(name))


def _is_changing(node: Node) -> bool:
    """Say whether a statement changes a container and drops what the method returns."""
    call = node.parent.parent
    return call.owner == node and call.is_call and isinstance(call.parent.ast, ast.Expr)


def _is_filled_once(function: Node, name: str) -> bool:
    """Say whether a container is filled where it is found empty: `if not messages: load()`.

    Or where another is empty that the same function fills.
    """
    names = {name, *(change.name for change in changes(function) if change.kind == "store")}
    for other in function.program.functions:
        if other.module is not function.module:
            continue
        for branch in other.own(ast.If):
            match branch.ast:
                case ast.If(test=ast.UnaryOp(op=ast.Not(), operand=test)):
                    if not any(_is_named(branch.at(test), one) for one in names):
                        continue
                    filling = [c for c, target in called(other) if function in reached([target])]
                    if other == function or any(s.holds(c) for s in branch.body for c in filling):
                        return True
    return False


def _is_set_up(change: Change) -> bool:
    """Say whether each object that is made fills an entry whose key stands in the code."""
    keys = [target.index for target in change.node.targets]
    is_constant = all(isinstance(key.ast, (ast.Constant, ast.Attribute)) for key in keys)
    is_local = any(key.dotted.startswith(("self.", "cls.")) for key in keys)
    if change.kind != "store" or not keys or not is_constant or is_local:
        return False
    return _is_called_by_init(change.function)


def _is_called_by_init(function: Node, depth: int = 0) -> bool:
    if function.name == "__init__":
        return True
    above = {call.function for call in function.callers} - {function}
    return depth < limits.CALLS and any(_is_called_by_init(a, depth + 1) for a in above)


def _is_of_process(change: Change) -> bool:
    """Say whether what is kept is a task, a client, a lock: each process has its own."""
    name = change.changed.dotted
    for call in change.function.calls:
        is_callback = name and call.func.dotted.endswith("add_done_callback")
        if is_callback and any(name in arg.text for arg in call.args):
            return True
    value = change.value.value.awaited
    if value.called in _TASKS or value.called.startswith(_OWN):
        return True
    is_dict = isinstance(value.ast, ast.Dict)
    kinds = [part.type for part in ([v for _, v in value.entries] if is_dict else [change.value])]
    return any(isinstance(kind, str) and kind.startswith(_OWN) for kind in kinds)


def _is_looked_up(function: Node, name: str) -> bool:
    """Say whether a function looks into a container before it fills it, and refuses nobody for it.

    A set of tokens that were used is looked into also; there the answer is an error.
    """
    is_found = False
    for node in function.own(ast.Compare, ast.Call, ast.Subscript):
        match node.ast:
            case ast.Compare(ops=ops, comparators=sides):
                is_tested = any(
                    isinstance(op, (ast.In, ast.NotIn)) and _is_named(node.at(side), name)
                    for op, side in zip(ops, sides, strict=True)
                )
                branch = node.parent
                is_refused = isinstance(branch.ast, ast.If) and any(
                    isinstance(statement.ast, ast.Raise) for statement in branch.body
                )
                if is_tested and is_refused:
                    return False
                is_found = is_found or is_tested
            case ast.Call():
                is_get = node.member in ("get", "setdefault") and _is_named(node.owner, name)
                is_found = is_found or is_get
            case ast.Subscript():
                is_found = is_found or (node.is_read and _is_named(node.generic, name))
    return is_found


def _is_named(expr: Node, name: str) -> bool:
    return expr.dotted.rpartition(".")[2] == name
