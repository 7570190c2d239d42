"""The member's own pages, composed of several capabilities."""
