"""What a process may keep for itself: state of one task, or state that production refuses."""

import ast
import re

from fastapi_pro.auditing.libraries.environments import is_refused_in_production
from fastapi_pro.auditing.libraries.process_state import Change, changes
from fastapi_pro.auditing.model.call_graph import called, reached
from fastapi_pro.auditing.model.node import Node
from fastapi_pro.auditing.model.program import Program, fact

_TASKS = ("create_task", "ensure_future", "add_task", "start_soon")
_GUARD = re.compile(
    r"active|busy|done|flight|limit|lock|pending|processed|progress|running|seen|started",
    re.IGNORECASE,
)
"""Names of guards that keep a second task from the same work."""
_MEANT = re.compile(
    rb"#.*(single|one|per|each)[- ](worker|process)|#.*multi-?(worker|process)", re.IGNORECASE
)
"""Comments that say that each process has its own."""
READS = {"open", "read_text", "read_bytes", "safe_load", "read_csv", "load_module"}
SAVES = {"dump", "write", "write_text", "write_bytes", "writerow"}
"""The last names of calls that read a file, and of calls that write one."""
_LOADS = ("load", "loads", "safe_load")
_THIS = re.compile(r"\b(this|each|per|own|single)[- ](worker|process)\b", re.IGNORECASE)


def is_of_one_task(changed: list[Change]) -> bool:
    """Say whether only one background task fills and reads it; others at most clean up."""
    change = changed[0]
    if _GUARD.search(change.name) or all(c.kind != "take" for c in changed):
        return False
    users = {user for user in _users(change) if not _only_takes(user, change.name)}
    return any(users <= _run_by(task) for task in _tasks(change.function.program))


def is_given_back(changed: list[Change]) -> bool:
    """Say whether a caller adds an entry and removes it again, by the key that it got.

    `key = start()` and `stop(key)` in one function: the entry belongs to one run of that function.
    """
    change = changed[0]
    putting = {c.function for c in changed if c.kind == "store" and _makes_key(c)}
    taking = {c.function for c in changed if c.kind == "take"} - putting
    if not (putting and taking and putting | taking == set(_users(change))):
        return False
    around = [call.function for function in taking for call in function.callers]
    started = [{target for _, target in called(function)} for function in around]
    return bool(around) and all(putting & targets for targets in started)


def _makes_key(change: Change) -> bool:
    """Say whether a function makes the key of its new entry, and returns that key."""
    keys = {target.index.name for target in change.node.targets} - {""}
    returned = {value.name for value in change.function.returned}
    return (
        bool(keys) and keys == returned and not keys & {p.name for p in change.function.parameters}
    )


def is_meant(change: Change) -> bool:
    """Say whether a comment at its definition, or a docstring, says that each process has its own.

    The docstring may be of a function that reads it: "True when this process runs the job."
    """
    if change.kept is None:
        return False
    made = change.kept.made
    lines = made.module.source.splitlines()
    if any(map(_MEANT.search, lines[max(0, made.line - 4) : made.line])):
        return True
    docs = [ast.get_docstring(user.ast) for user in _users(change)]  # type: ignore[arg-type]
    return any(_THIS.search(doc) for doc in docs if doc)


def is_refused(changed: list[Change]) -> bool:
    """Say whether every function that fills it first refuses to run in production."""
    filling = [change for change in changed if change.kind != "take"]
    return bool(filling) and all(map(_is_refused, filling))


def _is_refused(change: Change) -> bool:
    if is_refused_in_production(change.node):
        return True
    before = (f for call, f in called(change.function) if call.position < change.node.position)
    return any(map(is_refused_in_production, before))


def is_mirrored(changed: list[Change]) -> bool:
    """Say whether a file mirrors it: changes write the file too, and reads also read the file.

    Then each worker sees in the file what the others did.
    """
    change = changed[0]
    changing = {c.function for c in changed}
    reading = set(_users(change)) - changing
    files = [*map(_written, changing), *(_read(user, change.name) for user in reading)]
    return bool(reading) and bool(set.intersection(*files))


