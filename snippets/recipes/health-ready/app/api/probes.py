"""What an orchestrator asks: whether to restart the process, and whether to send it requests."""

from fastapi import APIRouter

from app.api.health import healthz

router = APIRouter(tags=["health"])
# Not ready: others get the requests until the database answers again.
router.get("/readyz", responses={503: {"description": "The database does not answer"}})(healthz)


@router.get("/livez")
async def livez() -> dict[str, str]:
    """Answer as long as the event loop turns: a restart mends nothing else."""
    return {"status": "ok"}
