"""What logins answer: to an unknown account, and to a wrong password."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from fastapi_pro.auditing.libraries.exception_handlers import exception_handlers
from fastapi_pro.auditing.libraries.fastapi import http_endpoints
from fastapi_pro.auditing.libraries.http_errors import (
    class_status,
    is_http_error,
    made_by,
    raised_status,
    status,
)
from fastapi_pro.auditing.libraries.logins import looked_up, missing
from fastapi_pro.auditing.libraries.passwords import is_verification
from fastapi_pro.auditing.model import limits
from fastapi_pro.auditing.model.exceptions import caught_by, raised_by
from fastapi_pro.auditing.model.flow import following
from fastapi_pro.auditing.model.node import Node

_HTTP = "fastapi.HTTPException"
_TEXTS = (ast.Constant, ast.JoinedStr, ast.Dict)


def differing_answers(function: Node) -> Iterator[tuple[Node, str, str]]:
    """Yield what ends a login for an unknown account, its answer, and that for a wrong password.

    Only where the two differ for sure.
    """
    checks = [call for call in function.calls if call.given and is_verification(call)]
    wrong = next(filter(None, (_refusal(check) for check in checks)), None)
    if wrong is None:
        return
    check, refusal = wrong
    for name in {read.name for read in check.walk(ast.Name)}:
        if calls := looked_up(function, name):
            unknown = _unknown(function, name, calls)
            if unknown and (said := _difference(unknown, refusal)):
                yield unknown, *said


def _refusal(check: Node, depth: int = 0) -> tuple[Node, Node] | None:
    """Return a verification, and the answer to a password that is wrong: beside it, or in it."""
    for branch in check.function.own(ast.If):
        tested, refusing = _of_wrong(branch)
        if tested.value.awaited == check and isinstance(refusing.ast, ast.Raise | ast.Return):
            return check, refusing
    for branch in check.function.own(ast.Match):
        for case in getattr(branch.ast, "cases", ()):
            match case:
                case ast.match_case(
                    guard=ast.UnaryOp(op=ast.Not(), operand=asked), body=[*_, ast.Raise() as last]
                ) if branch.at(asked).awaited == check:
                    return check, branch.at(last)
    if answer := _refused_by_error(check):
        return check, answer
    if depth > limits.CALLS or any(isinstance(above.ast, ast.Try) for above in check.ancestors):
        return None
    inner = (call for call in check.callee.calls if call.given and is_verification(call))
    found = [refused for call in inner if (refused := _refusal(call, depth + 1))]
    return (check, found[0][1]) if len(found) == 1 else None


def _of_wrong(branch: Node) -> tuple[Node, Node]:
    """Return what an `if` tests, and the last statement that runs where that is false."""
    match branch.ast:
        case ast.If(test=ast.UnaryOp(op=ast.Not(), operand=tested), body=[*_, last]):
            return branch.at(tested), branch.at(last)
        case ast.If(test=tested, orelse=[*_, last]):
            return branch.at(tested), branch.at(last)
        case ast.If(test=tested, body=[*_, ast.Return()]):
            return branch.at(tested), next(iter(following(branch)), branch.at(None))
    return branch.at(None), branch.at(None)


def _refused_by_error(check: Node) -> Node | None:
    """Return the answer of `try: verify(...)`, `except Mismatch: raise ...`, if that is all."""
    holder = check.statement
    around = holder.parent
    if not isinstance(around.ast, ast.Try) or not isinstance(holder.ast, ast.Expr):
        return None
    last = [around.at(handler.body[-1]) for handler in around.ast.handlers]
    is_one = len(last) == 1 and isinstance(last[0].ast, ast.Raise | ast.Return)
    return last[0] if is_one else None


def _unknown(function: Node, name: str, calls: list[Node]) -> Node:
    """Return the answer for an account that is not there: here, or where it is looked up."""
    for branch in function.own(ast.If, ast.Match):
        match branch.ast:
            case ast.If(test=test, body=[*_, ast.Raise() | ast.Return()]) if missing(test) == name:
                return branch.body[-1]
            case ast.Match(subject=ast.Name(id=subject)) if subject == name:
                for case in branch.ast.cases:
                    match case:
                        case ast.match_case(
                            pattern=ast.MatchSingleton(value=None), body=[*_, ast.Raise() as last]
                        ):
                            return branch.at(last)
    raised = [statement for call in calls for statement in call.callee.own(ast.Raise)]
    if len(raised) == 1 and _is_answer(raised[0]):
        return raised[0]
    return next((answer for call in calls for answer in _caught(call)), function.at(None))


def _caught(lookup: Node) -> Iterator[Node]:
    """Yield what a handler answers instead of the error that the function raises that looks up."""
    raised = [made_by(raised_by(one)).value for one in lookup.callee.own(ast.Raise)]
    classes = [cls for error in raised if (cls := error.func.definition).is_class]
    for above in lookup.ancestors:
        if not isinstance(above.ast, ast.Try) or not any(b.holds(lookup) for b in above.body):
            continue
        for handler in map(above.at, above.ast.handlers):
            kinds = {kind.definition for kind in caught_by(handler)}
            is_for_it = len(classes) == 1 and not kinds.isdisjoint(classes[0].lineage)
            if is_for_it and isinstance(handler.body[-1].ast, ast.Raise):
                yield handler.body[-1]


def _is_answer(statement: Node) -> bool:
    """Say whether a `raise` makes the answer itself: an HTTPException, or one of the program."""
    return is_http_error(made_by(raised_by(statement)).value)


def _difference(unknown: Node, wrong: Node) -> tuple[str, str] | None:
    """Return what the two answers are, if they differ for sure."""
    one, other = _answer(unknown), _answer(wrong)
    if one is None or other is None:
        return None
    if None not in (one.status, other.status) and one.status != other.status:
        return str(one.status), str(other.status)
    is_told = one.is_read and other.is_read and one.text != other.text
    return (one.text, other.text) if is_told else None


@dataclass(frozen=True, slots=True)
class _Answer:
    """What a client gets: the status, if it is known, and the text that stands in the code.

    `is_read` says that the text is all that the client sees beside the status.
    """

    status: int | None
    text: str
    is_read: bool


def _answer(statement: Node) -> _Answer | None:
    """Return what a `raise` or `return` answers, None if nobody knows."""
    if isinstance(statement.ast, ast.Return):
        return _returned(statement)
    if _is_answer(statement):
        exception = made_by(raised_by(statement)).value
        detail = exception.argument(1, "detail").value
        is_read = exception.called == _HTTP and isinstance(detail.ast, _TEXTS)
        return _Answer(raised_status(statement), detail.text, is_read)
    return _of_own_error(statement)


def _returned(statement: Node) -> _Answer | None:
    """Return the answer of an endpoint that returns an error: `return {"error": "..."}`."""
    endpoint = statement.function in {e.function for e in http_endpoints(statement.program)}
    value = statement.at(statement.ast.value)  # type: ignore[attr-defined]
    if not endpoint or not value:
        return None
    code: int | None = 0  # the endpoint's own
    if isinstance(value.ast, ast.Tuple) and value.elements:
        value = value.elements[0]
    if value.called.startswith("fastapi.responses."):
        code = status(value.argument(1, "status_code")) or 0
        value = value.argument(0, "content").value
    is_read = isinstance(value.ast, _TEXTS) and not any(
        part for part in value.walk(ast.Name, ast.Attribute, ast.Call)
    )
    return _Answer(code, value.text, is_read) if is_read else None


def _of_own_error(statement: Node) -> _Answer | None:
    """Return what an error of the program is answered with, by its class and its handler."""
    cls = made_by(raised_by(statement)).value.func.definition
    cls = cls if cls.is_class else raised_by(statement).definition
    if not cls.is_class or _is_caught(statement.function, cls):
        return None
    handlers = {h.key.definition: h for h in exception_handlers(statement.program)}
    near = next((handlers[above] for above in cls.lineage if above in handlers), None)
    if near is None:
        return None
    own = class_status(cls)
    reads_own = any(
        a.member in ("status_code", "status", "code") for a in near.function.own(ast.Attribute)
    )
    if reads_own and own is not None:
        return _Answer(own, "", is_read=False)
    codes = {
        found
        for call in near.function.calls
        if call.called.startswith("fastapi.responses.")
        and (found := status(call.argument(1, "status_code"))) is not None
    }
    return _Answer(codes.pop(), "", is_read=False) if len(codes) == 1 else None


def _is_caught(function: Node, cls: Node, depth: int = 0) -> bool:
    """Say whether something around the calls of a function may catch an error of a class."""
    names = {above.name for above in cls.lineage} | {"Exception", "BaseException"}
    for call in function.callers if depth <= limits.CALLS else ():
        for above in call.ancestors:
            if isinstance(above.ast, ast.Try) and any(b.holds(call) for b in above.body):
                caught = [k for h in above.ast.handlers for k in caught_by(above.at(h))]
                bare = any(h.type is None for h in above.ast.handlers)
                if bare or any(kind.last_name in names for kind in caught):
                    return True
        if _is_caught(call.function, cls, depth + 1):
            return True
    return False
