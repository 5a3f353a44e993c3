"""An OFFSET that a client chooses, as deep as the table."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator

from fastapi_pro.auditing.detection import Hit, Node, Program, fact
from fastapi_pro.auditing.libraries.fastapi import Endpoint, http_endpoints
from fastapi_pro.auditing.libraries.known_types import selected
from fastapi_pro.auditing.libraries.number_bounds import upper_bound
from fastapi_pro.auditing.libraries.pydantic import Field
from fastapi_pro.auditing.libraries.rare_work import is_for_admins, is_for_few
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
    selecting = {cls for call in _offsets([given.node.function]) if (cls := selected(call))}
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
    named += [_snake(cls.name) for cls in map(selected, _offsets(functions)) if cls]
    return any(map(_LOOKUP.search, named)) or any(map(_pages_own, functions))


def _offsets(functions: Iterable[Node]) -> list[Node]:
    return [call for function in functions for call in function.calls if call.member == "offset"]


def _called(endpoint: Endpoint) -> str:
    """Return the last word of an endpoint's path."""
    prefix = endpoint.router.keyword("prefix").constant
    return _snake(f"{prefix or ''}{endpoint.path or ''}".strip("/").rpartition("/")[2])


def _pages_own(function: Node) -> bool:
    """Say whether a function pages what it always compares with one person's key."""
    offsets = _offsets([function])
    if not offsets:
        return False
    unpacked = {name for call in offsets for name in _unpacked(call)}
    if any(map(_is_of_person, function.calls)):
        return True
    return any(
        isinstance(side.ast, ast.Attribute) and _OWNER.fullmatch(side.member)
        for compare in function.own(ast.Compare)
        if _is_equal(compare) and not _is_conditional(compare)
        if _is_filter(compare) or _collected_in(compare) in unpacked
        for side in compare.operands[:1]
    )


def _is_of_person(call: Node) -> bool:
    """Say whether a call is a `filter_by` with one person's key."""
    is_filter = call.member == "filter_by" and not _is_conditional(call)
    return is_filter and any(map(_OWNER.fullmatch, call.keywords))


def _unpacked(call: Node) -> Iterator[str]:
    """Yield the lists that the statement of an OFFSET is filtered by: `where(*filters)`."""
    queue, seen = [call], {""}
    for part in queue:  # grows while it is walked
        if part.member in ("where", "filter"):
            for given in part.args:
                match given.ast:
                    case ast.Starred(value=ast.Name(id=name)):
                        yield name
        owner = part.owner if part.is_call else part
        if owner.is_call:
            queue.append(owner)
        elif owner.name not in seen:
            seen.add(owner.name)
            assigned = call.function.own(ast.Assign, ast.AnnAssign)
            queue += [a.assigned for a in assigned if owner.name in [t.name for t in a.targets]]


def _collected_in(compare: Node) -> str:
    """Return the list that a comparison is put into: `filters = [...]`, `filters.append(...)`."""
    above = compare.parent
    if above.is_call:
        return above.owner.name if above.member == "append" else ""
    names = [target.name for target in above.parent.targets if isinstance(above.ast, ast.List)]
    return names[0] if names else ""


def _is_conditional(node: Node) -> bool:
    return any(isinstance(above.ast, ast.If) for above in node.ancestors)


def _is_filter(compare: Node) -> bool:
    """Say whether a comparison filters rows; that of a join or subquery drops none."""
    names = [above.last_name for above in compare.ancestors if above.is_call]
    names = [name for name in names if name != "and_"]
    return names[:1] in (["where"], ["filter"]) and _INNER.isdisjoint(names)


def _is_equal(compare: Node) -> bool:
    return isinstance(compare.ast, ast.Compare) and isinstance(compare.ast.ops[0], ast.Eq)


def _snake(name: str) -> str:
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", name).replace("-", "_").lower()


def _endpoints(given: Input) -> list[Endpoint]:
    """Return the endpoints that take an input themselves, in a schema or through a dependency."""
    node = given.node
    holder = node.enclosing_class if isinstance(given, Field) else node.function
    return _endpoints_by_holder(node.module.program).get(holder, [])


@fact
def _endpoints_by_holder(program: Program) -> dict[Node, list[Endpoint]]:
    """Return the endpoints by the functions and schemas whose parameters and fields they take."""
    found: dict[Node, list[Endpoint]] = defaultdict(list)
    for endpoint in http_endpoints(program):
        functions = [endpoint.function, *(d.function for d in endpoint.dependencies)]
        parameters = [
            *endpoint.parameters,
            *(p for d in endpoint.dependencies for p in d.parameters),
        ]
        types = [p.type for p in parameters if isinstance(p.type, Node)]
        for holder in dict.fromkeys([*functions, *(cls for t in types for cls in t.lineage)]):
            found[holder].append(endpoint)
    return found


def _is_admins(endpoint: Endpoint) -> bool:
    prefix = endpoint.router.keyword("prefix").constant
    names = [endpoint.path or "", str(prefix), endpoint.name, endpoint.function.module.name]
    names += [dependency.target.name for dependency in endpoint.dependencies]
    names += [parameter.annotation.text for parameter in endpoint.parameters]
    return any(map(_FOR_FEW.search, map(_snake, names))) or is_for_admins(endpoint)
