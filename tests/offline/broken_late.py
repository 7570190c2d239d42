"""Rules of what comes too late, of copies and of lists, broken on purpose (`broken_rules`)."""

from caisse.payments.tests import test_offline_copies as copies
from caisse.payments.tests import test_offline_late as late
from caisse.payments.tests import test_sales_lists as lists
from tests.offline.breaking import Broken, seen

PURE, OPERATIONS = "caisse.payments.offline", "caisse.payments.operations"
JUDGING, LISTING = f"{PURE}.judging", f"{PURE}.listing"
SYNCING, OPENING = f"{OPERATIONS}.syncing", f"{OPERATIONS}.opening"
SLIPS, LATE = f"{OPERATIONS}.slip_uses", f"{OPERATIONS}.late_sales"

TABLE = (
    seen(
        late.test_a_sale_by_slip_uses_its_request_up,
        Broken("late sales are late", JUDGING, "sight.is_open and ", ""),
    ),
    seen(
        copies.test_a_copy_is_of_the_place_and_the_hours_of_slip_and_licence,
        Broken(
            "a late copy is of its hours",
            JUDGING,
            "if not since - SLACK_MS <= asked_at <= until + SLACK_MS:",
            "if False:",
        ),
        Broken(
            "a late copy is of its place",
            JUDGING,
            "if slip_place not in (ANYWHERE, at_place):",
            "if False:",
        ),
    ),
    seen(
        copies.test_invented_requests_take_nothing_of_what_tills_have_written_down,
        Broken(
            "a late copy is within its slip",
            JUDGING,
            '"late" if 0 < cents <= left else "member_limit"',
            '"late"',
        ),
    ),
    seen(
        copies.test_an_honest_copy_too_late_waits_for_a_person_and_its_till_hears_the_same,
        Broken(
            "what waits of a slip is counted",
            SLIPS,
            'left -= others.aggregate(cents=Sum("cents"))["cents"] or 0',
            "pass",
        ),
        Broken(
            "a copy is of the licence of its request",
            OPENING,
            "return last or rows.filter(closed_at=None)",
            "return rows.filter(closed_at=None)",
        ),
    ),
    seen(
        copies.test_cheap_copies_of_one_wallet_are_few_and_leave_the_tills_their_hundred,
        Broken("copies leave the tills a hundred", LATE, "known < MOST_COPIES and ", ""),
        Broken("copies of a wallet are few", LATE, " and mine.count() < MOST_OF_WALLET", ""),
    ),
    seen(
        lists.test_a_record_that_comes_after_the_list_waits_for_two_people,
        Broken(
            "a paid list stands for its sales",
            LISTING,
            "is_open and not (is_listed and method in CODES)",
            "is_open",
        ),
        Broken(
            "two people pay what a list may have",
            f"{OPERATIONS}.late_sales",
            "row.licence.listed_at is None and row.cents",
            "row.cents",
        ),
    ),
    seen(
        lists.test_what_telephones_paid_is_on_no_list_and_comes_from_them,
        Broken("a list stands for codes", LISTING, "is_listed and method in CODES", "is_listed"),
    ),
    seen(
        lists.test_no_list_says_more_than_the_licence_honours_less_what_has_come,
        Broken(
            "a list is within its licence", LISTING, "if sight.cents > sight.left_cents", "if False"
        ),
        Broken("one list of a licence", LISTING, "if sight.is_listed", "if False"),
    ),
    seen(
        lists.test_what_open_licences_may_lose_stays_in_the_fund,
        Broken(
            "a list is within the fund", LISTING, "if sight.cents > sight.free_cents", "if False"
        ),
    ),
    seen(
        lists.test_refusals_in_plain_words,
        Broken("a list after the last word", LISTING, "if sight.said_all", "if False"),
        Broken("a list after the hours", LISTING, "if not sight.is_over", "if False"),
    ),
    seen(
        late.test_who_signed_it_pays_after_all_and_nobody_has_to_decide,
        Broken(
            "a late sale is paid whole",
            JUDGING,
            "if from_reserve + from_wallet < record.cents:",
            "if False:",
        ),
        Broken(
            "nobody has to decide then",
            SYNCING,
            "    no_longer_late(opened)\n    if OfflineSale",
            "    if OfflineSale",
        ),
    ),
)
