"""A nested schema without `from_attributes`, below one that is validated from an ORM object."""

from collections.abc import Iterator

from fastapi_pro.auditing.detection import Hit, Node, Program
from fastapi_pro.auditing.libraries.pydantic import Field, Schema, schema_of
from fastapi_pro.auditing.libraries.sqlalchemy_models import model_of, models


def detect(program: Program) -> Iterator[Hit]:
    """Yield the nested classes that refuse the objects of a relationship."""
    seen: set[Node] = set()
    for call in program.calls_named("model_validate", "from_orm"):
        schema = _validated(call)
        if schema is None or schema.node in seen:
            continue
        given = {key.literal for key, _ in call.keyword("update").value.entries}
        for field in _related(call.argument(0, "obj"), schema):
            if field.name in given:
                continue  # SQLModel takes it from there
            for inner in field.schemas:
                if inner.node not in seen and _refuses_objects(inner):
                    seen.add(inner.node)
                    yield inner.node.hit(
                        f"`{inner.name}` lacks the `from_attributes` that `{schema.name}` has:"
                        f" validating an object fails at its field `{field.name}`"
                    )


def _validated(call: Node) -> Schema | None:
    """Return S of `S.model_validate(x)` where S reads objects."""
    if call.has_unpacking or call.keyword("from_attributes"):
        return None
    schema = schema_of(call.owner.definition)
    if schema is None or schema.has_model_validator or not schema.reads_attributes:
        return None
    return schema


def _related(given: Node, schema: Schema) -> Iterator[Field]:
    """Yield the fields that are read from a relationship of the object."""
    model = model_of(given)
    candidates = [model] if model is not None else []
    if given.type is None:
        # the object's class is unknown: it is one whose relationships the schema names
        candidates = list(models(given.program).values())
    names = {name for candidate in candidates for name in candidate.relationships}
    for field in schema.fields.values():
        if field.name in names and _is_plain(field) and not schema.is_converted(field.name):
            yield field


def _is_plain(field: Field) -> bool:
    """Say whether a field is read from the attribute of its name, as it is."""
    return not field.options("alias", "validation_alias") and not any(
        item.has_unpacking or item.called.endswith("Validator") for item in field.metadata
    )


def _refuses_objects(schema: Schema) -> bool:
    # of `orm_mode` v1-config-leftovers tells
    is_configured = not {"from_attributes", "orm_mode"}.isdisjoint(schema.config)
    is_configured = is_configured or not schema.is_config_known
    return not (is_configured or schema.reads_attributes or schema.has_model_validator)
