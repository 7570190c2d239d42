"""The office's pages about people: found, read, written; who may do what; acts of two people."""
