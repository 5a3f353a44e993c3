"""Configuration keys of Pydantic V1 in models of Pydantic 2."""

import ast
from collections.abc import Iterator

from fastapi_pro.auditing.detection import Hit, Node, Program, fact
from fastapi_pro.auditing.libraries.pydantic import DICTS, Schema, schema_of, schemas
from fastapi_pro.auditing.libraries.unused import why_unused

_RENAMED = {
    "allow_population_by_field_name": "populate_by_name",
    "anystr_lower": "str_to_lower",
    "anystr_strip_whitespace": "str_strip_whitespace",
    "anystr_upper": "str_to_upper",
    "keep_untouched": "ignored_types",
    "max_anystr_length": "str_max_length",
    "min_anystr_length": "str_min_length",
    "orm_mode": "from_attributes",
    "schema_extra": "json_schema_extra",
    "validate_all": "validate_default",
}
_REMOVED = {
    "allow_mutation", "copy_on_model_validation", "error_msg_templates", "fields", "getter_dict",
    "json_dumps", "json_loads", "post_init_call", "smart_union", "underscore_attrs_are_private",
}  # fmt: skip
_V1_ONLY = {
    "pydantic.BaseSettings", "pydantic.PyObject", "pydantic.utils.GetterDict",
    "pydantic.ModelField",
    "pydantic.env_settings.BaseSettings", "pydantic.generics.GenericModel",
}  # fmt: skip

_CONTAINERS = ("builtins.", "typing.", "collections.abc.")
_BASES = ("pydantic.", *_CONTAINERS)
_READS = {"from_orm", "model_validate", "parse_obj", "validate"}

_NEW, _OLD = "pydantic", "pydantic.v1"
_LONGEST = 110  # characters of a fix
_SHORT = 12  # characters of a value


def detect(program: Program) -> Iterator[Hit]:
    """Yield the first leftover of each class."""
    if _has_v1(program):
        return
    for schema in schemas(program):
        written = _keys(schema.node)
        if _is_perhaps_of_v1(schema.node):
            continue
        leftovers = [(node, key) for node, key in written if key in _RENAMED or key in _REMOVED]
        if leftovers:
            node, key = leftovers[0]
            now = f" (now `{_RENAMED[key]}`)" if key in _RENAMED else " (removed)"
            others = f" and {len(leftovers) - 1} more" if len(leftovers) > 1 else ""
            severity, why = _consequence(schema, {key for _, key in leftovers})
            yield node.hit(
                f"Pydantic 2 ignores `{key}`{now}{others} in the configuration of `{schema.name}`"
                f"{why}",
                severity=severity,
                fix=_fix(leftovers),
            )


def _consequence(schema: Schema, keys: set[str]) -> tuple[str, str]:
    """Return how bad it is that a schema has keys that Pydantic 2 ignores, and why."""
    if keys == {"schema_extra"}:
        return "low", ": only the documentation lacks something"
    if "orm_mode" in keys and (call := _fails(schema)):
        where = f"line {call.line} of {call.module.path.name}"
        return "high", f": `{call.func.text}` in {where} raises PydanticUserError each time"
    if keys == {"orm_mode"} and _only_answers(schema):
        return "low", ", which FastAPI does without for its response models"
    return "", ""


def _fails(schema: Schema) -> Node:
    """Return a call of `from_orm`, which a class without `from_attributes` refuses."""
    classes = [schema.node, *(heir.node for heir in _heirs(schema.node))]
    for cls in classes:
        keys = {key for above in cls.lineage for _, key in _keys(above)}
        for use in _uses(cls) if "from_attributes" not in keys else ():
            call = use.parent.parent
            is_made = call.is_call and call.member == "from_orm" and call.owner == use
            if is_made and not why_unused(call.module, call.line):
                return call
    return schema.node.at(None)


def _only_answers(schema: Schema) -> bool:
    """Say whether only FastAPI makes a schema from objects, for answers: it reads attributes then.

    Code may make the schema itself of values, but none of those that have it as a field: then
    Pydantic makes it, and by its own configuration.
    """
    queue = [(schema.node, False)]
    for current, is_outer in queue:  # grows while it is walked
        if any(a.owner.name == "cls" for a in current.walk(ast.Attribute) if a.member in _READS):
            return False
        if not all(_is_for_answers(use, is_outer=is_outer) for use in _uses(current)):
            return False
        around = [(other.node, is_outer) for other in _heirs(current)]
        around += [(other.node, True) for other in _holders(current)]
        queue += [one for one in around if one not in queue]
    return True


