"""Orders, and reports that another service takes long to draw."""

import os

import httpx
from anyio import CapacityLimiter, to_thread
from fastapi import FastAPI, Response

app = FastAPI()
reports = httpx.Client(timeout=60)
report_threads = CapacityLimiter(20)


def draw_report(month: int) -> bytes:
    """Have the report service draw a month; takes as long as it takes."""
    return reports.get(f"{os.environ['REPORTS_URL']}/{month}").content


@app.get("/reports/{month}")
async def read_report(month: int) -> Response:
    """Return a month's report."""
    report = await to_thread.run_sync(draw_report, month, limiter=report_threads)
    return Response(report, media_type="application/pdf")


@app.get("/orders/{order_id}")
def read_order(order_id: int) -> dict[str, int]:
    """Return an order."""
    return {"id": order_id}


@app.get("/healthz")
async def health() -> None:
    """Say that the process answers."""
