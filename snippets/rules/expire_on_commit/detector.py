"""Objects that a commit expired, and that are read or sent after it."""

import ast
import itertools
from collections.abc import Iterator

from fastapi_pro.auditing.detection import Hit, Node, Program
from fastapi_pro.auditing.libraries.fastapi import Endpoint, http_endpoints
from fastapi_pro.auditing.libraries.fastapi_requests import request_functions
from fastapi_pro.auditing.libraries.sqlalchemy_models import Model, model_of, models
from fastapi_pro.auditing.libraries.sqlalchemy_sessions import is_async_session, is_session, uses
from fastapi_pro.auditing.model import limits
from fastapi_pro.auditing.model.flow import reaches
from fastapi_pro.auditing.model.library_types import ASYNC_MAKER, ASYNC_SESSION, MAKER

_READS_AGAIN = {"execute", "exec", "get", "get_one", "refresh", "scalar", "scalars", "merge"}
_SQLMODEL = "sqlmodel.SQLModel"
_SCHEMAS = {"model_validate", "from_orm"}


def detect(program: Program) -> Iterator[Hit]:
    """Yield each sessionmaker that expires, if something is read after a commit.

    Where any session of the program keeps its objects, nobody knows which one a function has.
    """
    yield from _sent_empty(program)
    calls = program.calls_of(ASYNC_MAKER, MAKER, ASYNC_SESSION)
    makers = [call for call in calls if not call.module.is_tool and _is_async(call)]
    if not makers or _keeps(program):
        return
    of_requests = request_functions(program)
    used = [call for call in makers if not call.function or call.function in of_requests]
    makers = used or makers  # those of scripts are for their own objects
    for function, text in itertools.islice(_read_after_commit(program), 1):
        for call in makers:
            if not call.has_unpacking and not _is_subclass(call):
                yield call.hit(
                    f"a commit expires every object: `{function.name}` in {function.module.name}"
                    f" {text} after `await ...commit()`, which raises MissingGreenlet",
                )


def _sent_empty(program: Program) -> Iterator[Hit]:
    """Yield the returns of expired rows of SQLModel that no schema but the table's reads."""
    if not any(map(_is_of_sqlmodel, models(program).values())) or _keeps(program, of_async=False):
        return
    for endpoint in http_endpoints(program):
        function = endpoint.function
        commits = [call for call in uses(function) if call.member == "commit"]
        for value in function.returned if commits and _sends_table(endpoint) else ():
            model = model_of(value) if value.name else None
            for commit in commits if model and _is_of_sqlmodel(model) else ():
                if _is_expired(function, value, commit) and not _is_read(value, commit):
                    again = f"{'await ' * commit.is_awaited}session.refresh({value.name})"
                    yield value.hit(
                        f"the commit in line {commit.line} expired `{value.name}`, and nothing"
                        f" loads it again: `{endpoint.name}` answers `{{}}`",
                        fix=f"`{again}` before it, or a `response_model` that is not a table",
                    )
                    break


def _sends_table(endpoint: Endpoint) -> bool:
    """Say whether no schema reads what an endpoint returns, or a table of SQLModel does."""
    if endpoint.call.has_unpacking or endpoint.call.keyword("response_class"):
        return False
    declared = endpoint.call.keyword("response_model") or endpoint.function.returns
    model = models(endpoint.call.program).get(endpoint.response_schema)
    return not declared or declared.is_none or (model is not None and _is_of_sqlmodel(model))


def _is_sent_empty(function: Node, model: Model) -> bool:
    """Say whether a function is an endpoint whose expired row of SQLModel is `{}`, and no error."""
    found = (e for e in http_endpoints(function.program) if e.function == function)
    return _is_of_sqlmodel(model) and any(map(_sends_table, found))


def _is_of_sqlmodel(model: Model) -> bool:
    return _SQLMODEL in model.cls.bases


def _is_read(name: Node, commit: Node) -> bool:
    """Say whether an attribute is read between a commit and a use: then all are loaded again."""
    return any(
        read.owner.name == name.name and commit.position < read.position < name.position
        for read in name.function.own(ast.Attribute)
    )


