"""A 404 that passes through a `try` that catches all errors."""

import logging

from fastapi import FastAPI, HTTPException

app = FastAPI()
logger = logging.getLogger(__name__)
products = {1: "lamp"}


def find_product(product_id: int) -> str:
    """Return the name of a product; 404 if there is none."""
    name = products.get(product_id)
    if name is None:
        raise HTTPException(404, "No such product")
    return name


@app.get("/products/{product_id}")
async def read_product(product_id: int) -> dict[str, str]:
    """Return a product; 404 if there is none."""
    try:
        return {"name": find_product(product_id)}
    except HTTPException:
        raise
    except Exception as error:
        raise HTTPException(500, "product not read") from error


@app.delete("/products/{product_id}")
async def delete_product(product_id: int) -> dict[str, bool | str]:
    """Delete a product; 404 if there is none."""
    try:
        deleted = products.pop(product_id, None)
    except Exception:
        logger.exception("product %d not deleted", product_id)
        return {"deleted": False, "error": "product not deleted"}
    if deleted is None:
        raise HTTPException(404, "No such product")
    return {"deleted": True}
