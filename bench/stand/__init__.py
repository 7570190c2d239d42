"""The test stand: the same fresh town for every variant, drivers, references, counting, tables."""
