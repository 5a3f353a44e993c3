"""An application in debug mode, which answers errors with their traceback."""

import re
from collections.abc import Iterator

from fastapi_pro.auditing.detection import Hit, Node, Program
from fastapi_pro.auditing.libraries.configured_values import setting_default, setting_of
from fastapi_pro.auditing.libraries.environments import is_for_developers
from fastapi_pro.auditing.libraries.launches import launches, variables
from fastapi_pro.auditing.libraries.pydantic import schema_of

_ON = {"1", "on", "t", "true", "y", "yes"}
_DEFAULT = re.compile(r"\$\{\w+:?-(.*)\}")
"""The default in a compose file: `${DEBUG:-false}`."""


def detect(program: Program) -> Iterator[Hit]:
    """Yield the applications with `debug=True`, or with a setting that is true by default."""
    for call in program.calls_of("fastapi.FastAPI"):
        debug = call.keyword("debug")
        if not debug or call.module.is_tool or is_for_developers(call):
            continue
        if debug.constant is True:
            yield debug.hit(
                "debug mode: a stranger gets the traceback of each 500, with paths and source, and"
                " no handler of `Exception` is asked"
            )
        elif setting_default(debug).constant is True:
            yield from _of_setting(debug)


def _of_setting(debug: Node) -> Iterator[Hit]:
    """Yield the default of a setting, unless a file that comes with the code turns it off."""
    name, program = _variable(debug), debug.program
    if name and not _is_switched_off(program, name):
        is_deployed = any(not launch.is_development for launch in launches(program))
        yield setting_default(debug).hit(
            f"debug mode where nobody sets `{name.upper()}`: a stranger gets the traceback of each"
            " 500, with paths and source",
            severity="" if is_deployed else "low",
            fix="`False`; developers set it in their `.env`",
        )


def _variable(expr: Node) -> str:
    """Return the variable of the environment that `settings.debug` is read from, or ""."""
    field, schema = setting_of(expr), schema_of(expr.owner.type)
    return schema.variable(field) if field is not None and schema is not None else ""


def _is_switched_off(program: Program, name: str) -> bool:
    """Say whether a deploy file or a `.env` file sets the variable, to something else than true."""
    given = (v.value.text.strip() for v in variables(program) if v.name.lower() == name.lower())
    return any(_DEFAULT.sub(r"\1", text).lower() not in _ON for text in given)
