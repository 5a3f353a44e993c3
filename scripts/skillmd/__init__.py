"""What build.py and validate.py know about SKILL.md files."""
