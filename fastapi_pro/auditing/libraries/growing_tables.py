"""Tables that grow with use: accounts, and what belongs to them."""

import re

from fastapi_pro.auditing.libraries.documents import documents
from fastapi_pro.auditing.libraries.fastapi import http_endpoints
from fastapi_pro.auditing.libraries.foreign_keys import foreign_keys
from fastapi_pro.auditing.libraries.repositories import is_own_model, repository_model
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
_MAKES = {"create", "from_orm", "model_validate", "parse_obj"}
_ACCOUNTS = re.compile(r"user|account|customer|member|profile|author|owner", re.IGNORECASE)


@fact
def growing(program: Program) -> set[Node]:
    """Return the models that are accounts or belong to one, of those that endpoints create."""
    known = models(program)
    return {cls for cls in created(program) if _is_of_accounts(known[cls])}


@fact
def created(program: Program) -> set[Node]:
    """Return the models whose rows endpoints create, without those that somebody fills by hand."""
    return {cls for cls in made_by_endpoints(program) if not is_filled_by_hand(cls.name)}


@fact
def made_by_endpoints(program: Program) -> set[Node]:
    """Return the models that a POST or PUT makes rows of."""
    return _made(program) & models(program).keys()


@fact
def growing_documents(program: Program) -> set[Node]:
    """Return the documents, and models of Tortoise, that are accounts or belong to one.

    Of those that endpoints create, without those that somebody fills by hand.
    """
    return {
        cls
        for cls, model in documents(program).items()
        if cls in _made(program) and not is_filled_by_hand(model.name) and _names_account(model)
    }


def is_filled_by_hand(name: str) -> bool:
    """Say whether somebody fills a table or collection of this name by hand."""
    return _FEW.search(name) is not None


@fact
def _made(program: Program) -> set[Node]:
    """Return the classes of which a POST or PUT makes objects: `User(...)`, `User.create(...)`."""
    creating = [e.function for e in http_endpoints(program) if e.method in ("post", "put")]
    through = reached(creating)
    made: set[Node] = set()
    for function in through:
        for cls in map(_named_by, function.calls):
            made |= _models_of(function, through) if is_own_model(cls) else {cls.definition}
    return made


def _named_by(call: Node) -> Node:
    """Return what names the class of the object that a call makes.

    Also of `insert(Order)` and `Order.model_validate(...)`.
    """
    if call.called == "sqlalchemy.insert":
        return call.argument(0, "table")
    return call.owner if call.member in _MAKES else call.func


def _models_of(method: Node, through: set[Node]) -> set[Node]:
    """Return the models of the repositories whose method functions call."""
    calls = (call for call in method.callers if call.function in through)
    found = map(repository_model, (call.owner for call in calls))
    return {model.cls for model in found if model is not None}


def _names_account(model: Model) -> bool:
    names = (name.removesuffix("_id") for name in model.columns)
    return any(name == "email" or _ACCOUNTS.fullmatch(name) for name in names)


def _is_of_accounts(model: Model) -> bool:
    if "email" in model.columns:
        return True
    return any(_ACCOUNTS.search(key.table) for key in foreign_keys(model))
