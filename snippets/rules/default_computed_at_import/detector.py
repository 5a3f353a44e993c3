"""The time, or something random, taken while a class or a parameter list is read."""

import ast
import sys
from collections.abc import Iterator

from fastapi_pro.auditing.detection import Hit, Node, Program, fact
from fastapi_pro.auditing.libraries.command_lines import is_for_commands
from fastapi_pro.auditing.libraries.fastapi import endpoints
from fastapi_pro.auditing.libraries.pydantic import schema_of, settings
from fastapi_pro.auditing.libraries.request_objects import filled
from fastapi_pro.auditing.libraries.sqlalchemy_models import models
from fastapi_pro.auditing.model import limits

_TIMES = {
    "datetime.datetime.now", "datetime.datetime.utcnow", "datetime.datetime.today",
    "datetime.date.today", "time.time", "time.time_ns", "arrow.now", "arrow.utcnow",
    "pendulum.now", "pendulum.today",
}  # fmt: skip
_RANDOM = {
    "uuid.uuid1", "uuid.uuid4", "uuid.uuid6", "uuid.uuid7", "secrets.token_hex",
    "secrets.token_urlsafe", "secrets.token_bytes", "secrets.randbelow", "random.randint",
    "random.random", "random.choice", "random.randrange", "random.uniform", "random.choices",
    "random.getrandbits", "random.randbytes", "random.sample", "secrets.choice",
    "secrets.randbits", "os.urandom",
}  # fmt: skip
_RUN = {"bytes", "frozenset", "join", "list", "max", "min", "set", "sorted", "sum", "tuple"}
"""What takes all of a generator at once."""
_DEFAULTS = {"default", "insert_default", "onupdate", "server_default", "server_onupdate"}
_OF_COLUMN = "sa_column_kwargs"
_BOUNDS = {"ge", "gt", "le", "lt"}
_AROUND = {"sa_column", "tz", "sep", "timespec"}
_FIELDS = {"Field", "Query", "Path", "Header", "Cookie", "Body", "Form", "field"}
_OLD_SETTINGS = "pydantic.BaseSettings"
_MAKERS = (
    "construct", "from_orm", "model_construct", "model_validate", "model_validate_json",
    "parse_obj", "parse_raw", "_make",
)  # fmt: skip
_SCHEMAS = {"pydantic.BaseModel", "sqlmodel.SQLModel"}
_RECORDS = {*_SCHEMAS, "typing.NamedTuple"}
_METHODS = {"classmethod", "staticmethod"}
_DATACLASSES = {"dataclasses.dataclass", "pydantic.dataclasses.dataclass"}


def detect(program: Program) -> Iterator[Hit]:
    """Yield the defaults that are computed at import and should be computed each time."""
    for call in _changing(program):
        if call.module.is_tool:
            continue
        if bound := _bound(call):
            yield call.hit(
                f"`{bound}={call.text}` is computed once, when the module is imported: the limit"
                " does not change until the process restarts",
                severity="low",
                fix="Compare in a validator, or in the function",
            )
        elif name := _default_of(call):
            yield call.hit(
                f"`{call.text}` is computed once, when the module is imported: `{name}` gets"
                " the same value until the process restarts",
                fix=_fix(call),
            )


def _fix(call: Node) -> str:
    """Return what to do in a class that `Depends()` makes, which passes on a factory uncalled."""
    cls = call.statement.parent if call.statement.annotation else call.at(None)
    if not cls or not any(cls in made.lineage for made in _of_parameters(call.program)):
        return ""
    is_schema = not cls.bases.isdisjoint(_SCHEMAS)
    place = 'a `model_validator(mode="after")`' if is_schema else "`__post_init__`"
    return f"Default `None`, and set it in {place}: `Depends()` calls no `default_factory`"


@fact
def _of_parameters(program: Program) -> set[Node]:
    """Return the classes that dependencies make of the parameters of requests."""
    targets = {d.target for endpoint in endpoints(program) for d in endpoint.dependencies}
    return {target for target in targets if target.is_class}


