"""A session that its dependency commits after `yield`, without `scope="function"`."""

import ast
from collections import defaultdict
from collections.abc import Iterator

from fastapi_pro.auditing.detection import Hit, Node, Program
from fastapi_pro.auditing.libraries.fastapi import Dependency, dependencies
from fastapi_pro.auditing.libraries.sqlalchemy_sessions import is_session


def detect(program: Program) -> Iterator[Hit]:
    """Yield the first `Depends` of each dependency that commits too late."""
    late: dict[Node, list[Dependency]] = defaultdict(list)
    for dependency in dependencies(program):
        if dependency.scope != "function":
            late[dependency.target].append(dependency)
    for target, used in late.items():
        if commits_after_yield(target):
            others = f", here and in {len(used) - 1} other places" if len(used) > 1 else ""
            yield used[0].call.hit(
                f"`{target.name}` commits after the response was sent{others}: a failed commit is"
                " a 201",
            )


def commits_after_yield(dependency: Node) -> bool:
    """Say whether a dependency commits a session that it yields, after the `yield`."""
    yielded = dependency.yielded
    if not any(map(is_session, yielded)):
        return False
    after = (call for call in dependency.calls if call.line > yielded[0].line)
    around = (w for w in dependency.own(ast.With, ast.AsyncWith) if any(map(w.holds, yielded)))
    return any(call.member == "commit" for call in after) or any(
        _begins(context) for with_ in around for context in with_.contexts
    )


def _begins(context: Node) -> bool:
    """Say whether leaving a context commits: `sessionmaker.begin()`, `session.begin()`."""
    is_begin = context.is_call and context.member == "begin"
    return is_begin and (is_session(context) or is_session(context.owner))
