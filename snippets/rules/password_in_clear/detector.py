"""Passwords that are stored as they are sent, or compared with what is stored."""

import ast
import re
from collections.abc import Iterator

from fastapi_pro.auditing.detection import Hit, Node, Program, fact
from fastapi_pro.auditing.libraries.documents import document_of, documents, is_of_tortoise
from fastapi_pro.auditing.libraries.fastapi import parameters
from fastapi_pro.auditing.libraries.pydantic import schema_of
from fastapi_pro.auditing.libraries.request_bodies import body_of
from fastapi_pro.auditing.libraries.request_objects import is_brought, requested
from fastapi_pro.auditing.libraries.sqlalchemy_models import Column, Model, model_named, models
from fastapi_pro.auditing.libraries.sqlalchemy_rows import row_of
from fastapi_pro.auditing.model import limits

_WORD = (
    r"(password|passwd|pass_?word|pwd|passcode|senha|contrasena|contraseña|mot_de_passe|kennwort)"
)
_SENT = re.compile(
    rf"((user|login|plain|raw|new|input|entered|given|provided|client)_?)*{_WORD}(_?(plain|raw|\d))?",
    re.IGNORECASE,
)
_STORED = re.compile(
    rf"(user_?|account_?)?((hash(ed)?|encrypted)_?)?{_WORD}(_?(hash(ed)?|digest))?", re.IGNORECASE
)
_USERS = re.compile(
    r"user|account|member|admin|customer|employee|student|teacher|staff|patient|doctor|person"
    r"|people|login|author|usuario|utilisateur|benutzer|profile",
    re.IGNORECASE,
)
_OTHERS = re.compile(
    r"mail|smtp|imap|ftp|ssh|proxy|database|connection|server|device|router|wifi|config|setting"
    r"|credential|integration|vpn|camera|bank",
    re.IGNORECASE,
)
"""Accounts elsewhere, whose passwords the service must send itself."""
_HASHES = re.compile(r"hash|crypt|argon|pbkdf2|digest|cipher|fernet|make_password", re.IGNORECASE)
_HASHING = re.compile(_HASHES.pattern.encode(), re.IGNORECASE)
_PLAIN = {
    "", "builtins.str", "sqlalchemy.String", "sqlalchemy.Text", "sqlalchemy.Unicode",
    "sqlalchemy.VARCHAR", "sqlalchemy.UnicodeText",
}  # fmt: skip
_FETCHES = {"find_one", "fetchrow", "fetchone", "fetch_one", "first", "one", "one_or_none"}
_EXECUTES = ("execute", "fetchrow", "fetch", "fetchval", "fetch_one", "fetch_all")
_BOUND = r"(\?|%s|%\(\w+\)s|\$\d+|:\w+)"
_SELECTS = re.compile(
    rf"\bFROM\s+\W?(?P<table>\w+)\b.*\bWHERE\b.*\b(?P<column>{_WORD})\W?\s*=\s*{_BOUND}",
    re.IGNORECASE | re.DOTALL,
)
_WRITES = re.compile(
    rf"\bINSERT\s+INTO\s+\W?(?P<table>\w+)\W?\s*\([^)]*\b(?P<column>{_WORD})\b"
    rf"|\bUPDATE\s+\W?(?P<updated>\w+)\W?\s+SET\b.*\b(?P<set>{_WORD})\W?\s*=\s*{_BOUND}",
    re.IGNORECASE | re.DOTALL,
)
_SAME = {"strip", "get_secret_value", "encode", "decode"}
_COMPARES = ("secrets.compare_digest", "hmac.compare_digest")


def detect(program: Program) -> Iterator[Hit]:
    """Yield comparisons with a stored password, and what stores one."""
    for place, name, sent in (*_compared(program), *_compared_in_dicts(program)):
        if _is_clear(sent):
            yield _compared_hit(place, name)
    for place, column, sent in _stored(program):
        if _is_clear(sent):
            yield _hit(place, column.full_name)
    for place, column in _dumped(program):
        yield _hit(place, column.full_name)
    yield from _in_sql(program)


def _compared_hit(place: Node, name: str) -> Hit:
    return place.hit(
        f"`{name}` is compared with the password that is sent: it is stored in clear, and whoever"
        " reads the table has everybody's",
        cause=f"password in clear: {name}",
    )


def _hit(place: Node, name: str) -> Hit:
    return place.hit(
        f"`{name}` stores the password as it is sent: whoever reads the table has everybody's",
        cause=f"password in clear: {name}",
    )


