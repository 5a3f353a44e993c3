"""What happens to findings: ignores, baselines, options, formats."""
