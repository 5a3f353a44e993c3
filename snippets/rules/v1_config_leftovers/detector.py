"""Configuration keys of Pydantic V1 in models of Pydantic 2."""

import ast
from collections.abc import Iterator

from fastapi_pro.auditing.detection import Hit, Node, Program, fact
from fastapi_pro.auditing.libraries.pydantic import DICTS, schemas

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
            yield node.hit(
                f"Pydantic 2 ignores `{key}`{now}{others} in the configuration of `{schema.name}`",
                fix=_fix(leftovers),
            )


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
