"""A session that its dependency commits after `yield`, without `scope="function"`."""

from collections import defaultdict
from collections.abc import Iterator

from fastapi_pro.auditing.detection import Hit, Node, Program
from fastapi_pro.auditing.libraries.fastapi import Dependency, dependencies
from fastapi_pro.auditing.libraries.sqlalchemy_sessions import commits_after_yield


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
