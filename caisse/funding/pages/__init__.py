"""The office's pages about funders and costs. One page, one thing; a GET never writes."""

ROLES = ("coordinator", "treasurer")