def _in_sql(program: Program) -> Iterator[Hit]:
    """Yield the statements in texts that compare or store a password which is bound."""
    for call in program.calls_named(*_EXECUTES):
        query = call.args[0] if call.args else call.at(None)
        query = query.args[0] if query.last_name == "text" and query.args else query
        text = query.constant
        if not isinstance(text, str):
            continue
        is_compared = _SELECTS.search(text)
        found = is_compared or _WRITES.search(text)
        named = found.groupdict() if found else {}
        table = named.get("table") or named.get("updated") or ""
        if not table or _OTHERS.search(table) or not (is_compared or _USERS.search(table)):
            continue
        given = [*call.args[1:], *call.keywords.values()]
        values = [value for one in given for value in _parts(one)]
        if any(_is_clear(value) for value in values):
            name = f"{table}.{named['column'] or named.get('set')}"
            yield _compared_hit(call, name) if is_compared else _hit(call, name)


def _parts(bound: Node) -> list[Node]:
    """Return the values that are bound: of a tuple, a list, a dictionary, or one by one."""
    return bound.value.elements or [v for _, v in bound.value.entries] or [bound]


def _compared_in_dicts(program: Program) -> Iterator[tuple[Node, str, Node]]:
    """Yield comparisons with what a collection, or a row of SQL, has by a name."""
    for call in program.calls_named("find_one"):
        for key, value in call.args[0].value.entries if call.args else ():
            if isinstance(key.literal, str) and _STORED.fullmatch(key.literal):
                yield call, f"{call.owner.last_name}.{key.literal}", value
    for module in program.saying('["password"]', "['password']"):
        for compared in module.nodes(ast.Compare):
            node = Node(module, compared)
            for side in node.operands if _is_equality(node) else ():
                row = side.generic.value.awaited
                is_row = row.is_call and row.member in _FETCHES
                if side.index.literal == "password" and is_row:
                    others = [one for one in node.operands if one != side]
                    yield node, side.text, others[0]


@fact
def _columns(program: Program) -> dict[str, dict[Model, Column]]:
    """Return the columns of passwords by their names, of models that do not hash by themselves."""
    found: dict[str, dict[Model, Column]] = {}
    for model in (*models(program).values(), *documents(program).values()):
        for column in model.columns.values():
            if _STORED.fullmatch(column.name) and not _is_hidden(model, column):
                found.setdefault(column.name, {})[model] = column
    return found


@fact
def _users(program: Program) -> set[str]:
    """Return the names of the models of users that have such a column."""
    listed = _columns(program).values()
    return {model.name for models_with in listed for model in models_with if _is_user(model)}


def _class(expr: Node) -> Model | None:
    """Return the model or document that an expression names, if it names one."""
    return model_named(expr) or documents(expr.program).get(expr.definition)


def _is_hidden(model: Model, column: Column) -> bool:
    """Say whether the model, or the type of its column, hashes or encrypts what it is given."""
    if column.type not in _PLAIN or _HASHES.search(column.options.text):
        return True
    parts = (part for cls in model.cls.lineage for part in cls.body if part.is_function)
    if any(_HASHES.search(part.text) for part in parts):
        return True
    module = model.cls.module
    if is_of_tortoise(model.cls) and model.cls.program.saying("pre_save"):
        return any(_HASHING.search(m.source) for m in model.cls.program.saying("pre_save"))
    return module.says("listens_for") and _HASHING.search(module.source) is not None


def _column(expr: Node) -> Column | None:
    """Return the column of a password that `user.password` and `User.password` stand for."""
    known = _columns(expr.program).get(expr.member)
    if not known or expr.is_call:
        return None
    for find in (model_named, row_of, document_of):
        if (model := find(expr.owner)) in known:
            return known[model]  # type: ignore[index]
    documented = documents(expr.program).get(expr.owner.definition)
    return known.get(documented) if documented else None


def _compared(program: Program) -> Iterator[tuple[Node, str, Node]]:
    """Yield comparisons of a stored password: the place, the column, and the other side."""
    columns = _columns(program)
    for attribute in program.attributes(*columns):
        above = attribute.parent
        sides = above.operands if isinstance(above.ast, ast.Compare) else above.args
        is_compared = above.called in _COMPARES or _is_equality(above)
        if not is_compared or len(sides) != 2 or attribute not in sides:
            continue
        if column := _column(attribute):
            yield above, column.full_name, sides[1 - sides.index(attribute)]
    for call in program.calls_named("filter_by") if columns else ():
        for name, value in call.keywords.items():
            for column in columns.get(name, {}).values():
                if re.search(rf"\b{column.owner}\b", call.owner.text):
                    yield call, column.full_name, value


def _is_equality(node: Node) -> bool:
    match node.ast:
        case ast.Compare(ops=[ast.Eq() | ast.NotEq()]):
            return True
    return False


