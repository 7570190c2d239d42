"""Pages of contributions: a member's own, and the office's receipts, desks, returns and files."""
