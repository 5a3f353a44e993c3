"""Values that the environment or the settings give: by which name, and with which default."""

from fastapi_pro.auditing.libraries.pydantic import Field, settings_of
from fastapi_pro.auditing.model.node import Node

_GETS = ("os.getenv", "os.environ.get")
_CONFIGS = ("config", "env", "get_env", "getenv")


def environment_name(expr: Node) -> str:
    """Return which variable of the environment an expression reads, "" if it reads none."""
    key = expr.index
    if expr.is_call:
        is_read = expr.called in _GETS or (expr.func.name in _CONFIGS and not expr.callee)
        key = expr.argument(0, "key") if is_read else expr.at(None)
    elif expr.generic.library_name != "os.environ":
        return ""
    return str(key.constant or "")


def setting_of(expr: Node) -> Field | None:
    """Return the field of the settings that `settings.name` reads."""
    schema = settings_of(expr.owner.type)
    return schema.fields.get(expr.member) if schema else None


def setting_default(expr: Node) -> Node:
    """Return the default of the settings field that `settings.name` reads."""
    field = setting_of(expr)
    return expr.at(None) if field is None else default_of_field(field)


def default_of_field(field: Field) -> Node:
    """Return the default of a field: of `Field(True)` the `True`."""
    is_described = field.default.is_call and field.default.last_name == "Field"
    return field.default.argument(0, "default") if is_described else field.default


def default_of(expr: Node) -> Node:
    """Return what a value is that neither the environment nor the settings are given."""
    found = expr.value
    if environment_name(found):
        return found.argument(1, "default") or found.keyword("default")
    return setting_default(expr)
