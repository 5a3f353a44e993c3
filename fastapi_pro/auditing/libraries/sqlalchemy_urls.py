"""The URLs of databases, as far as code tells what they begin with."""

import ast
import re

from fastapi_pro.auditing.libraries.configured_values import setting_default
from fastapi_pro.auditing.model import limits
from fastapi_pro.auditing.model.attributes import attribute_values
from fastapi_pro.auditing.model.node import Node

_GETENV = ("os.environ.get", "os.getenv")
_WRAPPERS = ("builtins.str", "sqlalchemy.make_url", "sqlalchemy.url.make_url")
_URL = ("sqlalchemy.URL.create", "sqlalchemy.url.URL.create")
_SCHEME = re.compile(r"(sqlite|postgres(?:ql)?|mysql|mariadb|oracle|mssql|cockroachdb)(\+\w+)?")
_BUILDERS = ("build", "create", "set")  # Dsn.build(scheme=...), URL.create(drivername=...)
_PROPERTIES = {"property", "cached_property", "computed_field"}
_DIALECT = re.compile(r"(sqlite|postgres|mysql|mariadb|oracle|mssql)")


def literal_url(expr: Node, depth: int = 0) -> str:
    """Return a URL that the code contains, or "": names and defaults are followed."""
    found = expr.value or setting_default(expr)
    if depth > limits.NAMES:
        return ""
    match found.ast:
        case ast.Constant(value=str(url)) | ast.JoinedStr(values=[ast.Constant(value=url), *_]):
            return str(url)
        case ast.BoolOp(values=values):
            return literal_url(found.at(values[-1]), depth + 1)
    if found.called in _GETENV:
        return literal_url(found.argument(1, "default"), depth + 1)
    if found.called in _WRAPPERS and found.args:
        return literal_url(found.args[0], depth + 1)
    if found.called in _URL:
        driver = found.argument(0, "drivername").constant
        return f"{driver}://" if isinstance(driver, str) else ""
    return ""


def scheme_of(expr: Node, depth: int = 0) -> str:
    """Return what a URL begins with, such as "postgresql+asyncpg:", or "" if unknown.

    Names, defaults, functions, properties and parts of strings are followed.
    """
    found = (expr.value or setting_default(expr)).awaited
    if depth > limits.NAMES:
        return ""
    match found.ast:
        case ast.Constant(value=str(text)):
            match_ = _SCHEME.match(text)
            return f"{match_[0]}:" if match_ else ""
        case ast.JoinedStr(values=[ast.Constant(value=str(text)), *_]):
            return _beginning(text)
        case ast.JoinedStr(values=[ast.FormattedValue(value=first), *_]):
            return scheme_of(found.at(first), depth + 1)
        case ast.BinOp(left=left):
            return scheme_of(found.at(left), depth + 1)
        case ast.BoolOp(values=values):
            return scheme_of(found.at(values[-1]), depth + 1)
        case ast.IfExp(body=body, orelse=orelse):
            both = {scheme_of(found.at(part), depth + 1) for part in (body, orelse)}
            return both.pop() if len(both) == 1 else ""
        case ast.Call():
            return _of_call(found, depth)
    return _of_property(expr, depth)


def _beginning(text: str) -> str:
    """Return the scheme of a URL's literal beginning; for `mysql+`, the driver does not matter."""
    match = _SCHEME.match(text)
    if match is None:
        return ""
    if ":" in text:
        return f"{match[0]}:"
    return "" if match[1].startswith("postgres") else f"{match[1]}:"


def _of_call(call: Node, depth: int) -> str:
    if call.callee:
        return _of_function(call.callee, depth)
    if call.called in _GETENV or call.keyword("default"):
        return scheme_of(call.argument(1, "default"), depth + 1)
    if call.called in _WRAPPERS and call.args:
        return scheme_of(call.args[0], depth + 1)
    if call.member == "replace" and len(call.args) > 1:
        return scheme_of(call.args[1], depth + 1) or scheme_of(call.owner, depth + 1)
    if call.member in _BUILDERS:
        given = call.keyword("scheme") or call.argument(0, "drivername")
        return scheme_of(given, depth + 1)
    if call.member in ("format", "unicode_string", "render_as_string", "__str__"):
        return scheme_of(call.owner, depth + 1)
    return ""


def _of_function(function: Node, depth: int) -> str:
    """Return the scheme of everything that a function returns, "" if they differ."""
    found = {scheme_of(value, depth + 1) for value in function.returned} - {""}
    return found.pop() if len(found) == 1 else ""


def _of_property(expr: Node, depth: int) -> str:
    """Return the scheme of the value of an object's property or attribute."""
    cls = expr.owner.type_class if expr.member else expr.at(None)
    method = cls.method(expr.member)
    if method:
        is_property = any(d.last_name in _PROPERTIES for d in method.decorators)
        return _of_function(method, depth) if is_property else ""
    found = {scheme_of(value, depth + 1) for value in attribute_values(cls, expr.member)} - {""}
    return found.pop() if len(found) == 1 else ""


def scheme_of_branch(call: Node) -> str:
    """Return the dialect of the branch that a call stands in: `if dialect == "sqlite":`."""
    below = call
    for above in call.ancestors:
        match above.ast:
            case ast.If(body=body) if any(below.ast is part for part in body):
                if found := _asked_for(above.test):
                    return found
            case ast.IfExp(body=body) if below.ast is body:
                if found := _asked_for(above.test):
                    return found
            case ast.match_case(pattern=ast.MatchValue(value=ast.Constant(value=str(text)))):
                if _DIALECT.match(text):
                    return f"{text}:"
        if above.is_function:
            break
        below = above
    return ""


def _asked_for(test: Node) -> str:
    """Return the dialect that a condition tests: by `==`, `in`, `startswith` or a name."""
    match test.ast:
        case ast.UnaryOp() | ast.BoolOp(op=ast.Or()):
            return ""
        case ast.Compare(ops=[ast.Eq() | ast.In()]) | ast.Call():
            parts = [*test.operands, *test.args]
            texts = [part.literal for part in parts]
            found = next((t for t in texts if isinstance(t, str) and _DIALECT.match(t)), "")
        case ast.BoolOp(values=values):
            return next(filter(None, (_asked_for(test.at(value)) for value in values)), "")
        case _:
            found = ""
    named = re.fullmatch(r"_?(?:is_|use_|uses_)(sqlite|postgres|mysql)\w*", test.last_name.lower())
    found = found or (named[1] if named else "")
    match_ = _DIALECT.match(found)
    return f"{match_[1]}:" if match_ else ""
