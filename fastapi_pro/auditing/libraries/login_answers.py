"""What logins answer: to an unknown account, and to a wrong password."""

import ast
from collections.abc import Iterator

from fastapi_pro.auditing.libraries.http_errors import is_http_error, made_by, raised_status
from fastapi_pro.auditing.libraries.logins import looked_up, missing
from fastapi_pro.auditing.libraries.passwords import is_verification
from fastapi_pro.auditing.model import limits
from fastapi_pro.auditing.model.exceptions import caught_by, raised_by
from fastapi_pro.auditing.model.flow import following
from fastapi_pro.auditing.model.node import Node

_HTTP = "fastapi.HTTPException"
_TEXTS = (ast.Constant, ast.JoinedStr, ast.Dict)


def differing_answers(function: Node) -> Iterator[tuple[Node, str, str]]:
    """Yield the `raise` for an unknown account, what it answers, and what a wrong password gets.

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
    """Return a verification, and the `raise` for a password that is wrong: beside it, or in it."""
    for branch in check.function.own(ast.If):
        tested, refusing = _of_wrong(branch)
        if tested.value.awaited == check and isinstance(refusing.ast, ast.Raise):
            return check, refusing
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


def _unknown(function: Node, name: str, calls: list[Node]) -> Node:
    """Return the `raise` for an account that is not there: here, or where it is looked up."""
    for branch in function.own(ast.If):
        match branch.ast:
            case ast.If(test=test, body=[*_, ast.Raise()]) if missing(test) == name:
                return branch.body[-1]
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
    if not _is_answer(unknown) or not _is_answer(wrong):
        return None
    statuses = [raised_status(statement) for statement in (unknown, wrong)]
    if None not in statuses and statuses[0] != statuses[1]:
        return str(statuses[0]), str(statuses[1])
    both = [made_by(raised_by(statement)).value for statement in (unknown, wrong)]
    details = [exception.argument(1, "detail").value for exception in both]
    are_http = all(exception.called == _HTTP for exception in both)
    are_texts = all(isinstance(detail.ast, _TEXTS) for detail in details)
    is_same = details[0].text == details[1].text
    return (details[0].text, details[1].text) if are_http and are_texts and not is_same else None
