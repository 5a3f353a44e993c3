"""Tokens that are decoded without an expiry being demanded of them."""

import ast
import re
from collections.abc import Iterator

from fastapi_pro.auditing.detection import Hit, Node, Program, fact
from fastapi_pro.auditing.libraries.fastapi import parameters
from fastapi_pro.auditing.libraries.fastapi_requests import request_functions
from fastapi_pro.auditing.libraries.jwt import ENCODES, Decode, decodes
from fastapi_pro.auditing.libraries.logins import missing
from fastapi_pro.auditing.libraries.pydantic import schema_of
from fastapi_pro.auditing.model import limits
from fastapi_pro.auditing.model.call_graph import reached
from fastapi_pro.auditing.model.flow import ends
from fastapi_pro.auditing.model.source_text import written

_PUBLIC = ("RS", "ES", "PS", "Ed")  # how the names of algorithms with a key pair begin
_PUBLISHED = re.compile(r"jwk|get_signing_key", re.IGNORECASE)
_LATER = re.compile(r"refresh|renew|expire|revoke|log_?out|sign_?out|peek|unverified|introspect")

_ENDS = re.compile(
    r"^(exp|jti|sid)$|^(token_?)?expir|^(token|session|api_?key)_?id$", re.IGNORECASE
)
"""Claims that end a token, or say which it is."""


def detect(program: Program) -> Iterator[Hit]:
    """Yield decodings that accept a token without `exp`."""
    for decode in decodes(program):
        if decode.options is None or decode.is_unverified or _is_required(decode, decode.options):
            continue
        name = decode.call.func.text
        if decode.options.get("verify_exp") is False:
            is_asked = decode.call.function in request_functions(program) and _decides(decode)
            if is_asked and not _expects_expired(decode.call) and not _is_demanded(decode.call):
                yield decode.call.hit(
                    f"`{name}` accepts tokens that have expired: `verify_exp` is off",
                    fix="Remove `verify_exp` from the options",
                )
        elif not (
            _all_expire(decode)
            or _is_stored(decode)
            or _is_foreign(decode)
            or _is_demanded(decode.call)
            or _is_checked_before(decode)
            or any(map(_may_last, _makers(decode)))
        ):
            yield decode.call.hit(
                f"`{name}` accepts a token without `exp`, which never expires",
                severity="low" if all(_sets(m, "exp") for m in _makers(decode)) else "",
                fix=_fix(decode),
            )


def _decides(decode: Decode) -> bool:
    """Say whether something comes of the claims: they are returned, kept, passed on or refused.

    A function that logs them and returns nothing lets nobody in.
    """
    function = decode.call.function
    if any(not value.is_none for value in function.returned):
        return True
    targets = (t for node in function.own(ast.Assign, ast.AugAssign) for t in node.targets)
    raised = (
        not any(isinstance(above.ast, ast.ExceptHandler) for above in node.ancestors)
        for node in function.own(ast.Raise)
    )
    calls = (call for call in function.calls if call.callee)
    passed = (_names(given, decode.call) for call in calls for given in call.given)
    return any(not target.name for target in targets) or any(raised) or any(passed)


def _fix(decode: Decode) -> str:
    """Return the options that demand `exp`, and `sub` where the code reads it and all set it.

    Who makes tokens without `exp` is named first: the options alone would refuse these.
    """
    reading = [decode.call.function, *(c.function for c in decode.call.function.callers)]
    is_read = any(_reads_always(function, "sub") for function in reading)
    is_set = all(_sets(maker, "sub") for maker in _makers(decode))
    claims = ["exp", "sub"] if is_read and is_set else ["exp"]
    if decode.library == "jose":
        options = ", ".join(f'"require_{name}": True' for name in claims)
    else:
        listed = ", ".join(f'"{name}"' for name in claims)
        options = f'"require": [{listed}]'
    lasting = (m.function.name for m in _makers(decode) if not _sets(m, "exp"))
    names = [f"`{name}`" for name in dict.fromkeys(lasting) if name]
    encode = "encodes" if len(names) == 1 else "encode"
    first = f"Set `exp` in what {' and '.join(names)} {encode}, then " if names else ""
    if decode.options:
        return f"{first}{'add' if first else 'Add'} to its `options`: `{options}`"
    return f"{first}`options={{{options}}}`"


def _all_expire(decode: Decode) -> bool:
    """Say whether the program makes the tokens, each with an `exp`: then nobody has another."""
    makers = _makers(decode)
    return bool(makers) and all(_sets(m, "exp") and _is_always_set(m, "exp") for m in makers)


def _is_always_set(encode: Node, claim: str) -> bool:
    """Say whether a claim that a function names is named outside conditions, too."""
    named = _named(encode.function, claim)
    return not named or any(
        not any(isinstance(above.ast, ast.If) for above in node.ancestors) for node in named
    )


