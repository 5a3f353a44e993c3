"""Notes as clients send and see them."""

from pydantic import BaseModel, ConfigDict, Field

from app.schemas.text import Text


class NoteCreate(BaseModel):
    """A new note."""

    text: Text = Field(min_length=1, max_length=1000)


class NoteOut(NoteCreate):
    """A note."""

    model_config = ConfigDict(from_attributes=True)

    id: int
