"""Settings whose errors print what the environment holds."""

import ast
from collections.abc import Collection, Iterable, Iterator

from fastapi_pro.auditing.detection import Hit, Node, Program, fact
from fastapi_pro.auditing.libraries.command_lines import is_outside_service
from fastapi_pro.auditing.libraries.launches import variables
from fastapi_pro.auditing.libraries.pydantic import (
    SECRETS,
    Field,
    Schema,
    schema_of,
    schemas,
    settings,
)
from fastapi_pro.auditing.libraries.refusals import is_refused, is_refused_whole
from fastapi_pro.auditing.libraries.sqlalchemy_models import names_secret
from fastapi_pro.auditing.model import limits
from fastapi_pro.auditing.model.node import inherits
from fastapi_pro.messages import counted

_DSNS = (
    "pydantic.PostgresDsn", "pydantic.RedisDsn", "pydantic.MySQLDsn", "pydantic.MariaDBDsn",
    "pydantic.AmqpDsn", "pydantic.MongoDsn",
)  # fmt: skip
_URLS = ("_dsn", "database_url")
_SECRET, _URL, _OTHER = "#" * 32, "mysql://app:########@db/app", "8000"
_TELLING = 6  # characters of a secret that tell something of it


def detect(program: Program) -> Iterator[Hit]:
    """Yield each settings class with a secret and without `hide_input_in_errors=True`."""
    exposed = (schema for schema in settings(program) if _is_open(schema))
    found = {schema.node: name for schema in exposed if (name := _printed(schema))}
    joined = [cls for cls in found if _joins(cls, found)]
    parts = {base for cls in joined for base in cls.lineage if base != cls and not _is_made(base)}
    found = {cls: name for cls, name in found.items() if not _is_only_of_heir(cls, found)}
    seen: set[str] = set()
    for cls, name in found.items():
        is_heir = cls not in joined and any(base in found for base in cls.lineage if base != cls)
        if is_heir or cls in parts or cls.module.name in seen:
            continue  # one finding for a base, and for the classes of a file
        seen.add(cls.module.name)
        others = sum(other.module is cls.module for other in found) - 1
        yield cls.hit(
            f"a bad or missing variable ends the start of `{cls.name}` with a traceback that prints"
            f" values, `{name}` among them"
            + (f" (and {counted(others, 'more class', 'more classes')} here)" if others else ""),
            severity="" if _serves(program) and not _is_of_command(cls) else "low",
            fix=_fix(cls),
        )


def _joins(cls: Node, found: Collection[Node]) -> bool:
    """Say whether a class is made of several settings, of which none is a base of another."""
    bases = [base for base in cls.lineage if base != cls and base in found]
    return any(one not in other.lineage for one in bases for other in bases)


def _is_made(cls: Node) -> bool:
    """Say whether a class is called, and not only inherited."""
    return bool(_made(cls))


def _made(cls: Node) -> list[Node]:
    calls = cls.program.calls_named(cls.name)
    return [call for call in calls if call.func.definition == cls]


def _is_of_command(cls: Node) -> bool:
    """Say whether only commands beside the service make the settings: who starts one sees them."""
    made = _made(cls)
    return bool(made) and all(map(is_outside_service, made))


def _is_only_of_heir(cls: Node, found: Collection[Node]) -> bool:
    """Say whether a class is never made, but others of which at most one prints a secret.

    They have more fields, of which an error prints the first and the last, or another option.
    """
    heirs = [one.node for one in settings(cls.program) if cls in one.node.lineage]
    bases = {base for heir in heirs for base in heir.lineage if base != heir}
    made = [heir for heir in heirs if heir not in bases]
    exposed = sum(heir in found for heir in made)
    return made != [cls] and exposed <= 1 and _is_only_inherited(cls)


def _is_only_inherited(cls: Node) -> bool:
    """Say whether code names a class only as a base, and as the type of a value."""
    if not all(map(_is_of_type, cls.program.naming(cls.name))):
        return False
    return all(cls.name not in module.aliases.values() for module in cls.program.code)


def _is_of_type(name: Node) -> bool:
    """Say whether a name is a base of a class, or what a function takes or returns."""
    above = name.parent
    match above.ast:
        case ast.ClassDef(bases=bases):
            return name.ast in bases
        case ast.arg():
            return not above.default  # `= Depends()` makes one
        case ast.FunctionDef(returns=returned) | ast.AsyncFunctionDef(returns=returned):
            return name.ast is returned
    return False


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


def _printed(schema: Schema) -> str:
    """Return the name of the secret field that an error is likeliest to print, "" for none.

    A field's own error prints the field, which plain text cannot have. The error about a missing
    field, or of a validator of all fields, prints the others, cut in the middle.
    """
    found = []
    for place, field in enumerate(schema.fields.values()):
        is_named = names_secret(field.name) or _is_url(field)
        is_named = is_named and "sentry" not in field.name.lower()  # browsers know it, too
        is_text = inherits(field.type, *SECRETS) or (field.type == "builtins.str" and is_named)
        if field.type in _DSNS or (is_text and is_refused(schema, field)):
            found.append((0, _is_url(field), 0, place, field.name))
        elif is_text and (times := _times_shown(schema, field)):
            rank = 1 if field.is_required else 2
            found.append((rank, _is_url(field), -times, place, field.name))
    return min(found)[-1] if found else ""


def _times_shown(schema: Schema, secret: Field) -> int:
    """Return how many of the errors about other fields print a telling part of a secret."""
    if _is_of_another_variable(schema, secret):
        return 0
    return sum(_shown(given, secret) >= _TELLING for given in _lists(schema, secret))


def _is_url(field: Field) -> bool:
    return field.type in _DSNS or field.name.lower().endswith(_URLS)


def _lists(schema: Schema, secret: Field) -> Iterator[list[Field]]:
    """Yield the lists of fields that errors print where a secret is given.

    One variable is missing, or all are there and a validator refuses them. A field that has a
    default is given where a file sets its variable. Pydantic keeps the order of the class.
    """
    fields, names = schema.fields.values(), _names_set(schema.node.program)
    by_files = [field for field in fields if schema.variable(field).lower() in names]
    if by_files and not secret.is_required and secret not in by_files:
        return  # its default counts
    given = [f for f in fields if f.is_required or f == secret or f in by_files]
    if is_refused_whole(schema):
        yield given
    for missing in given:
        if missing.is_required and missing != secret:
            yield [field for field in given if field != missing]


@fact
def _names_set(program: Program) -> set[str]:
    """Return the names of the variables that files set, in lower case."""
    return {variable.name.lower() for variable in variables(program)}


def _shown(given: Iterable[Field], secret: Field) -> int:
    """Return how many characters of a secret an error prints: the first 25 and the last 24."""
    value = _URL if _is_url(secret) else _SECRET
    text = repr({_key(field): value if field == secret else _OTHER for field in given})
    printed = text if len(text) <= 50 else text[:25] + text[-24:]
    return printed.count("#")


def _key(field: Field) -> str:
    """Return what an error calls a field: its alias, or its name."""
    aliases = field.options("validation_alias", "alias")
    return str(aliases[0].constant or field.name) if aliases else field.name


def _is_of_another_variable(schema: Schema, field: Field) -> bool:
    """Say whether a default reads a variable of another name, which no source of settings has."""
    read = field.default
    is_read = read.called in ("os.getenv", "os.environ.get")
    name = read.argument(0, "key").constant if is_read else None
    return isinstance(name, str) and name.lower() != schema.variable(field).lower()
