"""The bylaws: decisions, amendments, the articles in force at a month, presets of known caisses."""
