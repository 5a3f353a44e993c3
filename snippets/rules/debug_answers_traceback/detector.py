"""An application in debug mode, which answers errors with their traceback."""

import ast
import re
from collections.abc import Iterator

from fastapi_pro.auditing.detection import Hit, Node, Program
from fastapi_pro.auditing.libraries.configured_values import (
    default_of_field,
    environment_name,
    setting_default,
    setting_of,
)
from fastapi_pro.auditing.libraries.environments import is_for_developers
from fastapi_pro.auditing.libraries.launches import launches, variables
from fastapi_pro.auditing.libraries.pydantic import settings_of

_DUMPS = {"dict", "model_dump"}
_ON = {"1", "on", "t", "true", "y", "yes"}
_DEFAULT = re.compile(r"\$\{\w+:?-(.*)\}")
"""The default in a compose file: `${DEBUG:-false}`."""


def detect(program: Program) -> Iterator[Hit]:
    """Yield the applications with `debug=True`, or with a setting that is true by default."""
    for call in program.calls_of("fastapi.FastAPI"):
        if call.module.is_tool or is_for_developers(call):
            continue
        value, variable = _debug(call)
        if variable:
            yield from _of_variable(value, variable)
        elif value.constant is True:
            yield value.hit(
                "debug mode: a stranger gets the traceback of each 500, with paths and source, and"
                " no handler of `Exception` is asked"
            )


def _debug(call: Node) -> tuple[Node, str]:
    """Return the value of `debug` where nobody sets its variable, and the variable, or ""."""
    given = call.keyword("debug")
    for unpacked in call.unpacked:
        made = unpacked.value
        schema = settings_of(made.owner.type) if made.member in _DUMPS else None
        if schema is not None and "debug" in schema.fields:
            field = schema.fields["debug"]
            return default_of_field(field), schema.variable(field)
        function = unpacked.owner.type_class.method(unpacked.member)
        for options in (made, *function.returned):
            given = given or options.entry("debug")
    setting, schema = setting_of(given), settings_of(given.owner.type)
    if setting is not None and schema is not None:
        variable = schema.variable(setting)
        return (setting_default(given) if variable else given.at(None)), variable
    return given, next(map(environment_name, _reads(given.value)), "")


def _reads(value: Node) -> list[Node]:
    """Return the calls in an expression that read the environment."""
    return [call for call in value.walk(ast.Call) if environment_name(call)]


def _of_variable(value: Node, name: str) -> Iterator[Hit]:
    """Yield a value that is true by default, unless a file that comes with the code says no."""
    if _is_on(value) and not _is_switched_off(value.program, name):
        is_deployed = any(not launch.is_development for launch in launches(value.program))
        yield value.hit(
            f"debug mode where nobody sets `{name.upper()}`: a stranger gets the traceback of each"
            " 500, with paths and source",
            severity="" if is_deployed else "low",
            fix="`False`; developers set it in their `.env`",
        )


def _is_on(value: Node) -> bool:
    """Say whether a value is true by default: `True`, or `os.getenv("DEBUG", "1") == "1"`."""
    read = value.value
    is_equal = isinstance(read.ast, ast.Compare) and isinstance(read.ast.ops[0], ast.Eq | ast.In)
    defaults = (call.argument(1, "default").constant for call in _reads(read))
    is_read = is_equal or bool(environment_name(read))
    return value.constant is True or (
        is_read and any(str(default).lower() in _ON for default in defaults)
    )


def _is_switched_off(program: Program, name: str) -> bool:
    """Say whether a deploy file or a `.env` file sets the variable, to something else than true."""
    given = (v.value.text.strip() for v in variables(program) if v.name.lower() == name.lower())
    return any(_DEFAULT.sub(r"\1", text).lower() not in _ON for text in given)
