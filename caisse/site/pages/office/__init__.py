"""The office's own pages, made of several capabilities: today, journal, letters, settings."""
