"""Pages of the months: the office's checklist, a household's allocation explained."""