def _is_async(call: Node) -> bool:
    """Say whether a call does not make plain sessions."""
    return call.called != MAKER or call.type == ASYNC_MAKER


def _keeps(program: Program, *, of_async: bool = True) -> bool:
    """Say whether the program sets `expire_on_commit` to something else than True.

    With `of_async`, for async sessions.
    """
    return any(
        Node(module, key.value).literal is not True
        and (not of_async or _is_async(Node(module, key).parent))
        for module in program.code
        for key in module.nodes(ast.keyword)
        if key.arg == "expire_on_commit"
    )


def _is_subclass(call: Node) -> bool:
    given = call.keyword("class_")
    return bool(given) and given.library_name != ASYNC_SESSION


def _read_after_commit(program: Program) -> Iterator[tuple[Node, str]]:
    """Yield the functions that read an expired object, and what of it they read."""
    for function in program.functions:
        if not function.is_coroutine:
            continue
        for commit in function.calls:
            if commit.is_awaited and _commits(commit):
                for name, text in _reads(function):
                    if _is_expired(function, name, commit):
                        yield function, text


def _commits(call: Node) -> bool:
    """Say whether a call commits an async session: its own, or one that a unit of work keeps."""
    if call.member == "commit" and is_async_session(call.owner):
        return True
    inner = call.callee.calls if call.member in ("commit", "save") else []
    return any(c.member == "commit" and is_async_session(c.owner) for c in inner)


def _reads(function: Node) -> Iterator[tuple[Node, str]]:
    """Yield what may be an object that is read here: `user.name`, `return user`."""
    for node in function.own(ast.Attribute, ast.Return, ast.Call):
        match node.ast:
            case ast.Attribute(value=ast.Name() as name, attr=attribute, ctx=ast.Load()):
                model = model_of(node.owner)
                if model and attribute in (model.columns.keys() | model.relationships.keys()):
                    yield node.owner, f"reads `{name.id}.{attribute}`"
            case ast.Return(value=ast.Name() as name):
                model = model_of(node.at(name))
                if model and not _is_sent_empty(function, model) and _is_result_read(function):
                    yield node.at(name), f"returns `{name.id}`"
            case ast.Call(func=ast.Attribute(attr=method), args=[ast.Name() as name, *_]):
                if method in _SCHEMAS and model_of(node.at(name)):
                    yield node.at(name), f"validates `{name.id}`"


def _is_result_read(function: Node, depth: int = 0) -> bool:
    """Say whether an endpoint sends what a function returns, or a caller reads of it."""
    if any(endpoint.function == function for endpoint in http_endpoints(function.program)):
        return True
    for call in function.callers if depth < limits.CALLS else ():
        above = call.parent.parent if call.is_awaited else call.parent
        name = above.targets[0].name if isinstance(above.ast, ast.Assign) else ""
        if name and any(
            a.owner.name == name and a.is_read for a in call.function.own(ast.Attribute)
        ):
            return True
        is_returned = bool(name) and name in [value.name for value in call.function.returned]
        is_returned = is_returned or isinstance(above.ast, ast.Return)
        if is_returned and _is_result_read(call.function, depth + 1):
            return True
    return False


def _is_expired(function: Node, name: Node, commit: Node) -> bool:
    binding = name.bound
    if binding is None or binding not in function.bindings(name.name):
        return False
    is_bound_before = binding.kind == "assign" and binding.line < commit.line
    if not (is_bound_before or binding.kind == "param") or not reaches(commit, name):
        return False
    for call in function.calls:
        if commit.position < call.position < name.position:
            is_given = call.member and name.name in [given.name for given in call.args]
            if is_given and call.member not in _SCHEMAS:  # refresh, expunge, or a helper that may
                return False
            if call.member in _READS_AGAIN and is_session(call.owner):
                return False
    made = name.at(binding.node)
    is_new = made.is_call and bool(made.func.definition)
    return not is_new or _is_added(function, name.name, commit)


def _is_added(function: Node, name: str, commit: Node) -> bool:
    """Say whether an object is in the session at the commit."""
    return any(
        part.name == name
        for call in function.calls
        if call.member in ("add", "add_all") and call.position < commit.position
        for given in call.args
        for part in given.walk(ast.Name)
    )