def _stored(program: Program) -> Iterator[tuple[Node, Column, Node]]:
    """Yield what is stored in the column of a user's password: the place, the column, the value."""
    columns, owners = _columns(program), _users(program)
    for call in program.calls_named(*owners) if owners else ():
        model = _class(call.func)
        for name, value in call.keywords.items() if model else ():
            if column := columns.get(name, {}).get(model):  # type: ignore[arg-type]
                yield call, column, value
    for call in program.calls_named("create") if owners else ():
        model = documents(program).get(call.owner.definition)
        for name, value in call.keywords.items() if model and _is_user(model) else ():
            if column := columns.get(name, {}).get(model):  # type: ignore[arg-type]
                yield call, column, value
    for attribute in program.attributes(*columns) if owners else ():
        statement = attribute.parent
        if attribute.is_target and statement.assigned:
            model = row_of(attribute.owner) or document_of(attribute.owner)
            column = columns[attribute.member].get(model)  # type: ignore[arg-type]
            if column and model and _is_user(model):
                yield statement, column, statement.assigned


def _dumped(program: Program) -> Iterator[tuple[Node, Column]]:
    """Yield `User(**data.model_dump())` where nothing in the program hashes."""
    columns, owners = _columns(program), _users(program)
    if not owners or _hashes(program):
        return
    for call in program.calls_named(*owners):
        model = _class(call.func)
        for given in call.unpacked if model else ():
            body = body_of(given)
            for name, listed in columns.items() if body and body.schema else ():
                column = listed.get(model)  # type: ignore[arg-type]
                if column and body and body.brings(name) and name not in call.keywords:
                    yield call, column


@fact
def _hashes(program: Program) -> bool:
    """Say whether something in the program looks like a hash of a password."""
    return any(_HASHING.search(module.source) for module in program.code)


def _is_user(model: Model) -> bool:
    return bool(_USERS.search(model.name)) and not _OTHERS.search(model.name)


def _is_clear(expr: Node, depth: int = 0) -> bool:
    """Say whether a value is a password as the request brought it."""
    found = expr.awaited
    if not found or depth > limits.CALLS:
        return False
    if found.is_call:
        if found.member in _SAME or found.called == "builtins.str":
            return _is_clear(found.owner if found.member else found.args[0], depth)
        key = found.args[0].literal if found.args else None
        return found.member == "get" and _is_sent(key) and is_brought(found.owner)
    if found.index:
        return _is_sent(found.index.literal) and is_brought(found.generic)
    if found.member:
        return _is_field(found)
    bound = found.bound
    if bound is None or bound.kind not in ("param", "assign"):
        return False
    if bound.kind == "param":
        return _is_sent(found.name) and _is_parameter(found.at(bound.node), depth)
    values = [b.node for b in found.function.bindings(found.name) if b.kind == "assign"]
    return bool(values) and all(_is_clear(found.at(value), depth + 1) for value in values)


def _is_sent(name: object) -> bool:
    return isinstance(name, str) and _SENT.fullmatch(name) is not None


def _is_field(expr: Node) -> bool:
    """Say whether `data.password` is of the request, and neither code nor a schema replaced it."""
    if not _is_sent(expr.member) or not is_brought(expr.owner):
        return False
    schema = schema_of(expr.owner.type_class)
    if schema and (schema.has_model_validator or schema.is_converted(expr.member)):
        return False
    return not _is_replaced(expr.owner, expr.member, 0)


def _is_replaced(owner: Node, name: str, depth: int) -> bool:
    """Say whether a function, or one that passes the object on, sets an attribute of it."""
    function = owner.function
    if not owner.name or not function or depth > limits.CALLS:
        return True  # not followed
    for statement in function.own(ast.Assign, ast.AnnAssign):
        if any(t.member == name and t.owner.name == owner.name for t in statement.targets):
            return True
    bound = owner.bound
    if bound is None or bound.kind != "param" or function in requested(owner.program):
        return False
    given = owner.at(bound.node)
    passed = (given.passed(call) for call in function.callers if given in function.parameters)
    return any(value.name and _is_replaced(value, name, depth + 1) for value in passed)


def _is_parameter(arg: Node, depth: int) -> bool:
    """Say whether a parameter gets a password of the request, of FastAPI or of each caller."""
    function = arg.function
    if function in requested(arg.program):
        given = next((p for p in parameters(function) if p.node == arg), None)
        return given is not None and given.dependency is None
    passed = [arg.passed(call) for call in function.callers] if arg in function.parameters else []
    sent = [value for value in passed if value.literal is None]  # a text in a script says nothing
    return bool(sent) and all(_is_clear(value, depth + 1) for value in sent)
