"""Fix what has one right answer, and change no other byte."""
