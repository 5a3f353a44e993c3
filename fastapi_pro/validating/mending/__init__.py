"""Mend what has one right answer, and touch no other byte."""
