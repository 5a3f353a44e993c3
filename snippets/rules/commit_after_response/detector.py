"""A session that its dependency commits after `yield`, without `scope="function"`."""

from collections import defaultdict
from collections.abc import Iterator

from fastapi_pro.auditing.detection import Hit, Node, Program
from fastapi_pro.auditing.libraries.fastapi import Dependency, Endpoint, dependencies, endpoints
from fastapi_pro.auditing.libraries.http_errors import status
from fastapi_pro.auditing.libraries.sqlalchemy_sessions import commits_after_yield
from fastapi_pro.auditing.model.call_graph import reached
from fastapi_pro.messages import counted

_WRITING = ("post", "put", "patch", "delete")


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
            )


def _first(program: Program, used: list[Dependency]) -> tuple[Dependency, str]:
    """Return the first that an endpoint writes by, and what it answers."""
    writing: dict[Node, Endpoint] = {}
    for endpoint in endpoints(program):
        for dependency in endpoint.dependencies if endpoint.method in _WRITING else ():
            writing.setdefault(dependency.call, endpoint)
    first = next((dependency for dependency in used if dependency.call in writing), used[0])
    if first.call not in writing:
        return first, "success response"
    return first, str(status(writing[first.call].call.keyword("status_code")) or 200)


def _is_committed_before(target: Node) -> bool:
    """Say whether each endpoint that writes with a session has it committed before it answers.

    Then the late commit finds nothing to write.
    """
    writing = [
        endpoint
        for endpoint in endpoints(target.program)
        if endpoint.method in _WRITING and target in {d.target for d in endpoint.dependencies}
    ]
    return bool(writing) and all(_commits(endpoint.function) for endpoint in writing)


def _commits(function: Node) -> bool:
    return any(call.member == "commit" for f in reached([function]) for call in f.calls)
