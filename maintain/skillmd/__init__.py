"""What build.py and validate.py both know about SKILL.md files."""
