"""Columns that a client must not set, and can."""

import ast
import itertools
import re
from collections.abc import Iterator

from fastapi_pro.auditing.detection import Hit, Node, Program
from fastapi_pro.auditing.libraries.documents import STORES, document_of, documents
from fastapi_pro.auditing.libraries.fastapi import Endpoint, endpoints
from fastapi_pro.auditing.libraries.fastapi_requests import answering
from fastapi_pro.auditing.libraries.known_types import SESSIONS
from fastapi_pro.auditing.libraries.request_bodies import Body, body_of
from fastapi_pro.auditing.libraries.sqlalchemy_models import Model, model_named, model_of, models
from fastapi_pro.auditing.model import limits

_PRIVILEGES = re.compile(
    r"(is_)?(admin|superuser|staff|superadmin)|(credit_|account_|wallet_)?balance"
    r"|hashed_password|password_hash"
)
_OF_USERS = re.compile(
    r"(user_)?roles?|role_id|permissions|privileges|access_level|(is|email)_verified|credits"
)
_USERS = re.compile(r"user|account|member|profile|customer|person|employee|admin", re.IGNORECASE)
_DUMPS = ("model_dump", "dict")
_FIELDS = ("model_fields_set", "__fields_set__", "model_fields", "__fields__")
_OWNERS = re.compile(r"(owner|tenant|organi[sz]ation|org|company|workspace)_id|is_paid")
_GUARD = re.compile(
    r"admin|superuser|role|perm|scope|staff|privileg|internal|require|owner|manager|polic|rbac"
    r"|can_|authori[sz]|system|allow|secret|api_?key",
    re.IGNORECASE,
)


def detect(program: Program) -> Iterator[Hit]:
    """Yield each write of all that a request brings into a model with such columns."""
    for call, model, body in _writes(program):
        names = [name for name in model.columns if _is_reserved(model, name, body)]
        names = [name for name in names if not _is_set(call, name)]
        if not names:
            continue
        reached = [e for e in endpoints(program) if body.is_of(e) and not _is_kept(e)]
        calling = [e for e in reached if call.function in answering(e)]
        free = ((e, name) for e in calling for name in names if not _is_forced(e, call, name))
        for endpoint, name in itertools.islice(free, 1):
            yield call.hit(
                f"any caller of `{endpoint.name}` can set `{name}` of `{model.name}`:"
                f" {body.name} may contain it"
            )
    yield from _stored(program)


def _stored(program: Program) -> Iterator[Hit]:
    """Yield each table that an endpoint takes for the body of a request, and stores."""
    for endpoint in endpoints(program):
        for given in endpoint.parameters:
            kind = given.type if isinstance(given.type, Node) else endpoint.call.at(None)
            model = models(program).get(kind) or documents(program).get(kind)
            if model is None or given.dependency is not None or _is_kept(endpoint):
                continue
            names = [n for n in model.columns if _PRIVILEGES.fullmatch(n) or _is_of_user(model, n)]
            for call in endpoint.function.calls if names else ():
                if _stores(call, given.name) and not _is_set(call, names[0]):
                    what = "document" if kind in documents(program) else "table"
                    yield call.hit(
                        f"any caller of `{endpoint.name}` can set `{names[0]}` of `{model.name}`:"
                        f" the {what} is the schema of the request"
                    )


def _stores(call: Node, name: str) -> bool:
    """Say whether a call stores an object: `session.add(user)`, `await user.insert()`."""
    if call.member in ("add", "merge", "insert_one"):
        return bool(call.args) and call.args[0].name == name
    return call.owner.name == name and call.member in STORES


def _named(cls: Node) -> Model | None:
    return model_named(cls) or documents(cls.program).get(cls.definition)


def _of(row: Node) -> Model | None:
    return model_of(row) or document_of(row)


def _writes(program: Program) -> Iterator[tuple[Node, Model, Body]]:
    """Yield what writes a request's fields by their names, into which model."""
    for call in _unpacking(program):
        model = _named(call.func) if call.is_call and call.last_name[:1].isupper() else None
        for given in call.unpacked if model else ():
            if model and (body := body_of(given)):
                yield call, model, body
    for call in program.calls_named("setattr"):
        loop = next((above for above in call.ancestors if isinstance(above.ast, ast.For)), None)
        if loop is None or len(call.args) != 3 or isinstance(call.args[1].ast, ast.Constant):
            continue
        if _is_chosen(call, loop):
            continue
        row, data = call.args[0], _looped(call.at(loop.ast.iter))  # type: ignore[attr-defined]
        for place, given, brought in ((call, row, data), *_handed_over(row, data)):
            model = _of(given)
            body = body_of(brought) if model else None
            if model and body:
                yield place, model, body
    for call in program.calls_named("sqlmodel_update", "model_validate", "from_orm"):
        is_update = call.member == "sqlmodel_update"
        model = model_of(call.owner) if is_update else _named(call.owner)
        body = body_of(call.args[0]) if model and call.args else None
        if model and body:
            yield call, model, body
    for call in program.calls_named("values", "update"):
        model = _updated(call.owner)
        for given in (*call.unpacked, *call.args[:1]) if model else ():
            if model and (body := body_of(given)):
                yield call, model, body

    for call in program.calls_named("create", "update_from_dict") if documents(program) else ():
        model = document_of(call.owner) or documents(program).get(call.owner.definition)
        for given in (*call.unpacked, *call.args[:1]) if model else ():
            if model and (body := body_of(given)):
                yield call, model, body
    for call in program.calls_named("set", "update") if documents(program) else ():
        given = call.args[0] if call.args else call.at(None)
        body = body_of(given.entry("$set") or given) if document_of(call.owner) else None
        model = document_of(call.owner) if body else None
        if model and body:
            yield call, model, body


