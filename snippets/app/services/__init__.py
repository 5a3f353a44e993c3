"""What the service does; knows no FastAPI, never commits."""
