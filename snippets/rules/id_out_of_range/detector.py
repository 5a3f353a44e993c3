"""An integer from the request that reaches an integer column without an upper bound."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator

from fastapi_pro.auditing.detection import Hit, Node, Program, fact
from fastapi_pro.auditing.libraries.error_answers import DATABASE, is_no_500
from fastapi_pro.auditing.libraries.failing_calls import fails_at
from fastapi_pro.auditing.libraries.fastapi import Endpoint, Parameter, endpoints
from fastapi_pro.auditing.libraries.fastapi_requests import request_functions
from fastapi_pro.auditing.libraries.number_bounds import upper_bound
from fastapi_pro.auditing.libraries.pydantic import Field
from fastapi_pro.auditing.libraries.rare_work import is_for_admins, is_only_for_admins
from fastapi_pro.auditing.libraries.repositories import repository_model
from fastapi_pro.auditing.libraries.request_values import Input, inputs
from fastapi_pro.auditing.libraries.sqlalchemy_drivers import refuses_large_numbers
from fastapi_pro.auditing.libraries.sqlalchemy_models import (
    column_named,
    model_named,
    model_selected,
    models,
)
from fastapi_pro.auditing.libraries.sqlalchemy_paging import is_statement
from fastapi_pro.auditing.libraries.sqlalchemy_sessions import is_session
from fastapi_pro.auditing.libraries.stores import sender_names, sql_of
from fastapi_pro.auditing.model.call_graph import reached

_LARGEST = 2**63 - 1  # what a bigint holds
_ID = re.compile(r"(^|_)id$")
_GENERIC = re.compile(r"(self|cls)\.\w*(?i:model)\w*")  # a repository's, whose model is not known
_MARKERS = tuple(
    f"fastapi.{name}" for name in ("Path", "Query", "Header", "Cookie", "Body", "Form")
)
_RAW = (*DATABASE, "InterfaceError", "ValueError")
_FETCHES = ("fetch", "fetchrow", "fetchval", "execute")
_EQUAL = re.compile(r"\b(?P<column>(\w+_)?id)\s*=\s*\$(?P<number>\d+)(?!\d|::)", re.IGNORECASE)
_LOOKUPS = ("get", "get_one", "filter_by")
_WHERE = ("where", "filter", "having")


def detect(program: Program) -> Iterator[Hit]:
    """Yield the parameters and fields that are looked up unbounded: the first for each column.

    Those of one module that are compared with one column want the same alias.
    """
    found: dict[tuple[str, str], list[Input]] = defaultdict(list)
    seen: set[Node] = set()
    for value, column, is_refused in (*_compared(program), *_bound(program)):
        for given in () if fails_at(value.module, value.line) else inputs(value):
            is_new = given.node not in seen and _is_unbounded(given)
            refuses = is_new and (is_refused or refuses_large_numbers(value))
            if refuses and not _is_answered(value, given, is_raw=is_refused):
                seen.add(given.node)
                found[given.node.module.name, column].append(given)
    count = sum(map(len, found.values()))
    for (_, column), group in found.items():
        first, *others = sorted(group, key=lambda given: given.node.line)
        more = f", like {len(others)} more below," if others else ""
        yield first.node.hit(
            f"`{first.name}` of `{first.owner}`{more} has no upper bound and is compared with"
            f" {column}: a number that the column cannot hold is a 500",
            severity="low" if all(map(_is_for_admins, group)) else "",
            fix=_fix(first, column, count),
            cause="numbers without a bound",
        )


def _is_answered(value: Node, given: Input, *, is_raw: bool) -> bool:
    """Say whether an error of the database is caught on the way from where it comes in.

    Without SQLAlchemy it is asyncpg's own, which is a ValueError too.
    """
    program, function = value.program, given.node.function
    through = reached([function]) if function else request_functions(program)
    return is_no_500(value, _RAW if is_raw else DATABASE, through)


def _is_for_admins(given: Input) -> bool:
    """Say whether only administrators send it: a field by what its schema is the parameter of."""
    if not isinstance(given, Field):
        return is_only_for_admins(given.node.function)
    schema = given.node.enclosing_class
    named = [e for e in endpoints(given.node.program) if _takes(e, schema)]
    return bool(named) and all(map(is_for_admins, named))


def _takes(endpoint: Endpoint, schema: Node) -> bool:
    return any(parameter.type == schema for parameter in endpoint.parameters)


def _fix(given: Input, column: str, count: int) -> str:
    """Return the bound of the column as the parameter or field takes it."""
    program = given.node.program
    bound = _bounds(program).get(column)
    if bound is None:
        return ""
    kind = "Field" if isinstance(given, Field) else _kind(given)
    alias = ", one alias for all of them" if count > 1 else ""
    return f"`Annotated[int, {kind}(le={bound})]`{alias}"


def _kind(given: Parameter) -> str:
    """Return what declares a parameter: as written, else by the paths of who asks its function."""
    if marker := given.marker(*_MARKERS):
        return marker.called.rpartition(".")[2]
    function = given.node.function
    paths = (
        f"{endpoint.router.keyword('prefix').constant or ''}{endpoint.path or ''}"
        for endpoint in endpoints(function.program)
        if function in (endpoint.function, *(d.function for d in endpoint.dependencies))
    )
    is_segment = any(f"{{{given.name}{end}" in path for path in paths for end in "}:")
    return "Path" if is_segment else "Query"


@fact
def _bounds(program: Program) -> dict[str, str]:
    """Return the largest number of each integer column, by the type that its statement names."""
    columns = (column for model in models(program).values() for column in model.columns.values())
    return {
        f"`{column.full_name}`": "2**63 - 1" if "big" in column.node.text.lower() else "2**31 - 1"
        for column in columns
        if column.is_integer and "small" not in column.node.text.lower()
    }


def _is_unbounded(given: Input) -> bool:
    is_other_field = isinstance(given, Field) and not _ID.search(given.name)
    return not is_other_field and (upper_bound(given) or 0) > _LARGEST


def _bound(program: Program) -> Iterator[tuple[Node, str, bool]]:
    """Yield what asyncpg is given for an id in SQL: `fetchrow("... WHERE id = $1", user_id)`."""
    names = dict.fromkeys((*_FETCHES, *sorted(sender_names(program))))
    for call in program.calls_named(*names) if program.saying("asyncpg") else ():
        for found in _EQUAL.finditer(sql_of(call)) if len(call.args) > 1 else ():
            value = call.argument(int(found["number"]), "")
            if value:
                yield value, f"the column `{found['column']}`", True


def _compared(program: Program) -> Iterator[tuple[Node, str, bool]]:
    """Yield the expressions that are compared with an integer column, and the column's name.

    Last is whether the driver is known to refuse what the column cannot hold.
    """
    for value, column in _compared_by_orm(program):
        yield value, column, False


def _compared_by_orm(program: Program) -> Iterator[tuple[Node, str]]:
    """Yield what SQLAlchemy compares with an integer column, and the column's name."""
    for module in program.code:
        for call in module.nodes(ast.Call):
            if isinstance(call.func, ast.Attribute) and call.func.attr in _LOOKUPS:
                lookup = Node(module, call)
                yield from _filtered(lookup) if lookup.keywords else ()
                yield from _got(lookup) if lookup.member != "filter_by" else ()
        for compare in module.nodes(ast.Compare):
            if len(compare.ops) == 1 and isinstance(compare.ops[0], ast.Eq):
                left, right = compare.left, compare.comparators[0]
                for named, value in ((left, right), (right, left)):
                    is_attribute = isinstance(named, ast.Attribute)
                    if is_attribute and (name := _column(Node(module, named))):
                        yield Node(module, value), name


