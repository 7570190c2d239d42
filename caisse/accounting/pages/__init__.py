"""Pages of the office about cover, the bank, transfers and checks; pages of funders."""

ROLES = ("coordinator", "treasurer")
ACT = ("GET", "HEAD", "POST")
