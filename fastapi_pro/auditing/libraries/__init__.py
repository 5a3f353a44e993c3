"""What FastAPI, SQLAlchemy, Pydantic and others see in a program."""
