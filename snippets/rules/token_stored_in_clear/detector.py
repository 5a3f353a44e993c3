"""Tokens that are stored as they are sent, and looked up by themselves."""

import ast
import re
from collections.abc import Iterator

from fastapi_pro.auditing.detection import Hit, Node, Program, fact
from fastapi_pro.auditing.libraries.request_texts import text_parts
from fastapi_pro.auditing.libraries.sqlalchemy_models import Column, Model, model_named, models
from fastapi_pro.auditing.libraries.sqlalchemy_rows import row_of
from fastapi_pro.auditing.model.value_origins import origins

_OPENS = (
    r"reset|forgot|recover|magic|log_?in|sign_?in|one_?time|api|access|auth|refresh|session|bearer"
)
_PROVES = r"verif\w*|confirm\w*|activat\w*|invit\w*|email_?change"
_SECRET = r"(link|key|token|code|secret)"
_COLUMN = re.compile(rf"(^|_)({_OPENS}|{_PROVES})(_?(password|email))?_?{_SECRET}$", re.IGNORECASE)
_PLAIN = re.compile(rf"^{_SECRET}$")
_MODEL = re.compile(rf"{_OPENS}|{_PROVES}", re.IGNORECASE)
_LESS = re.compile(_PROVES, re.IGNORECASE)
_MADE = (
    "secrets.token_urlsafe", "secrets.token_hex", "secrets.token_bytes", "uuid.uuid4", "os.urandom",
)  # fmt: skip
_SAME = ("builtins.str", "base64.urlsafe_b64encode", "base64.b64encode", "base64.b32encode")
_HIDDEN = re.compile(r"encrypt|hash|digest|fernet", re.IGNORECASE)
_SHOWN = re.compile(r"invit\w*\.(\w+_)?code$", re.IGNORECASE)
"""Codes that a page goes on showing, to be handed on."""


def detect(program: Program) -> Iterator[Hit]:
    """Yield the places where a random token becomes a column by which it is looked up."""
    columns = _columns(program)
    for node, value, column in _stored(program) if columns else ():
        made = next((o for o in origins(value, _same) if o.called in _MADE), None)
        if made is not None:
            yield node.hit(
                f"`{column.full_name}` stores the token of `{made.called}` in clear text: whoever"
                " reads the table can use it",
                severity="low" if _LESS.search(column.full_name) else "",
                cause=column.full_name,
            )


@fact
def _columns(program: Program) -> dict[str, dict[Model, Column]]:
    """Return the columns of tokens that are looked up by equality, by their names."""
    found: dict[str, dict[Model, Column]] = {}
    for model in models(program).values():
        for column in model.columns.values():
            is_plain = _PLAIN.match(column.name) and _MODEL.search(model.name)
            is_token = is_plain or _COLUMN.search(column.name)
            is_readable = _SHOWN.search(column.full_name) or _HIDDEN.search(column.node.text)
            if not is_token or is_readable:
                continue
            is_asked = _is_looked_up(program, model, column.name)
            if is_asked and not _is_shown_again(program, model, column.name):
                found.setdefault(column.name, {})[model] = column
    return found


def _is_looked_up(program: Program, model: Model, name: str) -> bool:
    for attribute in program.attributes(name):
        above = attribute.parent
        is_equal = isinstance(above.ast, ast.Compare) and isinstance(above.ast.ops[0], ast.Eq)
        if is_equal and model_named(attribute.owner) == model:
            return True
    calls = program.calls_named("filter_by")
    return any(call.keyword(name) and model.name in call.owner.text for call in calls)


def _is_shown_again(program: Program, model: Model, name: str) -> bool:
    """Say whether code takes the token of a stored row, to show or send it: a hash would not do.

    What makes the row has the token itself, and so has who calls that.
    """
    return any(
        attribute.is_read and row_of(attribute.owner) == model and _is_passed_on(attribute)
        for attribute in program.attributes(name)
    )


def _is_passed_on(attribute: Node) -> bool:
    """Say whether a token of a row that was found goes into an answer, a text or a call."""
    made = attribute.owner.value.awaited
    makers = [made.callee] if made.callee else []
    writing = {"add", "add_all", "merge"}
    if any(c.last_name in writing for f in [attribute.function, *makers] for c in f.calls):
        return False
    above = attribute.parent
    if isinstance(above.ast, (ast.IfExp, ast.Dict, ast.FormattedValue)):
        return True
    return isinstance(above.ast, (ast.Return, ast.keyword)) and not _asks(above)


def _asks(above: Node) -> bool:
    """Say whether a call looks rows up by what it is given."""
    return above.parent.last_name in ("filter_by", "compare_digest")


def _stored(program: Program) -> Iterator[tuple[Node, Node, Column]]:
    """Yield what is stored in such a column: the place, the value, the column."""
    columns = _columns(program)
    for call in program.calls_named(*{m.name for listed in columns.values() for m in listed}):
        for name, value in call.keywords.items():
            if column := columns.get(name, {}).get(model_named(call.func)):  # type: ignore[arg-type]
                yield call, value, column
    for attribute in program.attributes(*columns):
        statement = attribute.parent
        if attribute.is_target and statement.assigned:
            column = columns[attribute.member].get(row_of(attribute.owner))  # type: ignore[arg-type]
            if column is not None:
                yield statement, statement.assigned, column


def _same(expr: Node) -> list[Node]:
    """Return what an expression passes on: a token with a prefix is the token."""
    if expr.called in _SAME:
        return expr.args[:1]
    if expr.member in ("hex", "decode", "rstrip", "strip"):
        return [expr.owner]
    return text_parts(expr)
