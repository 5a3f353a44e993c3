"""A LIMIT that a client chooses without an upper bound."""

import ast
import re
from collections.abc import Iterator

from fastapi_pro.auditing.detection import Hit, Node, Program
from fastapi_pro.auditing.libraries.fastapi import Parameter, endpoints
from fastapi_pro.auditing.libraries.number_bounds import upper_bound
from fastapi_pro.auditing.libraries.rare_work import is_for_admins, is_for_few, is_rare
from fastapi_pro.auditing.libraries.request_values import Input
from fastapi_pro.auditing.libraries.sqlalchemy_models import Model, column_named, model_selected
from fastapi_pro.auditing.libraries.sqlalchemy_paging import by_cause, limit_calls, limit_inputs
from fastapi_pro.auditing.model import limits

_LARGEST = 100_000  # rows; a larger page is no page
_FILTERS = ("filter", "filter_by", "where")
_USER = re.compile(
    r"\b(\w+_)?(user|account|customer|member|owner)(\.|_)(id|pk|uuid)$"
    r"""|\b(user|claims|payload)\[["'](sub|id|user_id|uid)["']\]$"""
)
"""What names one user: `user_id`, `token_user_id`, `user.id`, `Item.owner_id == user.id`."""
_PROMISE = re.compile(
    r"(-1|\bNone\b|(?i:\b(0|null|without|omit\w*|unset)\b))"
    r"[^.]*(?i:\b(all|every|no limit|unlimited)\b)"
    r"|(?i:\b(all|every|no limit|unlimited)\b)"
    r"[^.]*(-1|\bNone\b|(?i:\b(null|omit\w*|unset)\b))"
)
"""What says which limit gives all rows."""


def detect(program: Program) -> Iterator[Hit]:
    """Yield the parameters and fields that reach a LIMIT unbounded."""
    unbounded = [
        given
        for given in limit_inputs(program)
        if (upper_bound(given) or 0) > _LARGEST and not _is_of_one_row(given)
    ]
    is_few = is_for_few(program)
    for given, others in by_cause(unbounded):
        is_own = isinstance(given, Parameter) and _is_of_one_user(given)
        whole = "the whole table" if _is_whole(given) else "all rows that its query finds"
        loaded = "all rows of a user" if is_own else whole
        yield given.node.hit(
            f"`{given.name}` of `{given.owner}`{others} is the LIMIT of a query and has no useful"
            f" upper bound: one request can load {loaded}",
            severity="low" if is_own or is_few or _is_meant(given) or _is_rare(given) else "",
        )


def _is_of_one_user(given: Parameter) -> bool:
    """Say whether a page is of one user's rows: the query, or what gets the limit, gets whose."""
    function = given.node.function
    optional = {p.name for p in function.parameters if p.default.is_none or p.default.is_call}
    for call in function.calls:
        is_asked = call.member in _FILTERS or any(g.name == given.name for g in call.given)
        given_to = call.given if is_asked else []
        parts = [side for g in given_to for c in g.walk(ast.Compare) for side in _sides(c)]
        texts = {part.text for part in (*given_to, *parts)} - optional
        if any(map(_USER.search, texts)):
            return True
    return False


def _is_of_one_row(given: Input) -> bool:
    """Say whether each query of a limit asks for one value of a column that has each once."""
    calls = limit_calls(given)
    return bool(calls) and all(map(_finds_one_row, calls))


def _finds_one_row(limit: Node) -> bool:
    model = model_selected(limit.owner)
    found = limit.owner.value
    is_one = False
    for _ in range(limits.NAMES):
        if model is None or "join" in found.member:
            return False
        if found.called == "sqlalchemy.select" or found.member == "query":
            return is_one
        if found.member in _FILTERS and all(map(_is_met, _conditions(found))):
            is_one = is_one or not _matched(found, model).isdisjoint(model.identifying_columns)
        found = found.owner.value
    return False


def _matched(call: Node, model: Model) -> set[str]:
    """Return the columns of a model that a filter compares with one value each."""
    found = set(call.keywords) if call.member == "filter_by" else set()
    for condition in call.args:
        match condition.ast:
            case ast.Compare(ops=[ast.Eq()]):
                sides = _sides(condition)
                columns = list(filter(None, map(column_named, sides)))
                if len(columns) == 1 and columns[0].owner == model.name:
                    found.add(columns[0].name)
    return found