def _uses(cls: Node) -> list[Node]:
    """Return where code outside tests has a class, by its name or another one."""
    found: list[Node] = []
    for module in cls.program.code:
        given = (alias for alias, name in module.aliases.items() if name == cls.name)
        names = (Node(module, n) for known in (cls.name, *given) for n in module.naming(known))
        found += [name for name in names if name.definition == cls]
    return found


def _is_for_answers(use: Node, *, is_outer: bool) -> bool:
    """Say whether a class is named for an answer, in an annotation, or to be made of values."""
    name, above = use, use.parent
    while isinstance(above.ast, (ast.Subscript, ast.BinOp, ast.Tuple, ast.List)):
        if above.generic and not _is_plain(above.generic):
            return False
        use, above = above, above.parent
    match above.ast:
        case ast.keyword(arg="response_model") | ast.arg() | ast.AnnAssign():
            return True
        case ast.ClassDef():
            return schema_of(above) is not None
        case ast.FunctionDef(returns=returned) | ast.AsyncFunctionDef(returns=returned):
            return use.ast is returned
        case ast.Call(func=called):
            return name.ast is called and not is_outer
    return False


def _is_plain(generic: Node) -> bool:
    """Say whether `x[...]` makes nothing by itself, unlike the pages of a library."""
    cls = generic.definition
    if not cls.is_class:
        return generic.library_name.startswith(_CONTAINERS)
    return all(base.startswith(_BASES) for base in cls.bases)


def _heirs(cls: Node) -> list[Schema]:
    return [s for s in schemas(cls.program) if s.node != cls and cls in s.node.lineage]


def _holders(cls: Node) -> list[Schema]:
    """Return the schemas with a field of a class."""
    return [
        schema
        for schema in schemas(cls.program)
        for field in schema.fields.values()
        if any(inner.node == cls for inner in field.schemas)
    ]


def _is_perhaps_of_v1(cls: Node) -> bool:
    """Say whether a class, or one that it inherits, has a base that may be Pydantic 1's.

    `if PYDANTIC_V2: from pydantic.v1 import BaseModel` gives it one of two.
    """
    names = _of_both(cls.program)
    for above in cls.lineage if names else ():
        for base in getattr(above.ast, "bases", ()):
            bound = above.at(base).bound
            if bound is None or bound.imported is None or bound.imported.name not in names:
                continue
            is_direct = str(bound.imported.module).startswith("pydantic")
            if not is_direct or _OLD in _sources(above, above.at(base).name):
                return True
    return False


@fact
def _of_both(program: Program) -> set[str]:
    """Return the names that a module imports from Pydantic 2 and from its V1."""
    found: set[str] = set()
    for module in program.code if any(m.says(_OLD) for m in program.code) else ():
        top = Node(module, module.tree)
        for node in module.nodes(ast.ImportFrom):
            if node.module == _OLD:
                names = {alias.asname or alias.name for alias in node.names}
                found |= {name for name in names if _NEW in _sources(top, name)}
    return found


def _sources(node: Node, name: str) -> set[str]:
    """Return the modules from which the module of a node imports a name."""
    bindings = node.at(node.module.tree).bindings(name)
    return {str(b.imported.module) for b in bindings if b.imported is not None}


def _fix(leftovers: list[tuple[Node, str]]) -> str:
    """Return the configuration of Pydantic 2 that says what these keys said."""
    options = [f"{_RENAMED[key]}={_value(node)}" for node, key in leftovers if key in _RENAMED]
    text = f"`model_config = ConfigDict({', '.join(options)})`"
    return text if options and len(text) <= _LONGEST else ""


def _value(node: Node) -> str:
    """Return what a key is set to, if that is short."""
    text = node.assigned.text if node.assigned else ""
    return text if 0 < len(text) < _SHORT else "..."


def _keys(cls: Node) -> Iterator[tuple[Node, str]]:
    """Yield the keys that the class itself configures, each with where it stands."""
    yield from _keywords(cls)
    for statement in cls.body:
        if statement.is_class and statement.name == "Config":
            for inner in statement.body:
                yield from ((inner, node.name) for node in inner.targets or [inner])
        if "model_config" in [target.name for target in statement.targets]:
            value = statement.assigned
            yield from _keywords(value) if value.called in DICTS else ()
            yield from ((key, str(key.literal)) for key, _ in value.entries)


def _keywords(node: Node) -> Iterator[tuple[Node, str]]:
    """Yield what a class or call is given by name, not the values."""
    if isinstance(node.ast, (ast.ClassDef, ast.Call)):
        yield from ((node.at(key), key.arg or "") for key in node.ast.keywords)


def _has_v1(program: Program) -> bool:
    """Say whether the program imports what only Pydantic 1 has."""
    return any(
        f"{node.module}.{alias.name}" in _V1_ONLY
        for module in program.code
        for node in module.nodes(ast.ImportFrom)
        for alias in node.names
    )