def _handed_over(row: Node, data: Node) -> Iterator[tuple[Node, Node, Node]]:
    """Yield the calls of a method for rows of all models, with the row and the data they give."""
    taken, source = row.definition, _parameter(data)
    if isinstance(taken.ast, ast.arg) and source:
        for call in taken.function.callers:
            yield call, taken.passed(call), source.passed(call)


def _parameter(data: Node) -> Node:
    """Return the parameter that data comes from: itself, its `model_dump()`, a variable of that."""
    found = data
    for _ in range(limits.CALLS):
        found = found.value
        if isinstance(found.ast, ast.arg):
            return found
        found = found.owner if found.member in _DUMPS else found.at(None)
    return data.at(None)


def _unpacking(program: Program) -> Iterator[Node]:
    """Yield what is given `**something`."""
    for module in program.code:
        for given in module.nodes(ast.keyword):
            if given.arg is None:
                yield Node(module, given).parent


def _updated(statement: Node) -> Model | None:
    """Return the model of `update(Model).where(...)`, `insert(Model)` and `query(Model)`."""
    found = statement
    while found.is_call and found.owner.is_call:
        found = found.owner
    is_statement = found.last_name in ("update", "insert") and found.called.startswith("sqlalchemy")
    is_query = found.member == "query" and found.owner.is_a(*SESSIONS)
    return model_named(found.args[0]) if (is_statement or is_query) and found.args else None


def _looped(iterated: Node) -> Node:
    """Return the data whose names a loop goes through: `data.items()`, a schema, its fields."""
    if iterated.member in ("items", "keys") and iterated.is_call:
        return iterated.owner
    return iterated.owner if iterated.member in _FIELDS else iterated


def _is_reserved(model: Model, name: str, body: Body) -> bool:
    """Say whether a column is not the client's to set, and the body may bring it."""
    if not body.brings(name):
        return False
    if _PRIVILEGES.fullmatch(name) or (body.is_open and _OWNERS.fullmatch(name)):
        return True
    return _is_of_user(model, name)


def _is_of_user(model: Model, name: str) -> bool:
    return bool(_OF_USERS.fullmatch(name) and _USERS.search(model.name))


def _is_chosen(call: Node, loop: Node) -> bool:
    """Say whether a loop looks at the name that it sets; `hasattr` and `is None` do not choose."""
    name = call.args[1].name
    for check in loop.walk(ast.If):
        test = check.test
        if any(node.last_name == "hasattr" for node in test.walk(ast.Call)):
            continue
        if any(node.name == name for node in test.walk(ast.Name)):
            return True
    return False


def _is_set(call: Node, name: str) -> bool:
    """Say whether the function says itself what the column is, or takes it out of the data."""
    if update := call.keyword("update"):
        keys = [key.literal for key, _ in update.value.entries]
        if not keys or None in keys or name in keys:
            return True
    if _says(call.function, name):
        return True
    tests = (node.test for node in call.function.own(ast.If, ast.IfExp))
    return any(name in (part.member, part.literal) for test in tests for part in test.walk())


def _is_forced(endpoint: Endpoint, call: Node, name: str) -> bool:
    """Say whether what passes the body on says what the column is: `data["role"] = "user"`."""
    passing = {caller.function for caller in call.function.callers} & set(answering(endpoint))
    return any(_says(function, name) for function in {endpoint.function, *passing})


def _says(function: Node, name: str) -> bool:
    """Say whether a function sets what has a name, takes it out, or copies with another value."""
    for node in function.own(ast.Attribute, ast.Subscript, ast.Call):
        if node.is_target and name in (node.member, node.index.literal):
            return True
        if node.member in ("pop", "discard") and node.args and node.args[0].literal == name:
            return True
        if isinstance(getattr(node.ast, "ctx", None), ast.Del) and node.index.literal == name:
            return True
        if any(key.literal == name for key, _ in node.keyword("update").value.entries):
            return True
        if node.unpacked and node.keyword(name):
            return True
    return False


def _is_kept(endpoint: Endpoint) -> bool:
    return endpoint.call.program.once(_is_guarded, endpoint.call.ast, endpoint)


def _is_guarded(endpoint: Endpoint) -> bool:
    """Say whether a dependency, the path or a test may keep all but admins out."""
    function = endpoint.function
    words = [endpoint.path or "", function.name, function.module.name]
    for holder in (endpoint.call, endpoint.router):
        words.append(holder.keyword("dependencies").text if holder.keyword("dependencies") else "")
        words.append(str(holder.keyword("prefix").constant or ""))
    for dependency in endpoint.dependencies:
        words += [dependency.target.name, dependency.call.argument(0, "dependency").text]
        words += [given.text for given in (dependency.call.keyword("scopes"),) if given]
    words += [d.func.text for d in function.decorators if d != endpoint.call]
    words += [p.annotation.text for p in endpoint.parameters if p.dependency]
    words += [
        node.test.text
        for reached in answering(endpoint)
        for node in reached.own(ast.If, ast.IfExp, ast.Assert)
    ]
    words += [
        call.keyword("dependencies").text + str(call.keyword("prefix").constant or "")
        for call in function.program.calls_named("include_router")
        if call.args and call.args[0].value == endpoint.router
    ]
    return any(_GUARD.search(word) for word in words)
