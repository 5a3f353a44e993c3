"""Password hashes that coroutines compute."""

import ast
import re
from collections.abc import Iterator

from fastapi_pro.auditing.detection import Hit, Node, Program
from fastapi_pro.auditing.libraries.blocking_calls import coroutines
from fastapi_pro.auditing.libraries.passwords import computed_hash
from fastapi_pro.auditing.libraries.pydantic import schema_of
from fastapi_pro.auditing.libraries.rare_work import is_rare

_ANY = "password"  # what a key may be that is no constant
_PASSWORD = re.compile(r"passw|pwd|phrase", re.IGNORECASE)
_OTHER = re.compile(r"token|otp|code|api_?key|secret|(^|_)pin$", re.IGNORECASE)
"""Names of what is hashed by the same libraries, and is no password."""
_LONGEST = 110  # characters of a fix


def detect(program: Program) -> Iterator[Hit]:
    """Yield the calls, in coroutine functions that serve requests, which hash in the end."""
    for function in coroutines(program):
        for call in function.calls:
            end = call.at(None) if call.is_awaited else computed_hash(call)
            if end and not _is_given_no_password(call, end):
                through = f", called through `{call.func.text}`" if end != call else ""
                yield call.hit(
                    f"`async def {function.name}` computes {_what(call, end)} on the event loop"
                    f" with `{end.func.text}`{through}: no other request is served meanwhile",
                    severity="low" if is_rare(function) else "",
                    fix=_in_thread(call),
                    cause=f"`{end.func.text}` in {end.module.name}",
                )


def _is_given_no_password(call: Node, end: Node) -> bool:
    """Say whether a call gives data without the password that it hashes if there is one.

    `update(user, {"role": "admin"})` of a function that hashes `if data.get("password")`, and
    `update(user, UserUpdate(role="admin"))`.
    """
    hashing = [inner for inner in call.callee.calls if computed_hash(inner)] if end != call else []
    is_asked = bool(hashing) and all(map(_is_asked, hashing))
    dicts = [value for value in call.given if isinstance(value.ast, ast.Dict)]
    keys = [str(key.constant or _ANY) for value in dicts for key, _ in value.entries]
    made = [value.value for value in call.given if schema_of(value.value.func.definition)]
    keys += [name for value in made for name in (value.keywords if _is_named(value) else [_ANY])]
    return is_asked and bool(keys) and not any(map(_PASSWORD.search, keys))


def _what(call: Node, end: Node) -> str:
    """Return what a call computes: the slow hash may be of a token."""
    hashed = end.args[0] if end.args else end.at(None)
    names = [*_names(hashed), *_names(hashed.value)]
    given = [_names(p.passed(call)) for p in call.callee.parameters if p.name in names]
    if end != call and end.function == call.callee and len(given) == 1:
        names = given[0]
    other = next(filter(_OTHER.search, names), "")
    is_other = other and not any(map(_PASSWORD.search, names))
    return f"a slow hash of `{other}`" if is_other else "a password hash"


def _names(value: Node) -> list[str]:
    parts = value.walk(ast.Name, ast.Attribute)
    return [part.last_name for part in parts if part.parent.func != part]


def _is_asked(hashing: Node) -> bool:
    """Say whether a hash is computed only under a test for the password."""
    tests = [above.test for above in hashing.ancestors if isinstance(above.ast, ast.If)]
    return any(_PASSWORD.search(test.text) for test in tests)


def _is_named(made: Node) -> bool:
    """Say whether each field that a call gives a schema stands in it by its name."""
    return not made.args and not made.has_unpacking


def _in_thread(call: Node) -> str:
    """Return how to write a call so that a thread runs it."""
    given = [call.func.text, *(value.text for value in call.args)]
    given += [f"{name}={value.text}" for name, value in call.keywords.items()]
    text = f"`await asyncio.to_thread({', '.join(given)})`"
    if len(text) <= _LONGEST and "\n" not in text and not call.has_unpacking:
        return text
    name = call.func.text if len(call.func.text) < _LONGEST // 2 else call.func.last_name
    return f"`await asyncio.to_thread({name}, …)`"
