"""An upload that is read by a task or thread which the endpoint does not wait for."""

import ast
from collections.abc import Iterator

from fastapi_pro.auditing.detection import Hit, Node, Program

_UPLOADS = ("fastapi.UploadFile", "starlette.datastructures.UploadFile")
_STARTS = ("create_task", "ensure_future", "run_in_executor", "submit")
_DESCRIBES = {"filename", "content_type", "headers", "size"}


def detect(program: Program) -> Iterator[Hit]:
    """Yield the calls that start something which reads an upload later."""
    calls = [*program.calls_named(*_STARTS), *program.calls_of("threading.Thread")]
    for call in calls:
        if call.function and (upload := _upload(call)) and not _is_waited_for(call):
            yield call.hit(
                f"`{upload}` is closed when `{call.function.name}` returns: the task that is"
                " started here cannot read it",
            )


def _upload(call: Node) -> str:
    """Return the upload that what a call starts gets, by argument or as a closure, or ""."""
    for given in call.given:
        for name in given.walk(ast.Name):
            if name.is_read and name.name and _is_upload(name) and _is_handed_over(name, call):
                return name.name
        closure = (given.func if given.is_call else given).definition
        if closure.is_function and closure.function == call.function:
            for name in closure.walk(ast.Name):
                if name.is_read and _is_upload(name) and not _only_describes(name):
                    return name.name
    return ""


def _is_upload(name: Node) -> bool:
    """Say whether a name is an upload, a list of them, or each of a list."""
    bound = name.bound
    if bound is None or bound.kind not in ("param", "for"):
        return False
    source = name.at(bound.node)
    annotation = (source.definition if bound.kind == "for" else source).annotation
    return any(part.library_name in _UPLOADS for part in annotation.walk(ast.Name, ast.Attribute))


def _is_handed_over(name: Node, call: Node) -> bool:
    """Say whether it is given as it is, as its `file`, or in a list, to what reads it."""
    node = name.parent if name.parent.member == "file" else name
    around = node.parent
    while isinstance(around.ast, (ast.List, ast.Tuple, ast.Starred, ast.keyword)):
        around = around.parent
    if around == call:
        return True
    if not around.is_call or around.is_awaited or around.parent.is_awaited:
        return False
    if not call.holds(around) or around.parent != call:
        return False
    reader = around.callee
    given = [p for p in reader.parameters if p.passed(around) == node]
    return not reader or any(not _is_only_described(p) for p in given)


def _is_only_described(parameter: Node) -> bool:
    names = parameter.function.walk(ast.Name)
    used = [name for name in names if name.is_read and name.name == parameter.name]
    return all(_only_describes(name) for name in used)


def _only_describes(name: Node) -> bool:
    return name.parent.member in _DESCRIBES


def _is_waited_for(call: Node) -> bool:
    """Say whether the function awaits what is started, or asks for its result, before it ends."""
    around = [call.parent, *call.ancestors]
    if any(isinstance(a.ast, ast.Await) for a in around if a.statement == call.statement):
        return True
    if call.owner.last_name in ("tg", "group", "task_group", "nursery"):
        return True
    names = {t.dotted for t in call.statement.targets} - {""}
    for holder in call.ancestors:  # tasks.append(create_task(...)), a list of them
        names |= {holder.owner.name} if holder.member in ("add", "append") else set()
        names |= {t.dotted for t in holder.targets} - {""}
        if holder.is_function:
            break
    for wait in call.function.own(ast.Await):
        if any(n.dotted in names for n in wait.walk(ast.Name, ast.Attribute)):
            return True
    asked = ("result", "join")
    return any(c.member in asked and c.owner.dotted in names for c in call.function.calls)
