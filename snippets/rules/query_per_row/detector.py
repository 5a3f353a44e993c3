"""Queries in a loop over the rows of a query."""

import ast
import re
from collections.abc import Iterator

from fastapi_pro.auditing.detection import Hit, Node, Program
from fastapi_pro.auditing.libraries.fastapi_requests import request_functions
from fastapi_pro.auditing.libraries.rare_work import is_job
from fastapi_pro.auditing.libraries.sqlalchemy_models import (
    Relationship,
    model_named,
    model_selected,
    models,
)
from fastapi_pro.auditing.libraries.sqlalchemy_rows import rows_of
from fastapi_pro.auditing.libraries.sqlalchemy_sessions import (
    is_async_session,
    is_session,
    uses,
)
from fastapi_pro.auditing.libraries.stores import looked_up, selects, sql_of
from fastapi_pro.auditing.model.call_graph import is_cached
from fastapi_pro.auditing.model.flow import following

_READS = {
    "get", "get_one", "scalar", "scalars", "execute", "exec", "query", "refresh", "stream",
    "stream_scalars",
}  # fmt: skip
_GETS = {"get", "get_one"}
_WRITES = {"sqlalchemy.update", "sqlalchemy.insert", "sqlalchemy.delete"}
_STORES = {"add", "add_all", "delete", "update", "insert", "merge", "flush", "commit"}
_INSERTS = {"insert", "update", "delete"}
_LOOPS = (ast.For, ast.AsyncFor)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_LIMIT = re.compile(r"\blimit\s+(\d+)", re.IGNORECASE)
_SHORT = 10  # rows of a list that is short by its limit


def detect(program: Program) -> Iterator[Hit]:
    """Yield the queries that each turn of a loop sends."""
    lazy = {r.name for m in models(program).values() for r in m.relationships.values()}
    for function in program.functions:
        if function.module.is_tool or function not in request_functions(program):
            continue
        asking = [(loop, list(_queries(loop[2], loop[1]))) for loop in _loops(function)]
        inner: list[Node] = []
        for (iterable, element, bodies), queries in sorted(asking, key=lambda a: -a[0][0].line):
            if lazy and not queries:
                yield from _read(iterable, element, bodies)
            direct = (query for query in queries if not any(b.holds(query) for b in inner))
            if query := next(direct, None):
                row = "" if _is_short(iterable) else _row_name(iterable)
                if row:
                    inner += bodies
                    name = query.func.text
                    is_of_row = bool(iterable.member) and not iterable.is_call  # few rows, mostly
                    yield query.hit(
                        f"`{name}` runs once for each {row} of the loop in line"
                        f" {iterable.line}: 100 rows cost 100 more queries in one request",
                        severity="low" if is_of_row or is_job(function) else "",
                        fix=_fix(query),
                    )


def _row_name(iterable: Node) -> str:
    """Return what a query gives rows of, for the message: a model, a table; "" if it is none."""
    if model := rows_of(iterable):
        return f"`{model.name}`"
    found = looked_up(iterable)
    return f"row of `{found.table}`" if found else ""


def _read(iterable: Node, element: str, bodies: list[Node]) -> Iterator[Hit]:
    """Yield the first relationship that each turn reads, and that a plain session asks for."""
    steps = list(_steps(iterable))
    plain = [s for s in steps if s.member in _READS and is_session(s.owner)]
    if not plain or any(is_async_session(step.owner) for step in plain) or _is_short(iterable):
        return
    calls = [call for body in bodies for call in body.walk(ast.Call)]
    if any(call.member in _STORES and is_session(call.owner) for call in calls):
        return
    model = rows_of(iterable)
    for read in (part for body in bodies for part in body.walk(ast.Attribute)) if model else ():
        is_of_row = read.is_read and read.owner.name == element
        relationship = model.relationships.get(read.member) if is_of_row and model else None
        if model is None or relationship is None or relationship.lazy != "select":
            continue
        if not (
            _may_load(steps, read.member) or _is_perhaps(read) or _is_known(relationship, read)
        ):
            yield read.hit(
                f"`{read.text}` is a query for each `{model.name}` of the loop in line"
                f" {iterable.line}, which does not load it: 100 rows cost 100 more",
                severity="low" if is_job(read.function) else "",
                fix=f"`.options(selectinload({model.name}.{read.member}))`",
            )
            return


def _may_load(steps: list[Node], name: str) -> bool:
    """Say whether a query loads a relationship, or has options that cannot be read."""
    options = [c for step in steps for c in step.walk(ast.Call) if c.member == "options"]
    given = [value for call in options for value in call.args]
    return any(
        not value.is_call
        or any(name in (p.member, p.literal) or p.literal == "*" for p in value.walk())
        for value in given
    )


def _is_known(relationship: Relationship, read: Node) -> bool:
    """Say whether the function has asked for what a relationship leads to: it is in the session."""
    selected = (model_selected(c) or model_named(c.argument(0, "")) for c in read.function.calls)
    return any(model is not None and model.cls == relationship.target for model in selected)


def _fix(query: Node) -> str:
    """Return the one statement that asks for what each turn asks for."""
    if query.member in _GETS and (model := model_named(query.argument(0, "entity"))):
        column = model.primary_key.name if model.primary_key else "id"
        key = f"{model.name}.{column}"
        return f"One `select({model.name}).where({key}.in_(keys))` before the loop, or a join"
    if query.callee:
        return f"Let `{query.func.last_name}` take all the rows, and run one query for them"
    return "One query for all the rows before the loop: `.in_(keys)`, a join, or `selectinload`"


