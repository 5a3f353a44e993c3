"""Reports, and the text of whatever fails in the answer."""

import logging
from pathlib import Path

from fastapi import FastAPI, HTTPException

app = FastAPI()
logger = logging.getLogger(__name__)
FOLDER = Path(__file__).parent / "reports"


@app.get("/reports/{report_id}")
def read_report(report_id: int) -> str:
    """Return a report."""
    try:
        return (FOLDER / f"{report_id}.csv").read_text(encoding="utf-8")
    except Exception as error:
        logger.exception("report %d not read", report_id)
        raise HTTPException(500, f"The report was not read: {error}") from error
