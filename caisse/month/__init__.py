"""The monthly run: freeze, check, approve, credit, expire, close."""
