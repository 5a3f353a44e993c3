"""A session that its dependency commits after `yield`, without `scope="function"`."""

import ast
from collections import defaultdict
from collections.abc import Iterator

from fastapi_pro.auditing.detection import Hit, Node, Program
from fastapi_pro.auditing.libraries.fastapi import Dependency, Endpoint, dependencies, endpoints
from fastapi_pro.auditing.libraries.http_errors import status
from fastapi_pro.auditing.libraries.project_packages import versions
from fastapi_pro.auditing.libraries.sqlalchemy_sessions import (
    commits_after_yield,
    commits_at_end,
    is_session,
)
from fastapi_pro.auditing.model.call_graph import reached
from fastapi_pro.messages import counted

_WRITING = ("post", "put", "patch", "delete")
_WRITES = {
    "add", "add_all", "bulk_insert_mappings", "bulk_save_objects", "bulk_update_mappings", "delete",
    "exec_driver_sql", "flush", "insert", "merge", "setattr", "text", "update", "values",
}  # fmt: skip
_OF_MAPPINGS = ("update", "values")
"""Methods of a statement that a dictionary has, too."""
_COPIES = ("copy", "dict", "model_dump")
_OF_DATABASES = ("sqlalchemy", "sqlmodel", "fastcrud", "advanced_alchemy")
_SCOPED = "0.121"  # the first FastAPI with `Depends(scope=)`


def detect(program: Program) -> Iterator[Hit]:
    """Yield the first `Depends` of each dependency that commits too late."""
    late: dict[Node, list[Dependency]] = defaultdict(list)
    for dependency in dependencies(program):
        if dependency.scope != "function":
            late[dependency.target].append(dependency)
    for target, used in late.items():
        if commits_after_yield(target) and not _is_committed_before(target):
            first, answer = _first(program, used)
            more = counted(len(used) - 1, "other place")
            others = f", here and in {more}" if len(used) > 1 else ""
            yield first.call.hit(
                f"`{target.name}` commits after the response was sent{others}: the client"
                f" gets a {answer} even if the commit fails",
                fix=_fix(first.call),
            )


def _first(program: Program, used: list[Dependency]) -> tuple[Dependency, str]:
    """Return the first that an endpoint writes by, and what it answers."""
    changing = [endpoint for endpoint in endpoints(program) if endpoint.method in _WRITING]
    writing: dict[Node, Endpoint] = {}  # those that do write come first
    for endpoint in sorted(changing, key=_certainty, reverse=True):
        for dependency in endpoint.dependencies:
            writing.setdefault(dependency.call, endpoint)
    by_call = {dependency.call: dependency for dependency in used}
    first = next((by_call[call] for call in writing if call in by_call), used[0])
    if first.call not in writing:
        return first, "success response"
    return first, str(status(writing[first.call].call.keyword("status_code")) or 200)


def _fix(depends: Node) -> str:
    """Return the call with the scope; "" where FastAPI does not know it, for the rule's own fix."""
    found = versions(depends.module, "fastapi")
    if found.has_before(_SCOPED):
        return ""
    if depends.called == "fastapi.Security":
        return "Commit in the endpoint, before it returns: `Security` has no `scope`"
    options = [f"{key}={value.text}" for key, value in depends.keywords.items() if key != "scope"]
    given = ", ".join([*(value.text for value in depends.args), *options, 'scope="function"'])
    since = f" (from fastapi {_SCOPED})" if found.admits_before(_SCOPED) else ""
    return f"`{depends.func.text}({given})`, or commit in the endpoint{since}"


def _certainty(endpoint: Endpoint) -> int:
    """Return how certain it is that an endpoint leaves writes to the late commit: 0, 1 or 2."""
    if not _leaves_writes(endpoint):
        return 0
    calls = (call for function in reached([endpoint.function]) for call in function.calls)
    return 2 if any(is_session(c.owner) and _is_write(c) for c in calls) else 1


def _is_committed_before(target: Node) -> bool:
    """Say whether each endpoint that writes with a session has it committed before it answers.

    Then the late commit finds nothing to write.
    """
    using = [
        endpoint
        for endpoint in endpoints(target.program)
        if endpoint.method in _WRITING and target in {d.target for d in endpoint.dependencies}
    ]
    return any(_commits(e.function) for e in using) and not any(map(_leaves_writes, using))


def _leaves_writes(endpoint: Endpoint) -> bool:
    """Say whether an endpoint may write something that it does not commit itself."""
    function = endpoint.function
    is_writing = endpoint.method in _WRITING and not _commits(function)
    return is_writing and any(map(_may_write, reached([function])))


def _commits(function: Node) -> bool:
    inner = reached([function])
    contexts = (c for f in inner for w in f.own(ast.With, ast.AsyncWith) for c in w.contexts)
    is_committed = any(call.member == "commit" for f in inner for call in f.calls)
    return is_committed or any(map(commits_at_end, contexts))


def _may_write(function: Node) -> bool:
    """Say whether a function adds, changes or deletes rows, or leaves that to code unseen."""
    written = (part for part in function.own(ast.Attribute) if part.is_target)
    if any(part.owner.name != "self" for part in written):
        return True
    return any(_is_write(call) or _is_unseen(call) for call in function.calls)


def _is_write(call: Node) -> bool:
    """Say whether a call may change rows: a client of Redis, or a dictionary, changes none."""
    if call.last_name not in _WRITES or _is_of_another_library(call.owner):
        return False
    if call.owner and call.last_name in _OF_MAPPINGS:
        made = call.owner if call.owner.is_call else call.owner.value
        return bool(call.given) and made.is_call and made.member not in _COPIES
    return not call.owner.index


def _is_of_another_library(owner: Node) -> bool:
    """Say whether an object is one of a library that has nothing to do with the database."""
    kind = owner.type
    return isinstance(kind, str) and not kind.startswith(_OF_DATABASES)


def _is_unseen(call: Node) -> bool:
    """Say whether a call runs something unknown that may write with a session."""
    if call.callee or call.called or is_session(call.owner):
        return False
    if any(map(is_session, call.given)):
        return True
    return call.is_awaited and not _is_of_another_library(call.owner)
