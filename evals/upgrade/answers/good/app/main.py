from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from fastapi import FastAPI, HTTPException

from app.schemas import ItemIn, ItemOut, ItemPatch
from app.settings import settings


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    app.state.items = {}
    yield
    app.state.items.clear()


app = FastAPI(title="Warehouse", lifespan=lifespan)


def now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0, tzinfo=None)  # clients get no zone


class Item:
    def __init__(self, **values):
        self.__dict__.update(values)


@app.post("/items", response_model=ItemOut, status_code=201)
async def add_item(item: ItemIn):
    if item.sku in app.state.items:
        raise HTTPException(409, "there is such an item")
    if len(app.state.items) >= settings.limit:
        raise HTTPException(409, "the shelves are full")
    app.state.items[item.sku] = Item(
        **item.model_dump(), currency=settings.currency, changed_at=now()
    )
    return app.state.items[item.sku]


@app.get("/items", response_model=list[ItemOut])
async def list_items():
    return [app.state.items[sku] for sku in sorted(app.state.items)]


@app.patch("/items/{sku}", response_model=ItemOut)
async def change_item(sku: str, patch: ItemPatch):
    if sku not in app.state.items:
        raise HTTPException(404, "no such item")
    item = app.state.items[sku]
    for name, value in patch.model_dump(exclude_unset=True).items():
        setattr(item, name, value)
    item.changed_at = now()
    return item