def _is_whole(given: Input) -> bool:
    """Say whether a limit is of a query that is seen to read a table without a filter.

    A query that another function makes, or SQL in a text, may have a filter of its own.
    """
    calls = limit_calls(given)
    return any(_is_made_of(call) and not _filters_always(call.function) for call in calls)


def _is_made_of(limit: Node) -> bool:
    """Say whether the function that sets a limit makes the query, and gets none."""
    found = limit.owner.value
    for _ in range(limits.NAMES):
        if found.called == "sqlalchemy.select" or (found.member == "query" and not found.callee):
            return True
        found = found.owner.value
    return False


def _filters_always(function: Node) -> bool:
    filters = [call for call in function.calls if call.member in _FILTERS]
    return any(all(map(_is_met, _conditions(call))) for call in filters)


def _conditions(call: Node) -> Iterator[Node]:
    return (above.test for above in call.ancestors if isinstance(above.ast, ast.If))


def _is_met(test: Node) -> bool:
    """Say whether a condition only asks for a parameter that each caller gives."""
    asked = test.at(test.ast.left) if isinstance(test.ast, ast.Compare) else test
    bound = asked.bound
    if bound is None or bound.kind != "param":
        return False
    parameter = test.at(bound.node)
    callers = parameter.function.callers
    return bool(callers) and all(_is_there(parameter.passed(call)) for call in callers)


def _is_there(value: Node) -> bool:
    """Say whether a value is given, and is no parameter that may be left out."""
    bound = value.bound
    is_optional = bound is not None and bound.kind == "param" and value.at(bound.node).default
    return bool(value) and not value.is_none and not is_optional


def _sides(compare: Node) -> list[Node]:
    """Return what a comparison compares: `Item.owner_id` and `user.id`."""
    match compare.ast:
        case ast.Compare(left=left, comparators=others):
            return [compare.at(side) for side in (left, *others)]
    return []


def _is_rare(given: Input) -> bool:
    """Say whether only administrators ask for a page: as a parameter, or in a schema."""
    if isinstance(given, Parameter):
        return is_rare(given.node.function)
    schema = given.node.enclosing_class
    asking = [
        endpoint
        for endpoint in endpoints(given.node.program)
        if any(parameter.type == schema for parameter in endpoint.parameters)
    ]
    return bool(asking) and all(map(is_for_admins, asking))


def _is_meant(given: Input) -> bool:
    """Say whether the API promises all rows: by default, in words, or by another endpoint."""
    default = _default(given)
    if _is_all(default) and not _has_fallback(given):
        return True
    if not isinstance(given, Parameter):
        return False
    endpoint = given.node.function
    docs: list[object] = [text.literal for text in given.options("description")]
    docs.append(ast.get_docstring(endpoint.ast))  # type: ignore[arg-type]
    if any(_PROMISE.search(text) for text in docs if isinstance(text, str)):
        return True
    return any(_is_all_elsewhere(call, given) for call in endpoint.calls)


def _default(given: Input) -> Node:
    """Return what an input is by default; that of `Query(-1)` is -1."""
    default = given.default
    return default.argument(0, "default") if default.is_call else default


def _is_all(value: Node) -> bool:
    """Say whether a limit means all rows: None, or a negative number."""
    is_negative = isinstance(value.value.ast, ast.UnaryOp) and value.value.text.startswith("-")
    return value.is_none or is_negative


def _has_fallback(given: Input) -> bool:
    """Say whether a function puts another limit in the place of none: `limit or 50`."""
    function = given.node.function
    for node in function.own(ast.BoolOp, ast.If) if function else ():
        match node.ast:
            case ast.BoolOp(op=ast.Or(), values=[ast.Name(id=name), *_]) if name == given.name:
                return True
            case ast.If() if any(t.name == given.name for s in node.body for t in s.targets):
                return True
    return False


def _is_all_elsewhere(call: Node, given: Parameter) -> bool:
    """Say whether another endpoint of the router asks the function that a limit goes to for all."""
    function = call.callee
    for taken in function.parameters if function else ():
        if taken.passed(call).name != given.name:
            continue
        for other in function.callers:
            passed = taken.passed(other) or taken.default
            if _is_all(passed) and _is_sibling(other.function, given.node.function):
                return True
    return False


def _is_sibling(one: Node, other: Node) -> bool:
    """Say whether two functions are endpoints of one router."""
    found = [e for e in endpoints(one.program) if e.function in (one, other) and e.router]
    routers = [{e.router for e in found if e.function == function} for function in (one, other)]
    return one != other and not routers[0].isdisjoint(routers[1])
