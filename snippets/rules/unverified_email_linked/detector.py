"""Accounts that are found by the address in a login provider's claims, verified or not."""

import ast
import re
from collections.abc import Iterator, Sequence

from fastapi_pro.auditing.detection import Hit, Node, Program, fact
from fastapi_pro.auditing.libraries.jwt import decodes
from fastapi_pro.auditing.libraries.logins import present
from fastapi_pro.auditing.model import limits
from fastapi_pro.auditing.model.module import Module
from fastapi_pro.auditing.model.source_text import written
from fastapi_pro.auditing.model.value_origins import origins

_LOOKS_UP = re.compile(r"by_e?mail|(get|find|fetch)_or_(create|add|make)|upsert", re.IGNORECASE)
_FILTERS = ("filter_by", "get_or_none", "find_one", "get_or_create", "find_first", "find_unique")
_CLAIMS = ("parse_id_token", "verify_oauth2_token", "verify_firebase_token", "userinfo")
_VERIFIES = ("google.oauth2.id_token.verify_token", "firebase_admin.auth.verify_id_token")
_ADDRESS = re.compile(r"user_?info|token_?info|openid|oauth2/v\d|/me\b", re.IGNORECASE)
_WORDS = (
    "serinfo", "ser_info", "SERINFO", "SER_INFO", "okeninfo", "openid", "oauth2", "id_token", "/me",
    "jwk", "signing_key", "discovery", "certs",
)  # fmt: skip
"""Of which a program that reads a provider's claims has one."""
_PUBLISHED = re.compile(r"jwk|signing_key|discovery|certs", re.IGNORECASE)
_VERIFIED = {
    "email_verified", "verified_email", "emailVerified", "emails_verified", "is_email_verified",
    "xms_edov", "hd",
}  # fmt: skip
_STANDARD = "email_verified"
_FIX = 'Refuse unless `claims.get("{}")` is true; find known users by the provider and its id'
_OLD = re.compile(r"googleapis\.com/oauth2/v[12]/")
_KEEPS = ("lower", "strip", "casefold", "get")


def detect(program: Program) -> Iterator[Hit]:
    """Yield the places where the address is read, of which nobody asks whether it is verified."""
    if not program.saying(*_WORDS):
        return
    told: set[Node] = set()
    for given in _looked_up(program):
        path = list(origins(given, _same))
        for read in path:
            if read in told or not _is_email(read) or not _is_claims(_owner(read)):
                continue
            if _is_of_github(read):
                continue
            told.add(read)
            modules = {node.module for node in (*path, *origins(_owner(read), _same))}
            if not any(map(_asks, modules)):
                claim = _claim(read)
                yield read.hit(
                    f"`{read.text}` finds the account in `{given.function.name}`, but nothing"
                    f" checks `{claim}`: whoever types that address at the provider gets that"
                    " account",
                    severity="medium" if read.module.says("google", "Google", "GOOGLE") else "",
                    fix="" if claim == _STANDARD else _FIX.format(claim),
                )


def _is_of_github(read: Node) -> bool:
    """Say whether an address is read where the provider is GitHub, which shows verified ones."""
    below = read
    for above in read.ancestors:
        is_inside = isinstance(above.ast, ast.If) and below.ast in above.ast.body
        if is_inside and re.search("github", above.test.text, re.IGNORECASE):
            return True
        below = above
    return False


def _claim(read: Node) -> str:
    """Return what says that an address is verified: Google's older addresses have a name of it."""
    is_old = any(_OLD.search(_address(found)) for found in origins(_owner(read), _same))
    return "verified_email" if is_old else _STANDARD


def _looked_up(program: Program) -> Iterator[Node]:
    """Yield the addresses by which accounts are looked up."""
    for attribute in program.attributes("email"):
        compare = next((a for a in attribute.ancestors if isinstance(a.ast, ast.Compare)), None)
        if compare is not None and _is_model(attribute.owner) and not _refuses(compare):
            yield from (side for side in compare.operands if not side.holds(attribute))
    for call in program.calls_named(*_FILTERS):
        found = (call.keyword("email"), *(given.entry("email") for given in call.args))
        yield from (given for given in found if given and not _refuses(call))
    for module in program.saying("email"):
        for name, calls in module.calls_by_name.items():
            for call in calls if _LOOKS_UP.search(name) else ():
                node = Node(module, call)
                yield from () if node.callee or _refuses(node) else node.given


