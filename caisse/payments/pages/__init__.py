"""Pages of payments in the office: the purchases of a day at a place, and giving one back."""

ROLES = ("coordinator", "treasurer")
"""Who may know what a place took (domain.md 3.5); no page here says who bought."""
