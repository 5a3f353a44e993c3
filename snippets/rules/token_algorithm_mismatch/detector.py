"""Tokens that cannot be signed, or are rejected, because of the algorithm that is named."""

import ast
from collections.abc import Iterator

from fastapi_pro.auditing.detection import Hit, Node, Program
from fastapi_pro.auditing.libraries.configured_values import default_of, setting_of
from fastapi_pro.auditing.libraries.jwt import Decode, decodes, encodes
from fastapi_pro.auditing.libraries.project_packages import versions

_SEVERAL = ("builtins.list", "builtins.tuple", "builtins.set")
_LISTS = (ast.List, ast.Tuple, ast.Set)


def detect(program: Program) -> Iterator[Hit]:
    """Yield the calls that fail for every token, or reject all that the program signs."""
    for encode in encodes(program):
        name = encode.call.func.text
        if encode.call.keyword("algorithms"):
            yield encode.call.hit(f"`{name}` has no `algorithms`: each call is a TypeError")
        elif _is_several(encode.algorithm):
            yield encode.call.hit(
                f"`{name}` takes the name of one algorithm, and `{encode.algorithm.text}` is a"
                " list: each call fails",
                fix="Give the name alone, and the list to `decode`",
            )
    for decode in decodes(program):
        if problem := _problem(decode):
            yield decode.call.hit(f"`{decode.call.func.text}` {problem}")


def _is_several(algorithm: Node) -> bool:
    """Say whether what is given for one algorithm is a list, tuple or set of names."""
    setting = setting_of(algorithm)
    if setting is not None and setting.annotation.generic.library_name in _SEVERAL:
        return True
    found = algorithm.value or default_of(algorithm)
    return isinstance(found.ast, _LISTS) or (setting is not None and setting.type in _SEVERAL)


def _problem(decode: Decode) -> str:
    """Return why a call rejects every token, "" if it accepts some."""
    if decode.is_unverified or decode.options is None:
        return ""
    if decode.library == "jose" and decode.call.keyword("algorithm"):
        return "has no `algorithm`, but `algorithms`: each call is a TypeError"
    if decode.library == "jwt" and not _names_some(decode) and not _knows_algorithm(decode):
        is_old = versions(decode.call.module, "pyjwt").has_before("2")
        return "" if is_old else "is given no `algorithms`: PyJWT rejects every token"
    accepted = _names(decode.algorithms)
    if not accepted:
        return ""
    signed = [encode for encode in encodes(decode.call.program) if _is_same(encode.key, decode.key)]
    made = {name for encode in signed for name in _names(encode.algorithm) or [""]}
    if not made or "" in made or made & set(accepted):
        return ""
    by = signed[0].call.function.name or "the module"
    return f"rejects every token that `{by}` signs, as {min(made)} is not in the list"


def _names_some(decode: Decode) -> bool:
    given = decode.algorithms
    is_empty = isinstance(given.value.ast, _LISTS) and not given.value.elements
    return bool(given) and not given.is_none and not is_empty


def _knows_algorithm(decode: Decode) -> bool:
    """Say whether the key may be a `PyJWK`, which names its algorithm."""
    texts = (decode.key.text, decode.key.value.text)
    return any("jwk" in text.lower() or "signing_key" in text for text in texts)


def _is_same(key: Node, other: Node) -> bool:
    """Say whether two keys are one variable, setting or text."""
    if not key or not other:
        return False
    return key.value == other.value if key.value and other.value else key.text == other.text


def _names(algorithms: Node) -> list[str]:
    """Return the names of algorithms, as far as all of them are known."""
    found = algorithms.constant
    if found is None:
        found = default_of(algorithms).constant
    elements = algorithms.value.elements
    listed = [element.constant for element in elements] or [found]
    if isinstance(found, (list, tuple, set)):
        listed = list(found)
    return [str(name) for name in listed] if all(isinstance(n, str) for n in listed) else []
