import json
from typing import Any

from fastapi import FastAPI
from pydantic import BaseModel, Field

from app import receipts
from app.storage import folder

app = FastAPI(title="Expenses")
app.include_router(receipts.router)


class Report(BaseModel):
    person: str = Field(pattern=r"^[\w .-]{1,100}$")
    cents: int = Field(ge=1, le=10_000_000)


@app.get("/reports")
def list_reports() -> list[dict[str, Any]]:
    file = folder() / "reports.json"
    return json.loads(file.read_text()) if file.exists() else []


@app.post("/reports", status_code=201)
def add_report(report: Report) -> Report:
    rows = [*list_reports(), report.model_dump()]
    new = folder() / "reports.json.new"
    new.write_text(json.dumps(rows))
    new.replace(folder() / "reports.json")
    return report
