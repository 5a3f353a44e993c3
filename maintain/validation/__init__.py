"""What validate.py checks of a skill."""