def _filtered(call: Node) -> Iterator[tuple[Node, str]]:
    """Yield what `query(Model).filter_by(column=value)` and `FastCRUD(Model).get(...)` compare."""
    if model := model_selected(call.owner) or repository_model(call.owner):
        for name, value in call.keywords.items():
            if (column := model.columns.get(name)) and column.is_integer:
                yield value, f"`{column.full_name}`"


def _got(call: Node) -> Iterator[tuple[Node, str]]:
    """Yield the key of `session.get(Model, key)` and of `session.query(Model).get(key)`."""
    model, key = model_named(call.argument(0, "entity")), call.argument(1, "ident")
    if model is None and len(call.args) == 1:
        model, key = model_selected(call.owner), call.args[0]
    if not key or isinstance(call.owner.value.ast, ast.Dict):
        return
    if model is not None:
        if model.primary_key and model.primary_key.is_integer:
            yield key, f"`{model.primary_key.full_name}`"
    elif len(call.args) > 1 and _is_generic(call.args[0]) and is_session(call.owner):
        yield key, "the primary key"


def _column(named: Node) -> str:
    """Return the name of an integer column, for the message, or ""."""
    if column := column_named(named):
        return f"`{column.full_name}`" if column.is_integer else ""
    call, is_id = named.parent.parent, _ID.search(named.member)
    if not is_id or named.is_call or not _is_generic(named.owner) or not call.is_call:
        return ""
    is_filter = call.member in _WHERE and is_statement(call.owner)
    return f"the column `{named.member}`" if is_filter else ""


def _is_generic(expr: Node) -> bool:
    """Say whether an expression is `self.model`."""
    return _GENERIC.fullmatch(expr.dotted) is not None
