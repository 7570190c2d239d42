"""The words by which the office finds a household; written with what they are words of."""

from collections.abc import Iterable, Sequence

from caisse.people.handles import words
from caisse.people.models import Holder, Household, Membership, SearchWord

BATCH = 5_000


def write_words(rows: Iterable[tuple[int, Sequence[str]]]) -> None:
    """Let each membership (its number first) be found by the words of its texts; twice is once."""
    SearchWord.objects.bulk_create(
        [
            SearchWord(membership_id=number, word=word)
            for number, texts in rows
            for word in sorted(words(*texts))
        ],
        batch_size=BATCH,
        ignore_conflicts=True,
    )


def rewrite_words(household_ids: Iterable[int]) -> None:
    """Let the memberships of these households be found by what is true of them now.

    A holder who may spend no more is still found: people ask for her by name.
    """
    homes = sorted(set(household_ids))
    said: dict[int, list[str]] = {home: [] for home in homes}
    for home, *texts in Household.objects.filter(pk__in=homes).values_list(
        "pk", "street", "postcode", "town"
    ):
        said[home] += texts
    for home, *texts in Holder.objects.filter(wallet__household_id__in=homes).values_list(
        "wallet__household_id", "handle", "person__given_name", "person__family_name"
    ):
        said[home] += texts
    memberships = list(
        Membership.objects.filter(household_id__in=homes, erased_on=None).values_list(
            "pk", "household_id"
        )
    )
    SearchWord.objects.filter(membership_id__in=[number for number, _ in memberships]).delete()
    write_words((number, said[home]) for number, home in memberships)


def homes_of(person_id: int) -> list[int]:
    """The households from whose wallets a person spends or has spent."""
    return list(
        Holder.objects.filter(person_id=person_id).values_list("wallet__household_id", flat=True)
    )