def _is_model(owner: Node) -> bool:
    """Say whether an expression is a table's class, by its name where it is not known."""
    name = owner.last_name
    return owner.definition.is_class or name[:1].isupper() or name in ("model", "cls")


def _refuses(lookup: Node, depth: int = 0) -> bool:
    """Say whether who is found is refused: `if session.scalar(...) is not None: raise ...`.

    That may be what each caller of the function does that looks up.
    """
    function = lookup.function
    names = {target.name for target in lookup.statement.targets}
    for branch in function.own(ast.If):
        is_found = present(branch.test.ast) in names  # type: ignore[arg-type]
        is_found |= branch.test.holds(lookup) and not _is_absence(branch.test)
        if is_found and _raises(branch.body):
            return True
    callers = function.callers if function and depth < limits.CALLS else []
    return bool(callers) and all(_refuses(call, depth + 1) for call in callers)


def _raises(body: Sequence[Node]) -> bool:
    """Say whether statements end with a `raise`, in each branch of the last one."""
    last = body[-1] if body else None
    match last.ast if last else None:
        case ast.Raise():
            return True
        case ast.If(orelse=orelse) if last:
            return _raises(last.body) and _raises([last.at(part) for part in orelse])
    return False


def _is_absence(test: Node) -> bool:
    """Say whether a condition is true where nothing is found: `not ...`, `... is None`."""
    match test.ast:
        case ast.UnaryOp(op=ast.Not()) | ast.Compare(ops=[ast.Is() | ast.Eq()]):
            return True
    return False


def _is_email(expr: Node) -> bool:
    """Say whether an expression is `claims["email"]` or `claims.get("email")`."""
    key = expr.index if expr.generic else expr.argument(0, "key")
    return key.literal in ("email", "mail") and bool(expr.generic or expr.member == "get")


def _owner(read: Node) -> Node:
    return read.generic or read.owner


def _is_claims(expr: Node) -> bool:
    return any(map(_are_claims, origins(expr, _same)))


def _are_claims(expr: Node) -> bool:
    """Say whether an expression is what a provider says of who logged in."""
    key = expr.index if expr.generic else expr.argument(0, "key")
    if key.literal == "userinfo" or not expr.is_call:
        return key.literal == "userinfo"
    if expr.last_name in _CLAIMS or expr.called in _VERIFIES:
        return True
    if expr.member == "json":
        return bool(_ADDRESS.search(_address(expr)))
    return expr in _foreign(expr.program)


def _address(answer: Node) -> str:
    """Return where `response.json()` comes from, as it is written."""
    asked = answer.owner.value.awaited
    if asked.member == "raise_for_status":
        asked = asked.owner.value.awaited
    return " ".join(map(written, asked.args)) if asked.member == "get" else ""


@fact
def _foreign(program: Program) -> set[Node]:
    """Return the calls that decode a provider's token: by a key that it publishes, or by name."""
    found = decodes(program)
    signed = {d.call for d in found if d.key and _PUBLISHED.search(written(d.key))}
    reads = (*(d.call for d in found), *program.calls_named("get_unverified_claims"))
    return signed | {call for call in reads if "id_token" in written(call.argument(0, "token"))}


def _same(expr: Node) -> list[Node]:
    """Return what an expression passes on."""
    if _is_email(expr):
        return []
    if expr.called in ("builtins.str", "builtins.dict", "typing.cast"):
        return expr.args[-1:]
    if expr.is_call and expr.member in _KEEPS:
        return [expr.owner]
    if expr.member == "email" and not expr.is_call:
        return _given(expr)
    return []


def _given(attribute: Node) -> list[Node]:
    """Return what an object was made with: `Profile(email=...)` of `profile.email`."""
    made = (o for o in origins(attribute.owner) if o.is_call and o.func.definition.is_class)
    return [call.keyword(attribute.member) for call in made]


def _asks(module: Module) -> bool:
    """Say whether a module reads the claim that the address is verified."""
    if not module.says(*_VERIFIED):
        return False
    keys = [Node(module, node) for node, text in module.texts if text in _VERIFIED]
    is_key = any(not isinstance(key.parent.ast, (ast.keyword, ast.Dict)) for key in keys)
    return is_key or not module.attributes.keys().isdisjoint(_VERIFIED)
