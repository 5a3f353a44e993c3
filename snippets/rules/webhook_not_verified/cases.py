"""Webhooks: what verifies that the provider sent them."""

BAD = ['@app.post("/webhooks/payments", status_code=204)']

_APP = """
import hashlib
import hmac
import os
from typing import Annotated
from fastapi import APIRouter, Depends, FastAPI, Header, HTTPException, Request
from pydantic import BaseModel
from pydantic_settings import BaseSettings
from sqlalchemy.ext.asyncio import AsyncSession
from models import Order
from tasks import build
class Settings(BaseSettings):
    webhook_secret: str = ""
    github_secret: str | None = None
    required_secret: str
settings = Settings()
SECRET = os.getenv("WEBHOOK_SECRET")
app = FastAPI()
router = APIRouter(prefix="/hooks")
app.include_router(router)
def signature_of(secret: str, body: bytes) -> str:
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
"""
_VERIFY = (
    _APP
    + """
def is_signed(body: bytes, signature: str) -> bool:
    TEST
    return hmac.compare_digest(signature_of(settings.webhook_secret, body), signature)
@app.post("/webhook/github")
async def on_push(request: Request, x_hub_signature_256: str = Header("")):
    if not is_signed(await request.body(), x_hub_signature_256):
        raise HTTPException(403)
    build.delay((await request.json())["ref"])
"""
)
_INSIDE = (
    _APP
    + """
@app.post("/webhook/github")
async def on_push(request: Request, x_hub_signature_256: str = Header("")):
    body = await request.body()
    TEST
        if not hmac.compare_digest(signature_of(settings.github_secret, body), x_hub_signature_256):
            raise HTTPException(401)
    build.delay((await request.json())["ref"])
"""
)

FOUND = {
    "the JSON of the request": _APP
    + """
@router.post("/stripe")  # !
async def on_event(request: Request, session: AsyncSession):
    event = await request.json()
    if event["type"] == "checkout.session.completed":
        order = await session.get_one(Order, event["order"])
        order.is_paid = True
        await session.commit()
""",
    "a schema, a job": _APP
    + """
class Push(BaseModel):
    ref: str
@app.post("/github/webhook")  # !
async def on_push(push: Push):
    build.delay(push.ref)
""",
    "a dictionary, and the name of the function": _APP
    + """
@app.post("/deliveries")  # !
async def telegram_webhook(update: dict, session: AsyncSession):
    session.add(Order(id=update["id"]))
    await session.commit()
""",
    "a header that says what happened": _APP
    + """
@router.post("/ci/{project_id}")  # !
async def on_build(project_id: int, request: Request, session: AsyncSession):
    if request.headers.get("X-GitHub-Event") != "push":
        return {"status": "ignored"}
    session.add(Order(id=(await request.json())["id"]))
    await session.commit()
""",
    "true where the setting is empty": _VERIFY.replace(
        "TEST", "if not settings.webhook_secret:  # !\n        return True"
    ),
    "true where the setting is empty, with a warning": _VERIFY.replace(
        "TEST",
        "secret = settings.webhook_secret\n    if secret == '':  # !\n"
        "        print('no secret')\n        return True",
    ),
    "checked only with a setting": _INSIDE.replace("TEST", "if settings.github_secret:  # !"),
    "checked only with a setting and a header": _INSIDE.replace(
        "TEST", "if SECRET and x_hub_signature_256:  # !"
    ),
    "left early where the variable is missing": _APP
    + """
async def verify(request: Request, x_signature: str = Header("")) -> None:
    if SECRET is None:  # !
        return
    if signature_of(SECRET, await request.body()) != x_signature:
        raise HTTPException(401)
@app.post("/webhooks/payments", dependencies=[Depends(verify)])
async def receive(event: dict, session: AsyncSession):
    session.add(Order(id=event["id"]))
    await session.commit()
""",
}

LOOK_ALIKES = {
    "the library of the provider": _APP
    + """
import stripe
@router.post("/stripe")
async def on_event(request: Request, session: AsyncSession, stripe_signature: str = Header()):
    event = stripe.Webhook.construct_event(await request.body(), stripe_signature, SECRET)
    session.add(Order(id=event["id"]))
    await session.commit()
""",
    "the provider is asked": _APP
    + """
import mollie
@router.post("/mollie")
async def on_payment(request: Request, session: AsyncSession):
    payment = mollie.payments.retrieve((await request.form())["id"])
    if payment.is_paid():
        session.add(Order(id=payment.metadata["order"]))
        await session.commit()
""",
    "a secret in the path": _APP
    + """
@router.post("/telegram/{token}")
async def on_update(token: str, update: dict, session: AsyncSession):
    session.add(Order(id=update["id"]))
    await session.commit()
""",
    "a secret of the header": _APP
    + """
@router.post("/gitlab")
async def on_push(push: dict, x_gitlab_token: Annotated[str, Header()]):
    if x_gitlab_token != settings.required_secret:
        raise HTTPException(401)
    build.delay(push["ref"])
""",
    "refused where the setting is empty": _VERIFY.replace(
        "TEST", "if not settings.webhook_secret:\n        return False"
    ),
    "an error where the setting is empty": _VERIFY.replace(
        "TEST", "if not settings.webhook_secret:\n        raise HTTPException(503)"
    ),
    "true for developers": _VERIFY.replace(
        "TEST",
        "if os.getenv('ENV') == 'development':\n        if not settings.webhook_secret:\n"
        "            return True",
    ),
    "a setting that must be there": _VERIFY.replace(
        "TEST", "if not settings.required_secret:\n        return True"
    ),
    "an error without a setting": _INSIDE.replace(
        "TEST", "if not settings.github_secret:\n        raise HTTPException(503)\n    else:"
    ),
    "webhooks that users make": _APP
    + """
class Hook(BaseModel):
    url: str
@app.post("/webhooks")
async def create_webhook(hook: Hook, session: AsyncSession):
    session.add(Order(id=hook.url))
    await session.commit()
@app.delete("/webhooks/{key}")
async def delete_webhook(key: int, session: AsyncSession): ...
""",
    "nothing is done": _APP
    + """
@router.post("/echo")
async def on_event(event: dict):
    return {"received": event["id"]}
""",
    "a caller who logs in": _APP
    + """
def get_current_user(): ...
@router.post("/sync")
async def on_event(event: dict, session: AsyncSession, user=Depends(get_current_user)):
    session.add(Order(id=event["id"]))
    await session.commit()
""",
}