@fact
def _changing(program: Program) -> list[Node]:
    """Return the calls that give something else each time, those of the program's own functions."""
    found = list(program.calls_of(*sorted(_TIMES | _RANDOM)))
    newest = found
    for _ in range(limits.CALLS):
        makers = {call.function for call in newest if _is_returned(call)}
        newest = [c for f in makers for c in f.callers if f.is_function and c not in found]
        found += newest
    return sorted(set(found), key=lambda call: call.place)


def _is_returned(call: Node) -> bool:
    """Say whether its function does nothing but return it, or what is made of it."""
    function = call.function
    if not function or function.is_generator or function.is_coroutine:
        return False
    statements = [s for s in function.body if not isinstance(s.ast, ast.Expr)]
    return len(statements) == 1 and isinstance(call.statement.ast, ast.Return)


def _bound(call: Node) -> str:
    """Return the keyword of the limit that a call gives a field."""
    for above in call.ancestors:
        match above.ast:
            case ast.Lambda() | ast.stmt():
                return ""
            case ast.keyword(arg=str(name)) if above.parent.last_name in _FIELDS:
                return name if name in _BOUNDS else ""
    return ""


def _default_of(call: Node) -> str:
    """Return the name of the field or parameter whose default is made of a call, or ""."""
    is_keyword = False
    key: object = None
    below = call
    for above in call.ancestors:
        match above.ast:
            case ast.Lambda():
                return ""
            case ast.GeneratorExp() if above.parent.last_name not in _RUN:
                return ""
            case ast.Dict():
                key = next((key.literal for key, value in above.entries if value == below), None)
            case ast.keyword(arg=name):
                if name in _DEFAULTS or (name == _OF_COLUMN and key in _DEFAULTS):
                    is_keyword = True
                elif name not in _AROUND:
                    return ""
            case ast.Call() if above.last_name == "Depends" or (
                above.last_name in _FIELDS and below in above.args[1:]
            ):
                return ""
            case ast.arguments():
                return _parameter(above, below)
            case ast.AnnAssign() | ast.Assign():
                return _field(above, is_keyword=is_keyword)
            case ast.stmt():
                return ""
        below = above
    return ""


def _parameter(arguments: Node, default: Node) -> str:
    """Return the name of a parameter of a function that is defined once, and not for commands."""
    function = arguments.parent
    if not function.is_function or function.function or is_for_commands(function):
        return ""
    for parameter in function.parameters:
        if parameter.default == default:
            return "" if _is_always_passed(parameter) else parameter.name
    return ""


def _is_always_passed(parameter: Node) -> bool:
    """Say whether the program calls a function, and each call gives this parameter a value."""
    function = parameter.function
    if not function.callers or any(d.name not in _METHODS for d in function.decorators):
        return False
    unsure = (c for c in function.program.calls_named(function.name) if _may_run(c, function))
    calls = {*function.callers, *unsure}
    return all(map(parameter.passed, calls)) and not _is_handed_on(function)


def _may_run(call: Node, function: Node) -> bool:
    """Say whether a call of the same name may run a method: nobody knows, or it overrides one."""
    other = call.callee
    if not other:
        return not call.called
    own, its = function.enclosing_class, other.enclosing_class
    return bool(own and its) and (own in its.lineage or its in own.lineage)


def _is_handed_on(function: Node) -> bool:
    """Say whether something but a call names a function, as `Depends(read)`: others call it."""
    return any(
        node.parent.func != node and _may_be(node, function)
        for node in function.program.naming(function.name)
    )


def _may_be(node: Node, function: Node) -> bool:
    """Say whether a name or attribute that is read is a function, or perhaps is."""
    is_unknown = bool(node.owner) and not node.origin
    return node.is_read and (is_unknown or node.definition == function)


