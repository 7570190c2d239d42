"""Measures: how fast the caisse is against references that run beside it (script/bench NAME)."""
