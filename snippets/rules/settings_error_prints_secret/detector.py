"""Settings whose errors print what the environment holds."""

import ast
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from fastapi_pro.auditing.detection import Hit, Node, Program, fact
from fastapi_pro.auditing.libraries.pydantic import (
    SECRETS,
    Field,
    Schema,
    schema_of,
    schemas,
    settings,
)
from fastapi_pro.auditing.libraries.sqlalchemy_models import names_secret
from fastapi_pro.auditing.model import limits
from fastapi_pro.auditing.model.call_graph import reached
from fastapi_pro.auditing.model.node import inherits

_DSNS = (
    "pydantic.PostgresDsn", "pydantic.RedisDsn", "pydantic.MySQLDsn", "pydantic.MariaDBDsn",
    "pydantic.AmqpDsn", "pydantic.MongoDsn",
)  # fmt: skip
_URLS = ("_dsn", "database_url")
_QUIET = {
    "isinstance", "len", "str", "strip", "lower", "upper", "get", "startswith", "endswith",
    "replace", "rstrip", "lstrip", "split", "token_hex", "token_urlsafe", "getenv", "SecretStr",
}  # fmt: skip
"""What a validator calls that refuses no text."""
_LONGEST = 16  # characters of a name after which the first 25 of an error have some of the value
_CONSTRAINTS = ("min_length", "max_length", "pattern", "strict")


@dataclass(frozen=True)
class _Leak:
    """A secret field, and whether an error prints it only where fields beside it are missing.

    The error prints the first and the last 25 characters of what was given, not the middle.
    """

    name: str
    is_cut: bool = False


def detect(program: Program) -> Iterator[Hit]:
    """Yield each settings class with a secret and without `hide_input_in_errors=True`."""
    exposed = (schema for schema in settings(program) if _is_open(schema))
    found = {schema.node: leak for schema in exposed if (leak := _leak(schema))}
    joined = [cls for cls in found if _joins(cls, found)]
    parts = {base for cls in joined for base in cls.lineage if base != cls and not _is_made(base)}
    seen: set[str] = set()
    for cls, leak in found.items():
        is_heir = cls not in joined and any(base in found for base in cls.lineage if base != cls)
        if is_heir or cls in parts or cls.module.name in seen:
            continue  # one finding for a base, and for the classes of a file
        seen.add(cls.module.name)
        others = sum(other.module is cls.module for other in found) - 1
        yield cls.hit(
            f"a bad or missing variable ends the start of `{cls.name}` with a traceback that prints"
            + _printed(leak)
            + (f" (and {others} more classes here)" if others else ""),
            severity="low" if not _serves(program) else "medium" if leak.is_cut else "",
            fix=_fix(cls),
        )


def _printed(leak: _Leak) -> str:
    if leak.is_cut:
        return (
            f" the first and last values, and `{leak.name}` where those before or after it are"
            " missing"
        )
    return f" values, `{leak.name}` among them"


def _joins(cls: Node, found: Collection[Node]) -> bool:
    """Say whether a class is made of several settings, of which none is a base of another."""
    bases = [base for base in cls.lineage if base != cls and base in found]
    return any(one not in other.lineage for one in bases for other in bases)


def _is_made(cls: Node) -> bool:
    """Say whether a class is called, and not only inherited."""
    return any(call.func.definition == cls for call in cls.program.calls_named(cls.name))


def _serves(program: Program) -> bool:
    """Say whether it is a service, whose log others read, and no command."""
    return any(module.imports("fastapi", "starlette", "uvicorn") for module in program.code)


def _fix(cls: Node) -> str:
    """Return the class whose option counts, where it is not the settings themselves."""
    outer = _outer(cls)
    if outer == cls:
        return ""
    too = f" and of `{cls.name}`" if cls in _made_alone(cls.program) else ""
    return (
        f"`hide_input_in_errors=True` in the `model_config` of `{outer.name}`{too}: that of the"
        " class that is validated counts, for those inside it also"
    )


