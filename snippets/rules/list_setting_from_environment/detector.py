"""A list in the settings whose before-validator is never reached, or that is given `a,b`."""

import ast
import json
from collections.abc import Iterator

from fastapi_pro.auditing.detection import Hit, Node, Program
from fastapi_pro.auditing.libraries.launches import Variable, variables
from fastapi_pro.auditing.libraries.pydantic import Field, Schema, settings
from fastapi_pro.auditing.model import limits
from fastapi_pro.auditing.model.call_graph import reached

_LISTS = {
    "builtins.list", "builtins.set", "builtins.tuple", "builtins.frozenset", "builtins.dict",
    "collections.abc.Sequence", "collections.abc.Iterable", "collections.abc.Collection",
    "collections.abc.Mapping", "collections.abc.Set",
}  # fmt: skip
_DICTS = ("builtins.dict", "collections.abc.Mapping")
_ENVIRONMENT = {"environ", "getenv"}
_UNIONS = ("typing.Optional", "typing.Union")


def detect(program: Program) -> Iterator[Hit]:
    """Yield each list field without NoDecode that has a before-validator, or is given no JSON."""
    for schema in settings(program):
        if not schema.is_config_known or "enable_decoding" in schema.config:
            continue
        for field in schema.fields.values():
            if not _is_list(field):
                continue
            has_before, is_union = _has_before(schema, field), _is_union(field.node.annotation)
            if is_union and (has_before or _admits_text(field)):
                continue  # a text that is no JSON is handed on to the validators
            text = "a=1" if _base(field) in _DICTS else "a,b"
            given = _given(program, schema, field)
            if given is not None:
                where = f"{given.source.path.name} line {given.value.line}"
                yield field.node.hit(
                    f"{where} gives `{field.name}` the text `{given.value.text}`, which is not"
                    " JSON: the service fails at startup",
                    severity="high",
                    fix=_without_quotes(given.value.text) or _fix(field, has_before=has_before),
                )
            elif has_before:
                yield field.node.hit(
                    f"`{field.name}` is decoded as JSON before its validator runs: `{text}` and an"
                    " empty value make startup fail with SettingsError",
                    severity="low" if _wants_json(schema, field) else "",
                    fix=_fix(field, has_before=True),
                )


def _wants_json(schema: Schema, field: Field) -> bool:
    """Say whether the validators of a field decode JSON themselves, and split nothing."""
    methods = [v.method for v in schema.field_validators if field.name in v.fields and v.is_before]
    calls = [call for method in methods for call in method.calls]
    is_decoded = any(call.called == "json.loads" for call in calls)
    return is_decoded and not any(call.member == "split" for call in calls)


def _without_quotes(text: str) -> str:
    """Return the fix for JSON in quotes, which a line such as `- NAME='[1]'` keeps."""
    is_quoted = text[:1] in ("'", '"') and text[:1] == text[-1:]
    inner = text[1:-1]
    if not is_quoted or not _is_json(inner):
        return ""
    return f"Remove the quotes around `{inner}`: here they are part of the value"


def _fix(field: Field, *, has_before: bool) -> str:
    """Return the fix for a dict or a list of objects, "" for a list of texts: that of the rule."""
    if _base(field) in _DICTS:
        either = f", or declare it `str | {field.annotation.text}`: the text then reaches the"
        return 'Set it as JSON, `{"a": "1"}`' + (f"{either} validator" if has_before else "")
    if not field.schemas:
        return ""
    names = list(field.schemas[0].fields)
    keys = ", ".join([*(f'"{name}": …' for name in names[:2]), *(["…"] if names[2:] else [])])
    either = "; with `NoDecode` the text reaches the validator, which then has to read all of it"
    return f"Set it as JSON, `[{{{keys}}}]`" + (either if has_before else "")


def _given(program: Program, schema: Schema, field: Field) -> Variable | None:
    """Return the variable that gives a field a text that is no JSON."""
    found = variables(program)
    name = schema.variable(field) if found else ""
    for variable in found if name else ():
        value = variable.value
        is_empty = not value.text and "env_ignore_empty" in schema.config
        is_given = variable.name.lower() == name.lower() and value.is_known and not is_empty
        if is_given and not _is_json(value.text):
            return variable
    return None


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def _admits_text(field: Field) -> bool:
    """Say whether the annotation has `str` beside the list."""
    return any(part.name == "str" for part in _sides(field.node.annotation))


def _sides(annotation: Node) -> list[Node]:
    """Return the parts of a union, as it is written: `list[str] | str`, `Union[list[str], str]`."""
    if isinstance(annotation.ast, ast.BinOp):
        return [part for side in annotation.operands for part in _sides(side)]
    return annotation.index.elements or [annotation]


def _is_list(field: Field) -> bool:
    """Say whether a field is a list that is decoded, or a union with one."""
    if _base(field) not in _LISTS:
        return False
    return all(item.library_name != "pydantic_settings.NoDecode" for item in field.metadata)


def _base(field: Field) -> str:
    return (field.annotation.generic or field.annotation).library_name


def _is_union(annotation: Node) -> bool:
    """Say whether an annotation is a union, `| None` also, below `Annotated` and aliases."""
    for _ in range(limits.NAMES):
        annotation = annotation.at(annotation.module.read_annotation(annotation.ast))
        if isinstance(annotation.ast, ast.BinOp):
            return True
        if name := annotation.generic.library_name:
            if name != "typing.Annotated":
                return name in _UNIONS
            annotation = annotation.index.elements[0]
        elif annotation.dotted and annotation.definition:
            annotation = annotation.definition
        else:
            break
    return False


def _has_before(schema: Schema, field: Field) -> bool:
    """Say whether a validator gets what the environment holds, and uses that."""
    before = [v for v in schema.field_validators if v.is_before and field.name in v.fields]
    functions = [validator.method for validator in before]
    items = [item for item in field.metadata if item.called == "pydantic.BeforeValidator"]
    functions += [item.argument(0, "func").definition for item in items]
    return any(not _fills(function) for function in functions)


def _fills(function: Node) -> bool:
    """Say whether a validator makes the value of other variables, or of nothing that it is given.

    Then nobody sets the variable of the field.
    """
    if not function.is_function:
        return False
    names = {name.name for name in function.walk(ast.Name) if name.is_read}
    if function.parameters and function.parameters[0].name not in names:
        return True
    return any(
        node.last_name in _ENVIRONMENT
        for part in reached([function])
        for node in part.walk(ast.Name, ast.Attribute)
    )
