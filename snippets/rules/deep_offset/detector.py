"""An OFFSET that a client chooses, as deep as the table."""

import ast
import re
from collections.abc import Iterator

from fastapi_pro.auditing.detection import Hit, Node, Program
from fastapi_pro.auditing.libraries.fastapi import Endpoint, http_endpoints
from fastapi_pro.auditing.libraries.known_types import selected
from fastapi_pro.auditing.libraries.number_bounds import upper_bound
from fastapi_pro.auditing.libraries.pydantic import Field
from fastapi_pro.auditing.libraries.rare_work import is_for_few
from fastapi_pro.auditing.libraries.request_values import Input
from fastapi_pro.auditing.libraries.sqlalchemy_models import models
from fastapi_pro.auditing.libraries.sqlalchemy_paging import by_cause, limit_inputs, offset_inputs
from fastapi_pro.auditing.model.call_graph import reached

_SHALLOW = 1_000_000  # rows that are read and dropped in a second or so
_FOR_FEW = re.compile(
    r"(^|[^a-z])(admin\w*|super_?admin\w*|superuser|staff|backoffice|internal)([^a-z]|$)",
    re.IGNORECASE,
)
"""Lists for a few people, who do not page through a million rows."""
_LOOKUP = re.compile(
    r"(^|_)(api_?keys?|categor(y|ies)|countr(y|ies)|currenc(y|ies)|languages?|locales?"
    r"|permissions?|plans?|roles?|settings?|status(es)?|types?)(_page_?\w*|_list_?\w*)?$"
)
"""Names of what has at most some hundred rows: a list to choose from."""
_BY = re.compile(r"_(by|for|of|with)_\w+")
_OWNER = re.compile(r"(account|author|customer|member|owner|recipient|user)(_id)?|created_by")
"""Columns that name one person, of whose rows a list is."""
_INNER = {"cte", "exists", "in_", "not_in", "scalar_subquery", "subquery"}
_SIZES = re.compile(r"(^|_)(size|limit|length|count|per_page)$", re.IGNORECASE)
_STANDARDS = re.compile(r"(^|[/_.])(scim|odata|stac|ogc\w*|fhir|oai)([/_.]|$)", re.IGNORECASE)
_PRESCRIBED = re.compile(r"start_?index|\$skip|page\[\w+\]|_offset|_getpagesoffset", re.IGNORECASE)
"""SCIM, OData, JSON:API, OGC and FHIR say how their lists are paged."""


def detect(program: Program) -> Iterator[Hit]:
    """Yield the parameters and fields that reach an OFFSET with no bound, or one that is none."""
    if is_for_few(program):
        return
    sizes = {given.node for given in limit_inputs(program)}
    pages = (given for given in offset_inputs(program) if given.node not in sizes)
    deep = [given for given in pages if (upper_bound(given) or 0) > _SHALLOW]
    deep = [given for given in deep if not _is_prescribed(given) and not _is_for_few(given)]
    deep = [given for given in deep if not _is_short(given)]
    deep = [given for given in deep if not _SIZES.search(given.name)]  # of `(page - 1) * size`
    for given, others in by_cause(deep):
        yield given.node.hit(
            f"`{given.name}` of `{given.owner}`{others} is the OFFSET, and nothing keeps it"
            " small: the database reads every row that it skips",
            fix=_fix(given),
        )


def _fix(given: Input) -> str:
    """Return the keyset query, of the model that the endpoint selects where it tells."""
    statements = (call for call in given.node.function.calls if call.member == "offset")
    selecting = {cls for call in statements if (cls := selected(call))}
    model = models(given.node.program).get(selecting.pop()) if len(selecting) == 1 else None
    key = model.primary_key.full_name if model and model.primary_key else "key"
    return f"Page by the last key: `where({key} > after).order_by({key}).limit(limit)`"


def _is_prescribed(given: Input) -> bool:
    """Say whether a standard names the parameter, or what it is of."""
    names = [given.name, *(str(alias.constant) for alias in given.options("alias"))]
    paths = [given.node.module.name, *(e.path or "" for e in _endpoints(given))]
    return any(map(_PRESCRIBED.fullmatch, names)) or any(map(_STANDARDS.search, paths))


def _is_for_few(given: Input) -> bool:
    """Say whether only administrators may ask for the list."""
    taking = _endpoints(given)
    return bool(taking) and all(map(_is_admins, taking))


def _is_short(given: Input) -> bool:
    """Say whether what is paged are the rows of one person, or a table to look things up in."""
    taking = _endpoints(given)
    named = [_BY.sub("", _snake(given.owner)), *map(_called, taking)]
    functions = reached([given.node.function, *(e.function for e in taking)])
    return any(map(_LOOKUP.search, named)) or any(map(_pages_own, functions))


def _called(endpoint: Endpoint) -> str:
    """Return the last word of an endpoint's path."""
    prefix = endpoint.router.keyword("prefix").constant
    return _snake(f"{prefix or ''}{endpoint.path or ''}".strip("/").rpartition("/")[2])


def _pages_own(function: Node) -> bool:
    """Say whether a function pages what it always compares with one person's key."""
    if not any(call.member == "offset" for call in function.calls):
        return False
    return any(
        isinstance(side.ast, ast.Attribute) and _OWNER.fullmatch(side.member)
        for compare in function.own(ast.Compare)
        if _is_equal(compare) and _is_filter(compare)
        for side in compare.operands[:1]
    )


def _is_filter(compare: Node) -> bool:
    """Say whether a comparison always filters; that of a join or subquery drops no rows."""
    if any(isinstance(above.ast, ast.If) for above in compare.ancestors):
        return False
    names = [above.last_name for above in compare.ancestors if above.is_call]
    names = [name for name in names if name != "and_"]
    return names[:1] in (["where"], ["filter"]) and _INNER.isdisjoint(names)


def _is_equal(compare: Node) -> bool:
    return isinstance(compare.ast, ast.Compare) and isinstance(compare.ast.ops[0], ast.Eq)


def _snake(name: str) -> str:
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", name).replace("-", "_").lower()


def _endpoints(given: Input) -> list[Endpoint]:
    """Return the endpoints that take an input themselves, in a schema or through a dependency."""
    return [e for e in http_endpoints(given.node.module.program) if _takes(e, given)]


def _takes(endpoint: Endpoint, given: Input) -> bool:
    functions = [endpoint.function, *(d.function for d in endpoint.dependencies)]
    schema = given.node.enclosing_class
    if not isinstance(given, Field):
        return given.node.function in functions
    parameters = [*endpoint.parameters, *(p for d in endpoint.dependencies for p in d.parameters)]
    return any(isinstance(p.type, Node) and schema in p.type.lineage for p in parameters)


def _is_admins(endpoint: Endpoint) -> bool:
    prefix = endpoint.router.keyword("prefix").constant
    names = [endpoint.path or "", str(prefix), endpoint.name, endpoint.function.module.name]
    names += [dependency.target.name for dependency in endpoint.dependencies]
    names += [parameter.annotation.text for parameter in endpoint.parameters]
    return any(map(_FOR_FEW.search, map(_snake, names)))