def _may_last(encode: Node) -> bool:
    """Say whether a setting decides if the tokens end: `if MINUTES > 0: claims["exp"] = ...`.

    Those without `exp` are meant then, and demanding it would refuse them.
    """
    function = encode.function
    given = {parameter.name for parameter in function.parameters}
    named = _named(function, "exp")
    return any(
        bool(named) and all(map(branch.holds, named))
        for branch in function.own(ast.If)
        if not branch.ast.orelse  # type: ignore[attr-defined]
        and not any(name.name in given for name in branch.test.walk(ast.Name))
    )


def _makers(decode: Decode) -> list[Node]:
    """Return the calls that make the tokens.

    Those that the program signs with another key or algorithm, which are for another service, are
    not accepted.
    """
    makers = [c for c in decode.call.program.calls_of(*ENCODES) if not c.module.is_tool]
    read = {algorithm.constant for algorithm in decode.call.argument(2, "algorithms").elements}
    makers = [m for m in makers if m.argument(2, "algorithm").constant in (*(read or [None]), None)]
    key = decode.key.last_name
    same = [maker for maker in makers if key and maker.argument(1, "key").last_name == key]
    return same or makers


def _sets(encode: Node, claim: str) -> bool:
    """Say whether the function that encodes a token names a claim, or each that calls it does."""
    given = encode.argument(0, "payload"), encode.argument(0, "claims")
    if any(_is_dump(claims, claim) for claims in given):
        return True
    if any(_is_whole(claims.value) for claims in given):
        return _names_claim(encode.function, claim)
    callers = [call.function for call in encode.function.callers]
    is_passed = bool(callers) and all(_names_claim(caller, claim) for caller in callers)
    is_made_elsewhere = not callers and _is_given(given[0]) and claim in _claims(encode.program)
    return _names_claim(encode.function, claim) or is_passed or is_made_elsewhere


def _is_given(claims: Node) -> bool:
    """Say whether claims are a parameter, as they are."""
    names = [parameter.name for parameter in claims.function.parameters]
    return bool(claims.name) and claims.name in names and claims.value.ast is not claims.ast


@fact
def _claims(program: Program) -> set[object]:
    """Return the keys of the dictionaries that have a `sub` or an `exp`."""
    found: set[object] = set()
    for made in program.nodes(ast.Dict):
        keys = {key.constant for key, _ in made.entries}
        if not keys.isdisjoint(("sub", "exp")):
            found |= keys
    return found


def _is_whole(claims: Node) -> bool:
    """Say whether claims are written out, and nothing that a caller gives is among them."""
    return isinstance(claims.ast, ast.Dict) and all(key for key, _ in claims.entries)


def _is_dump(claims: Node, name: str) -> bool:
    """Say whether claims are those of a Pydantic object that has one of a name, and not None."""
    made = claims.value
    if made.member not in ("model_dump", "dict"):
        return False
    schema = schema_of(made.owner.type)
    field = schema.fields.get(name) if schema is not None else None
    return field is not None and "None" not in field.node.annotation.text


def _names_claim(function: Node, name: str) -> bool:
    if _named(function, name) or any(c.keyword(name) for c in function.calls):
        return True
    keys = [key for made in function.own(ast.Dict) for key, _ in made.entries]
    return any(_claim(key) == name for key in keys)


def _claim(key: Node) -> object:
    """Return the text that a key is, or that it stands for: `EXP`, `self.EXP`, `CLAIMS.EXP`.

    The value of an Enum's member, and what the class of an object gives it, is followed too.
    """
    if key.constant is not None:
        return key.constant
    if key.member == "value":
        return _claim(key.owner)
    is_own = key.owner.name in ("self", "cls")
    kind = key.function.enclosing_class if is_own else key.owner.type_class
    body = (statement for above in kind.lineage for statement in above.body) if kind else ()
    return next(
        (s.assigned.literal for s in body if key.member in [t.name for t in s.targets]), None
    )


def _reads_always(function: Node, text: str) -> bool:
    """Say whether a function names a text, and not beside another: `get("id") or get("sub")`."""
    named = _named(function, text)
    return bool(named) and not any(
        isinstance(above.ast, ast.BoolOp) for constant in named for above in constant.ancestors
    )


def _named(function: Node, text: str) -> list[Node]:
    """Return where a function has a text, or a constant that stands for it: `claims[EXP]`."""
    keys = [node.index for node in function.walk(ast.Subscript)]
    written_out = [node for node in function.walk(ast.Constant) if node.literal == text]
    return written_out + [key for key in keys if not key.literal and _claim(key) == text]


def _is_required(decode: Decode, given: dict[str, object]) -> bool:
    """Say whether options demand `exp`, or decide about it otherwise."""
    if given.get("verify_exp", True) is not True:
        return given["verify_exp"] is not False
    if decode.library == "jose":
        return any(given.get(key, False) is not False for key in ("require_exp", "require_jti"))
    if "require" not in given:
        return False
    names = given["require"]
    return not isinstance(names, (list, tuple, set)) or bool({"exp", "jti"} & {*map(str, names)})


def _expects_expired(call: Node, depth: int = 0) -> bool:
    """Say whether a function, or one that calls it, is for tokens that may have expired."""
    if _LATER.search(call.function.name) or depth > limits.CALLS:
        return True
    return any(_expects_expired(above, depth + 1) for above in call.function.callers)


