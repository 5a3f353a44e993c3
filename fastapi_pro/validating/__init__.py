"""What validate.py checks of skills; this alone needs libraries, the extra `validate`."""
