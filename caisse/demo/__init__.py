"""Worlds that can be played through the operations: tests and `caisse demo` use them."""
