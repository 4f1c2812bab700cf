"""Use cases: one callable each, which opens and commits one unit of work."""