def _is_stored(decode: Decode) -> bool:
    """Say whether a token counts only while a store has it: `if not await get_data(token): ...`."""
    call = decode.call
    if not isinstance(call.parent.ast, ast.Expr):
        return False
    for branch in call.function.own(ast.If):
        name = missing(branch.test.ast) if branch.position < call.position else ""  # type: ignore[arg-type]
        for bound in call.function.bindings(name) if name and ends(branch.body[-1]) else ():
            lookup = call.at(bound.node).awaited
            if lookup.is_call and any(arg.name == decode.token.name for arg in lookup.given):
                return True
    return False


def _is_foreign(decode: Decode) -> bool:
    """Say whether the token is an identity provider's, by its key, or was made a moment ago."""
    if decode.key and _PUBLISHED.search(written(decode.key)):
        return True
    algorithms = decode.algorithms.constant
    named = algorithms if isinstance(algorithms, (list, tuple)) else [algorithms]
    if named and all(map(_is_public, named)) and not _signs_with_a_key_pair(decode.call.program):
        return True
    maker = decode.token.value.awaited.callee
    return any(call.called in ENCODES for f in reached([maker]) for call in f.calls)


def _is_public(algorithm: object) -> bool:
    return isinstance(algorithm, str) and algorithm.startswith(_PUBLIC)


@fact
def _signs_with_a_key_pair(program: Program) -> bool:
    """Say whether the program itself signs with a private key."""
    calls = program.calls_of(*ENCODES)
    return any(_is_public(call.argument(2, "algorithm").constant) for call in calls)


def _is_demanded(call: Node) -> bool:
    """Say whether the claims that a call gives go where `exp` is looked at."""
    if _is_checked(call):
        return True
    is_returned = any(_names(value, call) for value in call.function.returned)
    return is_returned and any(map(_is_checked, call.function.callers))


def _is_checked_before(decode: Decode) -> bool:
    """Say whether a dependency gives the token, and refuses it where it has no `exp`."""
    bound = decode.token.bound
    taken = decode.call.at(bound.node) if bound is not None and bound.kind == "param" else None
    given = next((p.dependency for p in parameters(decode.call.function) if p.node == taken), None)
    if given is None:
        return False
    inside = reached([given.target])
    if not any(function.own(ast.Raise) for function in inside):
        return False
    return any(
        other.call.function in inside
        and other.key.text == decode.key.text
        and (_is_checked(other.call) or _is_required(other, other.options or {}))
        for other in decodes(decode.call.program)
    )


def _is_checked(call: Node) -> bool:
    """Say whether the function looks at the `exp` of the claims, or at the id to look it up.

    A claim of the project's own may say when the token ends: `expires`.

    Or it makes of them an object of a Pydantic class that needs `exp`.
    """
    for node in call.function.walk(ast.Subscript, ast.Call, ast.Compare, ast.Attribute):
        match node.ast:
            case ast.Attribute(attr=claim):
                made = node.owner.value
                given = (*made.unpacked, *made.args) if _ENDS.search(claim) else ()
                is_read = any(_names(value, call) for value in given)
            case ast.Subscript(value=owner, slice=key):
                is_read = _ends_token(node.at(key)) and _names(node.at(owner), call)
            case ast.Call(func=ast.Attribute(value=owner, attr="get"), args=[key, *_]):
                is_read = _ends_token(node.at(key)) and _names(node.at(owner), call)
            case ast.Compare(left=key, comparators=[owner]):
                is_read = _ends_token(node.at(key)) and _names(node.at(owner), call)
            case _:
                is_read = _is_validated(node, call)
        if is_read:
            return True
    return False


def _ends_token(key: Node) -> bool:
    """Say whether a key, or the constant that stands for it, is a claim that ends a token."""
    claim = _claim(key)
    return isinstance(claim, str) and bool(_ENDS.search(claim))


def _is_validated(use: Node, call: Node) -> bool:
    """Say whether a call makes an object of a Pydantic class that needs `exp` of the claims."""
    if not any(_names(value, call) for value in (*use.unpacked, *use.args)):
        return False
    is_method = use.member in ("model_validate", "parse_obj")
    schema = schema_of((use.owner if is_method else use.func).definition)
    field = schema.fields.get("exp") if schema is not None else None
    return field is not None and not field.default


def _names(expr: Node, call: Node) -> bool:
    """Say whether an expression is the claims that a call gives, or a variable that holds them."""
    found = expr.awaited
    return found == call or found.name in call.program.once(_variables, call.ast, call)


def _variables(call: Node) -> set[str]:
    """Return the variables that hold the claims, `cast(Payload, claims)` included."""
    names: set[str] = set()
    for node in call.function.own(ast.Assign, ast.AnnAssign, ast.NamedExpr):
        value = node.assigned.awaited
        if any(part == call or part.name in names for part in (value, *value.args)):
            names |= {target.name for target in node.targets if target.name}
    return names
