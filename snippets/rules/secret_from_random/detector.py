"""Tokens, codes and passwords that are made by the module `random`."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from fastapi_pro.auditing.detection import Hit, Node, Program
from fastapi_pro.auditing.libraries.command_lines import is_outside_service
from fastapi_pro.auditing.model import limits

_NUMBERS = ("random.randint", "random.randrange")
_WHOLE = ("random.getrandbits", "random.randbytes", "random.random")
_PICKS = ("random.choice", "random.choices", "random.sample")
_SECRET = re.compile(
    r"otp|(otp|one_?time|pass|pin|backup)_?(code|password|number)|pin|passcode|csrf"
    r"|(\w+_)?(password|passwd|pwd)|(\w+_)?token|(\w+_)?secret(_key)?"
    r"|(\w+_)?(api|access|private|signing|encryption|session|license)_?key"
    r"|(\w+_)?(verif\w*|confirm\w*|activat\w*|auth\w*|reset|recovery|login|sms|mfa|2fa|security)"
    r"_?(code|pin|key|link)",
)
_HARMLESS = re.compile(
    r"(^|_)(mock|fake|dummy|demo|sample|seed|example|simulat\w*|placeholder|factory|faker)(_|$)"
    r"|^(total|max|min|num|n|input|output|prompt|completion|next|special|mask)_?token$"
)
_MAKES = re.compile(r"^_*((generate|gen|create|make|get|new|build|random|rand|unique|secure)_+)*")
_PART = re.compile(r"(_(chars|characters|list|parts|digits|letters|str|string|value|plain|raw))+$")
_CODE = re.compile(
    r"otp|verif|confirm|activat|reset|recover|forgot|log_?in|sms|2fa|mfa|(email|mail)_(code|captcha)"
)
"""What the name of a function says that makes a `code`."""
_WORDS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_SAME = re.compile(
    r"^(str|int|hex|bytes|list|tuple|map|join|format|encode|decode|hexdigest|digest|zfill|rjust"
    r"|upper|lower|strip|replace|new|sha\d+|sha3_\d+|md5|blake2[bs]|\w*b(64|32|16)(en|de)code\w*"
    r"|reversed|sorted|Field|Column|mapped_column)$"
)
"""Calls whose result is as easy to guess as what they are given."""
_DEFAULTS = {"default", "default_factory"}
_INNER = (
    ast.JoinedStr, ast.FormattedValue, ast.BinOp, ast.BoolOp, ast.IfExp, ast.List, ast.Tuple,
    ast.ListComp, ast.GeneratorExp, ast.Subscript, ast.Starred, ast.Attribute, ast.Await,
    ast.Lambda,
)  # fmt: skip
_MADE_OF_PARTS = (ast.ListComp, ast.GeneratorExp)


@dataclass
class _Walk:
    """Where a value goes: `is_joined` once several draws are put together."""

    is_joined: bool
    seen: set[Node] = field(default_factory=set)


def detect(program: Program) -> Iterator[Hit]:
    """Yield the first draw of each secret."""
    told: set[tuple[Node, str]] = set()
    for call in program.calls_of(*_NUMBERS, *_WHOLE, *_PICKS):
        if _is_made_up(call):
            continue
        name = next(_secrets(call, _Walk(call.called not in _PICKS), 0), "")
        place = call.function or call.at(call.module.tree)
        if not name or (place, name) in told or is_outside_service(call):
            continue
        told.add((place, name))
        yield call.hit(
            f"`{name}` is made by `{call.called}`: whoever has seen enough of its numbers computes"
            " the next ones",
            severity="medium" if _is_short(call) else "",
        )


def _secrets(value: Node, walk: _Walk, depth: int) -> Iterator[str]:
    """Yield the names of secrets that a value becomes."""
    if value in walk.seen or depth > limits.CALLS:
        return
    walk.seen.add(value)
    inner, above = value, value.parent
    while above:
        if isinstance(above.ast, ast.keyword):
            name = above.ast.arg or ""
            if name not in _DEFAULTS:
                yield from _named(name, value, walk)
                return
        elif above.is_call:
            if inner.ast is above.ast.func:  # type: ignore[attr-defined]
                pass  # the method of what is walked: `(...).hexdigest`
            elif above.member in ("append", "extend", "insert") and above.owner.name:
                walk.is_joined = True
                yield from _of_variable(above.owner, walk, depth)
                return
            elif not _SAME.match(above.last_name):
                return
            walk.is_joined |= above.last_name in ("join", "str")
        elif isinstance(above.ast, ast.Dict):
            keys = [str(key.literal) for key, given in above.entries if given == inner]
            for key in keys:
                yield from _named(key, value, walk)
            return
        elif not isinstance(above.ast, _INNER):
            break
        inner, above = above, above.parent
    yield from _of_statement(above, inner, walk, depth)


def _of_statement(statement: Node, value: Node, walk: _Walk, depth: int) -> Iterator[str]:
    """Yield the secrets that a statement makes of a value."""
    match statement.ast:
        case ast.Return():
            function = value.function
            for name in _named(function.name, value, walk):
                yield f"{name}()"
            for call in function.callers:
                yield from _secrets(call, walk, depth + 1)
        case ast.Assign() | ast.AnnAssign() | ast.AugAssign() | ast.NamedExpr():
            walk.is_joined |= isinstance(statement.ast, ast.AugAssign)
            for target in statement.targets:
                key = target.index.literal
                name = key if isinstance(key, str) else target.last_name
                yield from _named(name, value, walk)
                if target.name:
                    yield from _of_variable(target, walk, depth)


def _of_variable(name: Node, walk: _Walk, depth: int) -> Iterator[str]:
    """Yield the secrets that a local variable becomes."""
    yield from _named(name.name, name, walk)
    for used in name.function.own(ast.Name):
        if used.is_read and used.name == name.name and used.position > name.position:
            yield from _secrets(used, walk, depth + 1)


def _named(name: str, value: Node, walk: _Walk) -> Iterator[str]:
    """Yield a name if it is that of a secret which the draws are put together for."""
    words = _WORDS.sub("_", name).lower()
    bare = _PART.sub("", _MAKES.sub("", words))
    if not walk.is_joined or _HARMLESS.search(words):
        return
    is_code = bare == "code" and _CODE.search(_WORDS.sub("_", value.function.name).lower())
    if is_code or _SECRET.fullmatch(bare):
        yield name


def _is_made_up(call: Node) -> bool:
    """Say whether a value is an example, as the names of what makes it say."""
    around = (call.function.name, call.enclosing_class.name, call.module.name)
    words = (re.sub(r"\W", "_", _WORDS.sub("_", name)).lower() for name in around)
    return any(map(_HARMLESS.search, words))


def _is_short(call: Node) -> bool:
    """Say whether digits are drawn, as of a code that is typed by hand."""
    if call.called in _NUMBERS:
        return True
    given = call.argument(0, "population") or call.argument(0, "seq")
    text = given.constant
    is_digits = isinstance(text, str) and text.isdigit()
    return is_digits or given.library_name == "string.digits"