def _field(statement: Node, *, is_keyword: bool) -> str:
    """Return the name of the field that a statement in the body of a class declares."""
    cls = statement.parent
    if not cls.is_class or cls.function or cls in _of_settings(cls.program):
        return ""
    target = statement.targets[0] if statement.targets else statement
    is_field = isinstance(statement.ast, ast.AnnAssign) and _is_record(cls)
    is_constant = "ClassVar" in statement.annotation.text
    is_default = (is_keyword or is_field) and not is_constant
    is_used = not _is_always_given(cls, target.name) and not _is_of_rows(cls, target.name)
    return target.name if is_default and is_used else ""


def _is_always_given(cls: Node, name: str) -> bool:
    """Say whether all that make an object of a class give it a value, so that no default is used.

    They call the class, or one that inherits it, or read a row that has the column. Where a request
    or another method makes objects, nobody knows.
    """
    program = cls.program
    family = [other for other in program.classes if cls in other.lineage]
    names = program.spellings(frozenset(other.name for other in family))
    calls = [c for c in program.calls_named(*names) if c.func.definition in family]
    if not calls or any(map(_is_open, family)) or any(f.bindings(name) for f in family if f != cls):
        return False
    made = [call.owner.definition for call in program.calls_named(*_MAKERS)]
    if any(one in family and not _has_column(one, name) for one in made):
        return False
    return all(c.argument(_place(c.func.definition, name), name) for c in calls) and not any(
        call.has_unpacking for call in calls
    )


def _is_open(cls: Node) -> bool:
    """Say whether a request may fill an object of a class, or a database a row of it."""
    return cls in filled(cls.program) or not _is_record(cls) or bool(cls.keyword("table"))


def _has_column(cls: Node, name: str) -> bool:
    """Say whether a schema is read from rows, and some have a column of this name."""
    return _reads_rows(cls) and any(name in m.columns for m in models(cls.program).values())


def _is_of_rows(cls: Node, name: str) -> bool:
    """Say whether rows alone fill a schema, and those that inherit it: they have the column."""
    program = cls.program
    family = [other for other in program.classes if cls in other.lineage]
    if not any(name in model.columns for model in models(program).values()):
        return False
    if not all(map(_reads_rows, family)):
        return False
    taken = {part.node for schema in filled(program).values() for part in schema.parts}
    made = (call.func.definition for c in family for call in program.calls_named(c.name))
    return taken.isdisjoint(family) and not any(one in family for one in made)


def _reads_rows(cls: Node) -> bool:
    """Say whether a schema is configured to be filled from objects, and is no table itself."""
    schema = schema_of(cls)
    if schema is None or cls in models(cls.program):
        return False
    options = (schema.config.get(key) for key in ("from_attributes", "orm_mode"))
    return any(option is not None and option.literal is True for option in options)


def _place(cls: Node, name: str) -> int:
    """Return where a call gives a field by position: one that Pydantic makes takes names alone."""
    declared = [s.targets[0].name for s in cls.body if s.annotation]
    is_alone = len(list(cls.lineage)) == 1 and cls.bases.isdisjoint(_SCHEMAS)
    return declared.index(name) if is_alone and name in declared else sys.maxsize


@fact
def _of_settings(program: Program) -> set[Node]:
    """Return the classes that settings consist of: of those a process has one object."""
    parts = list(settings(program))
    for part in parts:  # the list grows: parts have parts
        inner = [schema for field in part.fields.values() for schema in field.schemas]
        parts += [schema for schema in inner if schema not in parts]
    found = [schema.node for schema in parts]
    found += [cls for cls in program.classes if _OLD_SETTINGS in cls.bases]
    return {above for cls in found for above in cls.lineage}


def _is_record(cls: Node) -> bool:
    """Say whether the annotated names of a class are defaults of its instances."""
    is_decorated = any(d.func.library_name in _DATACLASSES for d in cls.decorators)
    return is_decorated or not cls.bases.isdisjoint(_RECORDS)