def is_saved(changed: list[Change]) -> bool:
    """Say whether each change goes into a file, too, and a function beside it reads a file."""
    module = changed[0].function.module
    loading = module.program.functions_calling(*_LOADS)
    return any(function.module is module for function in loading) and all(
        any(_saves(run, change.name) for run in _work_of(change.function)) for change in changed
    )


def _saves(function: Node, name: str) -> bool:
    """Say whether a function gives what has a name to a file, or to what makes text of it."""
    return any(call.last_name in SAVES for call in function.calls) and any(
        part.last_name == name
        for call in function.calls
        if call.last_name in (*SAVES, "dumps")
        for value in call.given
        for part in value.walk(ast.Name, ast.Attribute)
    )


def _written(function: Node) -> set[Node]:
    """Return the names in functions that write a file: the path is one of them."""
    return {
        name.definition
        for run in _work_of(function)
        if any(call.last_name in SAVES for call in run.calls)
        for name in run.own(ast.Name, ast.Attribute)
        if name.definition
    }


def _read(function: Node, name: str) -> set[Node]:
    """Return the paths of the files that a function reads even if the memory holds the value."""
    if _is_asked_first(function, name):
        return set()
    calls = [call for run in _work_of(function) for call in run.calls]
    paths = [call.owner for call in calls if call.member in ("read_text", "read_bytes")]
    for call in calls:
        mode = call.argument(1, "mode").literal or "r"
        if call.called == "builtins.open" and str(mode).startswith("r"):
            paths.append(call.argument(0, "file"))
    return {path.definition for path in paths if path.definition}


def _is_asked_first(function: Node, name: str) -> bool:
    """Say whether a function first looks into the memory: `if not history: load()`."""
    return any(
        part.last_name == name
        for branch in function.own(ast.If)
        for part in branch.test.walk(ast.Name, ast.Attribute)
    )


def _work_of(function: Node) -> set[Node]:
    """Return the functions that a function calls, and those that it passes on to be run."""
    found: set[Node] = set()
    queue = [function]
    while queue:
        run = queue.pop()
        if run not in found:
            found.add(run)
            handed = (given.definition for call in run.calls for given in call.given)
            queue += [
                *(target for _, target in called(run)),
                *(given for given in handed if given.is_function),
            ]
    return found


@fact
def _tasks(program: Program) -> set[Node]:
    """Return the functions that run as background tasks."""
    given = (call.args[0] for call in program.calls_named(*_TASKS) if call.args)
    return {work for g in given if (work := g.callee if g.is_call else g.definition)}


def _run_by(task: Node) -> set[Node]:
    """Return the functions that a task runs, including nested ones, which it passes on."""
    return task.program.once(_running, task.ast, task)


def _running(task: Node) -> set[Node]:
    found = reached([task])
    within = task.program.functions_within
    return reached([*found, *(inner for f in found for inner in within.get(f.ast, ()))])


def _only_takes(function: Node, name: str) -> bool:
    """Say whether a function only removes entries, without reading them."""
    drops = [c.changed for c in changes(function) if c.name == name and c.kind == "take"]
    named = [n for n in function.own(ast.Name, ast.Attribute) if n.last_name == name]
    return set(named) <= set(drops)


def _users(change: Change) -> list[Node]:
    """Return the functions that name the kept variable."""
    return change.function.program.once(_named_in, (change.name, "users"), change)


def _named_in(change: Change) -> list[Node]:
    name, program = change.name, change.function.program
    around = {above for n in program.naming(name) for above in n.module.ancestors(n.ast)}
    functions = (function for function in program.functions if function.ast in around)
    return [
        f for f in functions if any(n.last_name == name for n in f.own(ast.Name, ast.Attribute))
    ]
