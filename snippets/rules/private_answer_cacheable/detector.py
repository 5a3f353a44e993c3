"""Answers for one user that shared caches are allowed to keep."""

import ast
import re
from collections.abc import Iterator

from fastapi_pro.auditing.detection import Hit, Node, Program
from fastapi_pro.auditing.libraries.fastapi import Dependency, Endpoint, endpoints

_NAME = "cache-control"
_SHARED = re.compile(r"\bpublic\b|s-maxage", re.IGNORECASE)
_LOGIN = re.compile(
    r"current_\w*(user|account|customer|member)|(require|get|verify|check)_\w*(user|auth|login|token)"
    r"|authenticated|jwt_required",
    re.IGNORECASE,
)
_OPTIONAL = re.compile(r"optional|maybe|or_none|anonymous|guest|or_anon", re.IGNORECASE)
_SECURITY = "fastapi.security."


def detect(program: Program) -> Iterator[Hit]:
    """Yield the headers that make the answer to a login public."""
    for endpoint in endpoints(program):
        function = endpoint.function
        headers = [(place, value) for place, value in _headers(function) if _is_shared(value)]
        if headers and not _varies(function) and (login := _login(endpoint)):
            place, value = headers[0]
            yield place.hit(
                f"`{value.constant}` lets shared caches store what `{endpoint.name}` answers after"
                f" `{login}`, and give it to other users"
            )


def _headers(function: Node) -> Iterator[tuple[Node, Node]]:
    """Yield where a function sets the header, and to what."""
    for statement in function.own(ast.Assign):
        for target in statement.targets:
            if _is_name(target.index):
                yield statement, statement.assigned
    for written in function.own(ast.Dict):
        for key, value in written.entries:
            if _is_name(key):
                yield key, value


def _is_name(expr: Node) -> bool:
    name = expr.literal
    return isinstance(name, str) and name.lower() == _NAME


def _is_shared(value: Node) -> bool:
    text = value.constant
    return isinstance(text, str) and bool(_SHARED.search(text))


def _varies(function: Node) -> bool:
    """Say whether a function names the header that makes the caller part of a cache's key."""
    texts = (constant.literal for constant in function.own(ast.Constant))
    return any(isinstance(text, str) and text.lower() == "vary" for text in texts)


def _login(endpoint: Endpoint) -> str:
    """Return the dependency without which nobody gets an answer, as it is written."""
    for parameter in endpoint.parameters:
        dependency = parameter.dependency
        is_optional = any(part.is_none for part in parameter.node.annotation.walk(ast.Constant))
        if dependency is not None and not is_optional and _is_login(dependency):
            return dependency.target.name or dependency.call.text
    for call in (endpoint.router, endpoint.call):
        for given in call.keyword("dependencies").elements:
            name = given.argument(0, "dependency").last_name
            if _LOGIN.search(name) and not _OPTIONAL.search(name):
                return name
    return ""


def _is_login(dependency: Dependency, depth: int = 0) -> bool:
    """Say whether a dependency is a login by its name, or by what it depends on."""
    name = dependency.target.name
    if _OPTIONAL.search(name):
        return False
    if _LOGIN.search(name):
        return True
    scheme = dependency.call.argument(0, "dependency")
    made = scheme if scheme.is_call else scheme.value
    if made.called.startswith(_SECURITY):
        return made.keyword("auto_error").literal is not False
    inner = [p.dependency for p in dependency.parameters if p.dependency is not None]
    return depth < 4 and any(_is_login(one, depth + 1) for one in inner)
