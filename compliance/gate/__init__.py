"""What stands between findings and the exit code: exceptions, baselines, inline ignores, changed lines."""
