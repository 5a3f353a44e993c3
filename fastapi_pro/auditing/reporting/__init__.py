"""What becomes of findings: ignores, baselines, options, formats."""
