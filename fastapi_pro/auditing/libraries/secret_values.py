"""Values that are secret: by their name, by what the environment calls them, database URLs."""

import ast
import re

from fastapi_pro.auditing.libraries.configured_values import (
    default_of,
    environment_name,
    setting_of,
)
from fastapi_pro.auditing.libraries.request_texts import text_parts
from fastapi_pro.auditing.libraries.sqlalchemy_urls import literal_url
from fastapi_pro.auditing.model.attributes import attribute_values
from fastapi_pro.auditing.model.node import Node

_SECRET = re.compile(
    r"(\w+_)?(password|passwd|pwd)|(\w+_)?(access|refresh|id|bearer|auth|reset|jwt|csrf)_token"
    r"|(\w+_)?(secret_key|client_secret|jwt_secret|private_key)|authorization"
    r"|(\w+_)?(admin|db|database|ftp|mail|mysql|pg|postgres|redis|root|smtp|ssh|user)_?pass"
    r"|(openai|anthropic|stripe|aws|azure|smtp|admin|master|provider|llm)_api_key",
    re.IGNORECASE,
)
_HARMLESS = re.compile(
    r"^(has|is|no|needs?|num|max|min|use|should|invalid|forgot|reset)_|change", re.IGNORECASE
)
_DATABASE_URL = re.compile(
    r"(\w+_)?(database|db|sql(alchemy)?|postgres(ql)?|pg|mysql|mongo(db)?)_?(url|uri|dsn)",
    re.IGNORECASE,
)
_WITH_PASSWORD = re.compile(r"://[^:/@\s]*:[^@\s/{}<>$*]+@")
_TEXTS = ("builtins.str", "typing.Any", None)
_DSN = re.compile(r"pydantic\.\w+Dsn")


def is_secret_name(name: str) -> bool:
    """Say whether a value of this name is secret: `password`, `SMTP_PASSWORD`, `access_token`."""
    return _SECRET.fullmatch(name) is not None and not _HARMLESS.search(name)


def holds_password(expr: Node) -> bool:
    """Say whether an expression is the URL of a database with a password in it.

    It is called so, and comes from the environment or the settings, or is written with a password.
    What is in a default of SQLite, or without a password, is not taken for one.
    """
    names = (expr.last_name, environment_name(expr))
    if not any(map(_DATABASE_URL.fullmatch, names)):
        return False
    found = held_by(expr)
    if environment_name(found) or setting_of(expr):
        default = default_of(expr if setting_of(expr) else found)
        return not default or default.is_none or _has_password(default)
    return isinstance(found.ast, ast.Constant) and _has_password(found)


def held_by(expr: Node) -> Node:
    """Return the value of a name; of an object's attribute, what its class alone assigns to it."""
    if expr.value or not expr.owner:
        return expr.value
    values = list(attribute_values(expr.owner.type_class, expr.member))
    return values[0] if len(values) == 1 else expr.at(None)


def is_text(expr: Node) -> bool:
    """Say whether a value is a text, or may be one: it is no flag, class or `SecretStr`."""
    kind = expr.type
    return kind in _TEXTS or (isinstance(kind, str) and _DSN.fullmatch(kind) is not None)


def text_of(expr: Node) -> list[Node]:
    """Return what the text is made of that a variable, property or function gives.

    Nothing of a variable that is set several times: it may be masked in between.
    """
    method = expr.owner.type_class.method(expr.member) if expr.member else expr.at(None)
    function = expr.callee if expr.is_call else method
    if function:
        return [value for value in function.returned if text_parts(value)]
    found = held_by(expr)
    if found and not found.binding and found != expr:
        return [found] if text_parts(found) else []
    binding = found.binding
    scope = found.function or found.at(found.module.tree)
    is_set_once = binding is not None and len(scope.bindings(expr.last_name)) == 1
    return [found] if is_set_once and text_parts(found) else []


def _has_password(default: Node) -> bool:
    return _WITH_PASSWORD.search(literal_url(default)) is not None
