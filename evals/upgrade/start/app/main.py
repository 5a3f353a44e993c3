from datetime import datetime
from typing import List

from fastapi import FastAPI, HTTPException

from app.schemas import ItemIn, ItemOut, ItemPatch
from app.settings import settings

app = FastAPI(title="Warehouse")


class Item:
    def __init__(self, **values):
        self.__dict__.update(values)


@app.on_event("startup")
async def open_shelves():
    app.state.items = {}


@app.on_event("shutdown")
async def close_shelves():
    app.state.items.clear()


@app.post("/items", response_model=ItemOut, status_code=201)
async def add_item(item: ItemIn):
    if item.sku in app.state.items:
        raise HTTPException(409, "there is such an item")
    if len(app.state.items) >= settings.limit:
        raise HTTPException(409, "the shelves are full")
    now = datetime.utcnow().replace(microsecond=0)
    app.state.items[item.sku] = Item(
        **item.dict(), currency=settings.currency, changed_at=now
    )
    return app.state.items[item.sku]


@app.get("/items", response_model=List[ItemOut])
async def list_items():
    return [app.state.items[sku] for sku in sorted(app.state.items)]


@app.patch("/items/{sku}", response_model=ItemOut)
async def change_item(sku: str, patch: ItemPatch):
    if sku not in app.state.items:
        raise HTTPException(404, "no such item")
    item = app.state.items[sku]
    for name, value in patch.dict(exclude_unset=True).items():
        setattr(item, name, value)
    item.changed_at = datetime.utcnow().replace(microsecond=0)
    return item
