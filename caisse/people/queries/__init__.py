"""Reads of people: the roll of a month as columns, who acts, one membership, the search."""

from caisse.people.queries.registry import (
    Found,
    HolderView,
    MembershipView,
    actor,
    composition,
    holder,
    membership,
    membership_of,
    memberships,
    places_taken,
    search,
    timeline,
)
from caisse.people.queries.roll import Roll, last_recorded, roll

__all__ = [
    "Found",
    "HolderView",
    "MembershipView",
    "Roll",
    "actor",
    "composition",
    "holder",
    "last_recorded",
    "membership",
    "membership_of",
    "memberships",
    "places_taken",
    "roll",
    "search",
    "timeline",
]