def _outer(cls: Node) -> Node:
    """Return the outermost model or settings that a class is a field of, or the class itself."""
    for _ in range(limits.NAMES):
        if cls not in _holders(cls.program):
            break
        cls = _holders(cls.program)[cls].node
    return cls


@fact
def _holders(program: Program) -> dict[Node, Schema]:
    """Return the models and settings that have a field of a class, by this class."""
    return {
        inner.node: schema
        for schema in schemas(program)
        for field in schema.fields.values()
        for inner in field.schemas
        if inner.is_settings
    }


@fact
def _made_alone(program: Program) -> set[Node]:
    """Return the classes of fields whose default makes them: their own option counts as well."""
    fields = [field for schema in schemas(program) for field in schema.fields.values()]
    return {
        inner.node
        for field in fields
        if not field.is_required and not field.default.is_none
        for inner in field.schemas
    }


def _is_open(schema: Schema) -> bool:
    is_alone = schema.node in _made_alone(schema.node.program)
    outer = (None if is_alone else schema_of(_outer(schema.node))) or schema
    hides = outer.config.get("hide_input_in_errors")
    return outer.is_config_known and (hides is None or hides.constant is False)


def _leak(schema: Schema) -> _Leak | None:
    """Return the secret field that an error is likeliest to print.

    Where a field is required, the error about its absence prints what else was given; a field's
    own error prints the field, which plain text cannot have.
    """
    fields = list(schema.fields.values())
    prints_all = any(field.is_required for field in fields) or _is_refused_whole(schema)
    found = []
    for place, field in enumerate(fields):
        is_url = field.type in _DSNS or field.name.lower().endswith(_URLS)
        is_named = names_secret(field.name) or field.name.lower().endswith(_URLS)
        is_named = is_named and "sentry" not in field.name.lower()  # browsers know it, too
        is_text = inherits(field.type, *SECRETS) or (field.type == "builtins.str" and is_named)
        if field.type in _DSNS or (is_text and _is_constrained(schema, field)):
            found.append((1 if is_url else 0, place, _Leak(field.name)))
        elif is_text and prints_all and not _is_of_another_variable(schema, field):
            required = [other.is_required for other in fields]
            is_first = sum(required[:place]) < 2 and len(field.name) < _LONGEST
            is_cut = not is_first and sum(required[place + 1 :]) > 1
            found.append((3 if is_cut else 2, place, _Leak(field.name, is_cut=is_cut)))
    return min(found)[2] if found else None


def _is_of_another_variable(schema: Schema, field: Field) -> bool:
    """Say whether a default reads a variable of another name, which no source of settings has."""
    read = field.default
    is_read = read.called in ("os.getenv", "os.environ.get")
    name = read.argument(0, "key").constant if is_read else None
    prefix = schema.config.get("env_prefix")
    own = f"{prefix.constant if prefix else ''}{field.name}"
    return isinstance(name, str) and name.lower() != own.lower()


def _refuses(method: Node) -> bool:
    """Say whether a validator may refuse a value: it raises, or calls what is not known."""
    functions = reached([method])
    calls = (call for function in functions for call in function.calls)
    is_raised = any(function.own(ast.Raise, ast.Assert) for function in functions)
    return is_raised or not method or any(_may_raise(call) for call in calls)


def _may_raise(call: Node) -> bool:
    return not call.callee and call.last_name not in _QUIET


def _is_refused_whole(schema: Schema) -> bool:
    """Say whether a validator of all fields may raise: its error prints all that was given."""
    methods = [v.method for v in schema.validators("model_validator", "root_validator")]
    return any(function.own(ast.Raise, ast.Assert) for function in reached(methods))


def _is_constrained(schema: Schema, field: Field) -> bool:
    """Say whether a value of a field can be refused."""
    refusing = [v for v in schema.field_validators if field.name in v.fields and _refuses(v.method)]
    return bool(refusing) or bool(field.options(*_CONSTRAINTS))
