"""What a finding says to do, and how much it matters, follow from what stands at its place."""

from pathlib import Path

import pytest

from fastapi_pro.auditing.finding import Finding
from tests.audit.programs import audit


def _only(folder: Path, slug: str, source: str) -> Finding:
    (found,) = [f for f in audit(folder, source) if f.slug == slug]
    return found


@pytest.mark.parametrize(
    ("column", "severity"),
    [
        ("password_hash", ""),
        ("reset_token", ""),
        ("card_pin", ""),
        ("sha256_hash", ""),
        ("title", "medium"),
        ("pinned", "medium"),
        ("hashtag", "medium"),
    ],
)
def test_a_row_without_a_secret_matters_less(column: str, severity: str, tmp_path: Path) -> None:
    source = f"""
from fastapi import Depends, FastAPI
from sqlalchemy import select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
class Base(DeclarativeBase): ...
class Invoice(Base):
    __tablename__ = "invoices"
    id: Mapped[int] = mapped_column(primary_key=True)
    {column}: Mapped[str]
def get_session():
    with Session() as session:
        yield session
app = FastAPI()
@app.get("/invoice")
def read(session: Session = Depends(get_session)):
    return session.scalar(select(Invoice))
"""
    found = _only(tmp_path, "orm-object-without-response-model", source)
    assert found.severity == severity
    assert found.fix.startswith("`response_model=InvoiceOut`")


@pytest.mark.parametrize(
    ("more", "severity"),
    [
        ("", ""),
        ("#= requirements.txt\naiosqlite\n", ""),
        ("#= requirements.txt\npsycopg2-binary==2.9.9\n", "low"),
        ('server = create_engine("postgresql+psycopg://db/app")\n', "low"),
        ('reports = create_engine("sqlite:///reports.db")\n', ""),
    ],
)
def test_sqlite_beside_another_database_matters_less(
    more: str, severity: str, tmp_path: Path
) -> None:
    source = f"""
#= main.py
from datetime import UTC, datetime
from sqlalchemy import DateTime, create_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
engine = create_engine("sqlite:///app.db")
class Base(DeclarativeBase): ...
class Invite(Base):
    __tablename__ = "invites"
    id: Mapped[int] = mapped_column(primary_key=True)
    until: Mapped[datetime] = mapped_column(DateTime(timezone=True))
def is_over(invite: Invite) -> bool:
    return invite.until < datetime.now(UTC)
{more}"""
    assert _only(tmp_path, "naive-times-on-sqlite", source).severity == severity
