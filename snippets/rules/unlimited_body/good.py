"""Notes of at most 10,000 characters, in bodies of at most 1 MiB."""

from fastapi import APIRouter, FastAPI
from fastapi.middleware.cors import CORSMiddleware
from pydantic import BaseModel, Field

router = APIRouter(max_body_size=1_048_576)


class NoteCreate(BaseModel):
    """What a client sends."""

    text: str = Field(max_length=10_000)


@router.post("/notes", status_code=201)
async def create_note(data: NoteCreate) -> dict[str, int]:
    """Count the characters of a note."""
    return {"length": len(data.text)}


app = FastAPI()
app.include_router(router)
app.add_middleware(CORSMiddleware, allow_origins=["https://app.example"])
