"""The straight line in memory: collect, evaluate, gate."""
