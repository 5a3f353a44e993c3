"""Version 1 of the API."""

from fastapi import APIRouter

from app.api.v1 import auth, products, users

# In bytes. From FastAPI 0.164; before, limit bodies in the proxy. Not on FastAPI() itself: its 413
# is sent outside all middleware, without CORS headers and request id.
router = APIRouter(prefix="/api/v1", max_body_size=1_048_576)
router.include_router(auth.router)
router.include_router(users.router)
router.include_router(products.router)