def _loops(function: Node) -> Iterator[tuple[Node, str, list[Node]]]:
    """Yield what a loop goes over, the name of each element, and what is done with it."""
    for loop in function.own(*_LOOPS):
        match loop.ast:
            case (
                ast.For(target=ast.Name(id=name), iter=iterable)
                | ast.AsyncFor(target=ast.Name(id=name), iter=iterable)
            ):
                yield loop.at(iterable), name, loop.body
    for loop in function.own(*_COMPREHENSIONS):
        match loop.ast:
            case ast.DictComp(key=key, value=value, generators=[first, *_]):
                parts = [key, value]
            case (
                ast.ListComp(elt=value, generators=[first, *_])
                | ast.SetComp(elt=value, generators=[first, *_])
                | ast.GeneratorExp(elt=value, generators=[first, *_])
            ):
                parts = [value]
            case _:
                continue
        if isinstance(first.target, ast.Name):
            yield loop.at(first.iter), first.target.id, [loop.at(part) for part in parts]


def _queries(bodies: list[Node], element: str) -> Iterator[Node]:
    """Yield the calls that ask the database about the element of a loop."""
    for body in bodies:
        for call in body.walk(ast.Call):
            is_asked = call.member in _READS and _asks(call, element) and is_session(call.owner)
            is_given = any(_names(given, element) for given in call.given)
            is_query = is_asked or (is_given and (selects(call) or _is_query(call.callee)))
            if is_query and not _leaves_loop(call) and not _is_remembered(call):
                yield call


def _leaves_loop(call: Node) -> bool:
    """Say whether the turn that makes a call is the last: it returns or breaks after it."""
    for holder in (call, *call.ancestors):
        if isinstance(holder.ast, ast.Return):
            return True
        if isinstance(holder.ast, (*_LOOPS, *_COMPREHENSIONS, ast.While)) or holder.is_function:
            return False
        if not isinstance(holder.ast, ast.stmt):
            continue
        after = following(holder)
        ends = next((end for end in after if isinstance(end.ast, (ast.Return, ast.Break))), None)
        if ends is not None:
            between = (node for part in (holder, *after) for node in part.walk(ast.Continue))
            return not any(call.position < node.position < ends.position for node in between)
    return False


def _is_remembered(call: Node) -> bool:
    """Say whether a call is made once for each key: `if key not in known: known[key] = ...`."""
    for above in call.ancestors:
        if isinstance(above.ast, (*_LOOPS, *_COMPREHENSIONS)) or above.is_function:
            return False
        if isinstance(above.ast, ast.If) and not above.test.holds(call):
            is_asked = any(
                isinstance(operator, ast.NotIn)
                for compare in above.test.walk(ast.Compare)
                if isinstance(compare.ast, ast.Compare)
                for operator in compare.ast.ops
            )
            kept = (target for node in above.walk(ast.Assign) for target in node.targets)
            if is_asked and any(isinstance(target.ast, ast.Subscript) for target in kept):
                return True
    return False


def _asks(call: Node, element: str) -> bool:
    """Say whether a query of a session is about the element, and reads."""
    if call.member == "query":
        chain = call
        while isinstance(chain.parent.ast, (ast.Attribute, ast.Call)) and (
            chain in (chain.parent.owner, chain.parent.func)
        ):
            chain = chain.parent
        return _names(chain, element) and chain.member not in _INSERTS
    return any(_names(given, element) for given in call.given) and not _writes(call)


def _names(expr: Node, element: str) -> bool:
    """Say whether an expression, or the statement it names, is about an element."""
    values = [expr, expr.value] if expr.name else [expr]
    return any(name.name == element for value in values for name in value.walk(ast.Name))


def _writes(call: Node) -> bool:
    """Say whether what a session executes is an INSERT, UPDATE or DELETE."""
    statement = call.args[0].value if call.args else call.at(None)
    return any(inner.called in _WRITES for inner in statement.walk(ast.Call))


def _is_query(function: Node) -> bool:
    """Say whether a function of the program reads from the database alone, whatever it is given."""
    if not function or is_cached(function):
        return False
    if any(call.last_name in _STORES for call in function.calls):
        return False
    for use in uses(function):
        if use.member in _READS and not _writes(use) and not _is_perhaps(use):
            return True
    return False


def _is_perhaps(call: Node) -> bool:
    """Say whether a call is not always reached: inside an `if`, or after a return."""
    if any(isinstance(above.ast, ast.If) for above in call.ancestors):
        return True
    return any(end.position < call.statement.position for end in call.function.own(ast.Return))


def _is_few(limit: Node) -> bool:
    """Say whether a limit is a small number, or a parameter that is one and that nobody gives."""
    number = limit.constant
    function = limit.function
    for parameter in function.parameters if limit.name and function else ():
        if parameter.name == limit.name:
            calls = function.callers
            is_given = any(parameter.passed(c) or c.has_unpacking for c in calls)
            number = parameter.default.constant if calls and not is_given else None
    return isinstance(number, int) and number <= _SHORT


def _is_short(iterable: Node) -> bool:
    """Say whether a query has a limit of a few rows."""
    for found in _steps(iterable):
        limits = [call for call in found.walk(ast.Call) if call.member == "limit" and call.args]
        if any(map(_is_few, (*(call.args[0] for call in limits), found.keyword("limit")))):
            return True
        if (written := _LIMIT.search(sql_of(found))) and int(written[1]) <= _SHORT:
            return True
    return False


def _steps(iterable: Node) -> Iterator[Node]:
    """Yield what the rows of a loop come from, from the result to the statement."""
    following = iterable
    for _ in range(8):
        found = following.value.awaited
        yield found
        is_sent = found.member in _READS and found.args  # a statement by a session
        nothing = found.at(None)
        following = (nothing if is_sent else found.owner) or next(iter(found.args), nothing)
        if not following:
            return
