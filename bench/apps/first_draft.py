"""The same routes the way of the first draft: `@app.middleware`, each answer validated twice."""

import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Annotated
from uuid import uuid4

import structlog
from fastapi import Depends, FastAPI, HTTPException, Request, Response
from fastapi.security import OAuth2PasswordBearer, OAuth2PasswordRequestForm
from prometheus_fastapi_instrumentator import Instrumentator
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from app.core import security
from app.core.errors import NotAuthenticatedError
from app.core.logging import configure_logging
from app.main import lifespan
from app.models import Product, User
from app.schemas.product import ProductCreate, ProductOut
from app.schemas.user import UserCreate, UserOut

configure_logging()
logger = structlog.get_logger()
app = FastAPI(lifespan=lifespan)
Next = Callable[[Request], Awaitable[Response]]


@app.middleware("http")
async def log_requests(request: Request, call_next: Next) -> Response:
    """Log each request."""
    start = time.monotonic()
    response = await call_next(request)
    logger.info(
        "http_request",
        method=request.method,
        path=request.url.path,
        status=response.status_code,
        duration_ms=(time.monotonic() - start) * 1000,
    )
    return response


@app.middleware("http")
async def request_id(request: Request, call_next: Next) -> Response:
    """Give each request an id."""
    given = request.headers.get("X-Request-ID", uuid4().hex)
    structlog.contextvars.bind_contextvars(request_id=given)
    response = await call_next(request)
    response.headers["X-Request-ID"] = given
    return response


Instrumentator().instrument(app)


async def get_db(request: Request) -> AsyncIterator[AsyncSession]:
    """Open a session, commit after the answer."""
    async with request.state.sessionmaker() as session:
        try:
            yield session
            await session.commit()
        except Exception:
            await session.rollback()
            raise


Session = Annotated[AsyncSession, Depends(get_db)]


async def get_current_user(
    token: Annotated[str, Depends(OAuth2PasswordBearer(tokenUrl="/api/v1/auth/login"))], db: Session
) -> User:
    """Return the caller."""
    try:
        user = await db.get(User, security.decode_access_token(token).user_id)
    except NotAuthenticatedError:
        user = None
    if not user:
        raise HTTPException(401)
    return user


Caller = Annotated[User, Depends(get_current_user)]


@app.get("/healthz")
async def healthz(db: Session) -> dict[str, str]:
    """Ask the database."""
    await db.execute(text("SELECT 1"))
    return {"status": "ok"}


@app.post("/api/v1/users", response_model=UserOut, status_code=201)
async def create_user(payload: UserCreate, db: Session) -> UserOut:
    """Sign up, hashing on the event loop."""
    user = User(
        email=payload.email,
        full_name=payload.full_name,
        password_hash=security.hash_password(payload.password.get_secret_value()),
    )
    db.add(user)
    await db.flush()
    return UserOut.model_validate(user)


@app.post("/api/v1/auth/login")
async def log_in(
    form: Annotated[OAuth2PasswordRequestForm, Depends()], db: Session
) -> dict[str, str]:
    """Verify on the event loop."""
    user = await db.scalar(select(User).where(User.email == form.username))
    if not user or not security.verify_password(form.password, user.password_hash):
        raise HTTPException(401)
    return {"access_token": security.create_access_token(user.id), "token_type": "bearer"}


@app.get("/api/v1/users/{user_id}", response_model=UserOut)
async def get_user(user_id: int, db: Session, current: Caller) -> UserOut:
    """Look up oneself."""
    user = await db.get(User, user_id)
    if not user:
        raise HTTPException(404)
    if user.id != current.id and not current.is_admin:
        raise HTTPException(403)
    return UserOut.model_validate(user)


@app.post("/api/v1/products", response_model=ProductOut, status_code=201)
async def create_product(payload: ProductCreate, db: Session, current: Caller) -> ProductOut:
    """Create a product."""
    product = Product(name=payload.name, price=payload.price, owner=current)
    db.add(product)
    await db.flush()
    return ProductOut.model_validate(product)


@app.get("/api/v1/products", response_model=list[ProductOut])
async def list_products(db: Session, limit: int = 20, offset: int = 0) -> list[ProductOut]:
    """List products, newest first."""
    statement = (
        select(Product)
        .options(selectinload(Product.owner))
        .order_by(Product.id.desc())
        .limit(limit)
        .offset(offset)
    )
    products = (await db.scalars(statement)).all()
    return [ProductOut.model_validate(product) for product in products]
