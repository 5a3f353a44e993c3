"""The parts of `survey.py`: what a skill holds, whether its code runs, what it covers."""
