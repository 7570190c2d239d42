"""Contributions: pledges, monthly calls, receipts, returns, arrears."""
