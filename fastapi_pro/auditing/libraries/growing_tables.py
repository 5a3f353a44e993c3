"""Tables that grow with use: accounts, and what belongs to them."""

import re

from fastapi_pro.auditing.libraries.fastapi import http_endpoints
from fastapi_pro.auditing.libraries.foreign_keys import foreign_keys
from fastapi_pro.auditing.libraries.sqlalchemy_models import Model, models
from fastapi_pro.auditing.model.call_graph import reached
from fastapi_pro.auditing.model.node import Node
from fastapi_pro.auditing.model.program import Program, fact

_FEW = re.compile(
    r"role|permission|categor|plan|setting|config|tag|currenc|countr|language|locale|template"
    r"|provider|feature|department|team|organi[sz]ation|tenant|workspace|type|kind|status|level"
    r"|group|model|source|channel|scope|client|integration|connector|policy|rule"
    r"|instance|server|session|author|blog|page|article|faq|news|label|topic|unit|region|city"
    r"|preference|menu|coupon|badge|semester|(?-i:^Terms?$)",
    re.IGNORECASE,
)
"""Names of tables that somebody fills by hand."""
_VALIDATES = {"from_orm", "model_validate", "parse_obj"}
_ACCOUNTS = re.compile(r"user|account|customer|member|profile|author|owner", re.IGNORECASE)


@fact
def growing(program: Program) -> set[Node]:
    """Return the models that are accounts or belong to one, of those that endpoints create."""
    known = models(program)
    return {cls for cls in created(program) if _is_of_accounts(known[cls])}


@fact
def created(program: Program) -> set[Node]:
    """Return the models whose rows endpoints create, without those that somebody fills by hand."""
    return {cls for cls in made_by_endpoints(program) if not _FEW.search(cls.name)}


@fact
def made_by_endpoints(program: Program) -> set[Node]:
    """Return the models that a POST or PUT makes rows of."""
    creating = [e.function for e in http_endpoints(program) if e.method in ("post", "put")]
    made = {_made(call) for f in reached(creating) for call in f.calls}
    return made & models(program).keys()


def _made(call: Node) -> Node:
    """Return the class of the object that a call makes, also by `Order.model_validate(...)`."""
    return (call.owner if call.member in _VALIDATES else call.func).definition


def _is_of_accounts(model: Model) -> bool:
    if "email" in model.columns:
        return True
    return any(_ACCOUNTS.search(key.table) for key in foreign_keys(model))
