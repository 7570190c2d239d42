"""Rules of the real settling, each with what stands in its place when it is broken on purpose.

A scene is one that must see it: tests of the caisse's own, as they stand, and those of `scenes.py`.
"""

from caisse.payments.tests import test_offline as sales
from caisse.payments.tests import test_offline_api as api
from caisse.payments.tests import test_offline_cheats as cheats
from caisse.payments.tests import test_offline_honest as honest
from caisse.payments.tests import test_offline_rooms as rooms
from caisse.payments.tests import test_offline_sending as sending
from caisse.payments.tests import test_ways as ways
from tests.offline import broken_late, scenes
from tests.offline.breaking import Broken, seen

PURE, OPERATIONS = "caisse.payments.offline", "caisse.payments.operations"
JUDGING, RECORDS = f"{PURE}.judging", f"{PURE}.records"
SYNCING, OPENING = f"{OPERATIONS}.syncing", f"{OPERATIONS}.opening"
COVERING, LICENCES = f"{OPERATIONS}.covering", f"{OPERATIONS}.licences"
RESERVES, SLIPS = f"{OPERATIONS}.reserves", f"{OPERATIONS}.slip_uses"
TWICE, MODELS = f"{OPERATIONS}.twice", "caisse.payments.models.offline"
PROOF = "caisse.payments.api.proof"

TABLE = (
    *broken_late.TABLE,
    seen(
        scenes.the_planned_attack,
        Broken("what is lost is counted", COVERING, "if verdict.lost_cents:", "if False:"),
        Broken(
            "who typed wrong is covered",
            COVERING,
            "(FUND, verdict.lost_cents",
            "(FUND, 0 * verdict.lost_cents",
        ),
    ),
    seen(
        sales.test_what_is_lost_is_lost_until_somebody_has_looked,
        Broken("a place has its room", JUDGING, "sight.lost + lost <= sight.room and ", ""),
        Broken("losses lower the next room", JUDGING, "room - lost - others", "room - others"),
        Broken("losses are looked at", SYNCING, "lost=-known[loss].balance", "lost=0"),
    ),
    seen(
        sales.test_a_till_that_cheats_cannot_use_up_what_the_fund_holds_for_others,
        Broken("the fund is promised once", LICENCES, "here, fund - rooms)", "here, fund)"),
        Broken(
            "losses have their own ceiling",
            LICENCES,
            "ceiling_left(known[account].ceiling or 0, lost, here) + room",
            "rules.offline_trust_cents",
        ),
    ),
    seen(
        scenes.the_fund_is_empty,
        Broken("the fund pays what it holds", JUDGING, " and lost <= sight.fund_left", ""),
    ),
    seen(
        rooms.test_devices_in_turn_never_lose_more_than_the_room_of_their_place,
        Broken("a closing takes its room back", JUDGING, "min(ceiling, lost + rooms)", "ceiling"),
        Broken("devices of a place share R", JUDGING, "room - lost - others", "room - lost"),
    ),
    seen(
        sending.test_a_copied_till_sends_the_same_sales_and_is_paid_once,
        Broken("a slip is spent once", JUDGING, "record.cents <= sight.reserve_left", "True"),
        Broken(
            "what is left of a slip is looked at",
            SYNCING,
            "known[aside].available if aside in known else 0",
            "reserve.cents if reserve else 0",
        ),
    ),
    seen(
        sales.test_a_slip_pays_at_its_place_only_and_no_more_than_it_holds,
        Broken("a slip has its place", JUDGING, "sight.reserve_place == record.place", "True"),
        Broken(
            "the place of a slip is looked at",
            SYNCING,
            "reserve.place_id or judging.ANYWHERE",
            "judging.ANYWHERE",
        ),
    ),
    seen(
        sales.test_one_licence_honours_its_sum_and_no_more,
        Broken(
            "a licence has its sum L",
            JUDGING,
            "record.cents <= sight.most - sight.used",
            "record.cents",
        ),
        Broken(
            "what a licence has sold is counted",
            SYNCING,
            'F("used_cents") + opened.cents',
            'F("used_cents")',
        ),
        Broken(
            "a sale that is refused leaves no row",
            SYNCING,
            "    elif verdict.is_posted:\n        _write(",
            "    else:\n        _write(",
        ),
        Broken(
            "a handle has its limit A",
            JUDGING,
            "sight.used_by_handle + record.cents <= sight.most_by_handle",
            "True",
        ),
        Broken("a handle is added up", SYNCING, "used_by_handle=taken_", "used_by_handle=0"),
    ),
    seen(
        cheats.test_no_code_is_looked_at_under_a_licence_that_is_closed_or_overdue,
        Broken(
            "a closed licence is closed",
            SYNCING,
            "licence.closed_at is None and clock",
            "clock",
        ),
        Broken(
            "a licence has its days",
            SYNCING,
            " and clock.now_ms() <= licence.honoured_until",
            "",
        ),
        Broken(
            "no code is looked at then",
            SYNCING,
            "if before is None and not _is_honoured(licence, asked.method)",
            "if False",
        ),
        Broken(
            "a repeat is told the same",
            SYNCING,
            "first = books.transfer(opened.id)",
            "first = None",
        ),
    ),
    seen(
        honest.test_a_licence_is_honoured_for_the_days_of_its_opening,
        Broken(
            "its days are those of its opening",
            LICENCES,
            "until + late_ms(rules), day",
            "until, day",
        ),
    ),
    seen(
        sending.test_a_copied_telephone_pays_each_place_once_and_is_found_by_its_counter,
        Broken(
            "a copied telephone sets nothing aside",
            RESERVES,
            "if OfflineStop.objects.filter(pk=wallet_id).exists():",
            "if False:",
        ),
        Broken("what it has is struck", LICENCES, "| anywhere.filter(wallet__in=stopped)", ""),
    ),
    seen(
        cheats.test_who_signs_more_than_a_slip_for_anywhere_holds_sets_nothing_aside,
        Broken("signatures are added up", SLIPS, "signed > reserve.cents", "False"),
        Broken("a repeat is no copy", SLIPS, ".exclude(payment=opened.id).exists()", ".exists()"),
    ),
    seen(
        sales.test_a_right_code_pays_a_wrong_one_costs_the_caisse_and_the_till_hears_the_same,
        Broken("who typed wrong pays nothing", JUDGING, 'in ("signed", "right")', "!= 1"),
        Broken("a wrong code is wrong", SYNCING, "if tried.right:", "if True:"),
        Broken(
            "a wrong code is a try",
            SYNCING,
            'if submit_try(a_try(entry, bucket)).answer != "limited":',
            "if bucket:",
        ),
        Broken(
            "a right code is right",
            SYNCING,
            '_pay(opened, "right", bucket)',
            '_pay(opened, "wrong", bucket)',
        ),
    ),
    seen(
        sales.test_past_three_wrong_codes_a_right_one_counts_as_wrong,
        Broken("three tries", COVERING, "unless=bucket if first else None", "unless=None"),
    ),
    seen(
        cheats.test_wrong_codes_count_at_the_till_and_past_ten_they_are_nobodys_tries,
        Broken("ten tries of a till", SYNCING, "if paused_until(entry.at):", "if False:"),
        Broken("a till's tries are counted", SYNCING, "_count_at_till(entry)", "pass"),
    ),
    seen(
        sales.test_a_code_opens_the_sale_for_which_it_was_typed_and_no_other,
        Broken("a code is for its cents", RECORDS, ' + cents.to_bytes(8, "big")', ""),
        Broken("a code is for its sale", RECORDS, 'b"pin1" + id + ', 'b"pin1" + '),
        Broken(
            "other content under an id",
            SYNCING,
            "bytes(claimed.digest) != opened.digest",
            "False",
        ),
        Broken("the instant of a sale", RECORDS, "{sent.made_at}|", ""),
    ),
    seen(
        scenes.a_code_of_another_licence,
        Broken("a code is for its licence", RECORDS, ' + licence.to_bytes(8, "big")', ""),
    ),
    seen(
        scenes.other_cents_under_an_id_after_the_closing,
        Broken("other cents under an id", SYNCING, "    if not same:\n", "    if False:\n"),
    ),
    seen(
        scenes.no_amount_at_all,
        Broken("a code pays something", OPENING, " or sent.cents <= 0", ""),
        Broken("a slip pays something", OPENING, " or asked.cents <= 0", ""),
    ),
    seen(
        scenes.too_much_over_the_wire,
        Broken(
            "the most of a sale",
            "caisse.payments.api.offline",
            'a_number(one["cents"], MOST_CENTS)',
            'one["cents"]',
        ),
    ),
    seen(
        sales.test_nobody_pays_what_her_key_did_not_sign,
        Broken(
            "a slip is the caisse's",
            OPENING,
            " or slip_of(reserve) != formats.pack_slip(paid.slip)",
            "",
        ),
        Broken(
            "a telephone has signed",
            OPENING,
            "if not formats.has_paid(paid, sent.request):",
            "if False:",
        ),
    ),
    seen(
        sending.test_a_request_that_another_till_has_shown_is_not_this_ones,
        Broken(
            "a request is of this till",
            OPENING,
            "!= (place, asked.till)",
            "!= (place, licence.device_id & TILL_BITS)",
        ),
    ),
    seen(
        scenes.a_request_of_another_place,
        Broken(
            "a request is of this place",
            OPENING,
            "!= (place, asked.till)",
            "!= (licence.place_id, asked.till)",
        ),
    ),
    seen(
        sending.test_a_device_sends_under_its_own_licences_only,
        Broken("a licence is of this place", SYNCING, "place=device.place_id, pk__in", "pk__in"),
        Broken(
            "a last word is of this device",
            LICENCES,
            "filter(pk=licence_id, device=device_id)",
            "filter(pk=licence_id)",
        ),
    ),
    seen(
        scenes.a_proof_that_is_wrong,
        Broken(
            "a request is proven",
            PROOF,
            "hmac.compare_digest(wanted.encode(), asked.mac.encode())",
            "True",
        ),
    ),
    seen(
        api.test_a_stopped_device_sends_what_it_sold_and_gets_no_licence,
        Broken(
            "a stopped till does nothing else",
            "caisse.payments.api",
            "if device.state == Device.State.ACTIVE else",
            "if True else",
        ),
    ),
    seen(
        scenes.a_device_that_does_not_cash,
        Broken(
            "a revoked till gets no licence",
            LICENCES,
            "device.state != Device.State.ACTIVE or ",
            "",
        ),
    ),
    seen(
        api.test_a_last_word_is_signed_by_the_device_that_asked_for_the_licence,
        Broken(
            "a last word is signed",
            LICENCES,
            "if sign and not signing.is_signed(",
            "if False and not signing.is_signed(",
        ),
        Broken(
            "a licence is closed first",
            LICENCES,
            "if last_word is None:\n        raise",
            "if False:\n        raise",
        ),
    ),
    seen(
        sales.test_one_device_of_a_place_at_a_time_and_the_next_one_takes_no_slip_of_the_first,
        Broken("one device of a place", LICENCES, "if held is not None:", "if False:"),
    ),
    seen(
        cheats.test_copies_of_telephones_alone_leave_the_room_to_the_till,
        Broken(
            "a copy uses no room",
            JUDGING,
            'verdict.lost_cents > 0 or verdict.answer == "room_used"',
            "False",
        ),
        Broken("a copy is one", SYNCING, "opened._replace(is_copy=True)", "opened"),
    ),
    seen(
        cheats.test_a_request_that_the_till_gave_up_is_paid_if_the_till_says_so,
        Broken(
            "a copy of what was given up",
            SYNCING,
            "if opened.is_copy and given_up(opened):",
            "if False:",
        ),
    ),
    seen(
        cheats.test_a_copy_of_a_telephone_undoes_nothing,
        Broken("a copy undoes nothing", SYNCING, "sent._replace(cancelled=None)", "sent"),
    ),
    seen(
        cheats.test_a_request_is_paid_with_network_or_without_and_never_twice,
        Broken("a sale uses its request up", COVERING, "if used is not None:", "if False:"),
        Broken("what was paid otherwise", SYNCING, "paid_otherwise(opened) or ", ""),
    ),
    seen(
        cheats.test_a_slip_that_was_struck_before_a_licence_takes_nothing_under_it,
        Broken("a struck slip", SLIPS, "licence.since < last and ", ""),
        Broken("a struck slip ends then", SLIPS, "min(slip.until, slip.struck_at)", "slip.until"),
    ),
    seen(
        scenes.a_slip_whose_hours_are_over,
        Broken(
            "a slip has its hours",
            SLIPS,
            "slip.until if slip.struck_at is None else",
            "1 << 60 if slip.struck_at is None else",
        ),
    ),
    seen(
        scenes.a_slip_of_after_a_licence,
        Broken("a slip of after a licence", SLIPS, " and slip.since < licence.until", ""),
    ),
    seen(
        ways.test_nobody_looks_at_a_code_that_pays_nothing,
        Broken(
            "a licence names its ways",
            MODELS,
            "not self.ways or method in self.ways.split()",
            "True",
        ),
        Broken(
            "no code of such a way",
            SYNCING,
            "not licence.takes(asked.method)",
            "False",
        ),
    ),
    seen(
        ways.test_a_copy_of_a_telephone_is_answered_alike,
        Broken("a slip is such a way", SYNCING, " and opened.licence.takes(opened.method)", ""),
    ),
    seen(
        cheats.test_a_late_sale_takes_no_more_than_its_slip_has_left,
        Broken(
            "a late sale is within its slip",
            JUDGING,
            "0 < record.cents <= sight.slip_left",
            "record.cents",
        ),
        Broken(
            "what is late is counted",
            SYNCING,
            "    if verdict.is_posted:\n        note_use(opened, paid=True)",
            "    if verdict.is_posted:\n        pass",
        ),
    ),
    seen(
        cheats.test_a_copied_counter_hides_nothing_of_what_a_slip_has_paid,
        Broken("a counter comes once", SLIPS, "if again or (", "if ("),
        Broken(
            "each payment of a slip is counted",
            SLIPS,
            "get_or_create(payment=opened.id, defaults=said)",
            'get_or_create(counter=opened.counter, defaults=said | {"payment": opened.id})',
        ),
    ),
    seen(
        cheats.test_a_device_undoes_its_own_sales_only_and_while_their_licence_is_open,
        Broken(
            "a device undoes its own",
            TWICE,
            "if not again and not _is_own(opened, parts[0]):",
            "if False:",
        ),
        Broken(
            "a sale is undone in time",
            TWICE,
            "return is_open and refundable",
            "return refundable",
        ),
    ),
    seen(
        sending.test_a_sale_that_was_undone_before_it_was_sent_moves_and_comes_back_in_one_chain,
        Broken(
            "what is undone comes back",
            COVERING,
            "return lines if opened.cancelled is None else",
            "return lines if True else",
        ),
        Broken(
            "the fund gets its own back",
            COVERING,
            "if part.account == FUND else f",
            "if False else f",
        ),
    ),
    seen(
        honest.test_what_goes_home_is_decided_when_it_goes,
        Broken(
            "a slip stays for an open licence",
            RESERVES,
            'Exists(meets.filter(place=OuterRef("place")))',
            "Exists(meets.filter(place=0))",
        ),
    ),
    seen(
        sales.test_money_ready_on_a_card_is_named_in_the_licence_by_a_tag_and_is_there_at_sync,
        Broken(
            "a card's part of the room is kept",
            LICENCES,
            "row.room_cents - sum(ready.values())",
            "row.room_cents",
        ),
        Broken("a card pays from what is ready", OPENING, "._replace(reserve=ready)", ""),
    ),
    seen(
        honest.test_a_card_has_one_entry_at_a_place,
        Broken(
            "what is ready comes on top of A",
            SYNCING,
            "licence.member_cents + opened.ready_cents",
            "licence.member_cents",
        ),
    ),
    seen(
        scenes.a_card_in_two_licences,
        Broken(
            "a card is named once",
            LICENCES,
            "free = entries.filter(licence=None)",
            "free = entries",
        ),
    ),
    seen(
        sales.test_what_is_set_aside_stays_within_the_articles,
        Broken(
            "the most that is set aside",
            RESERVES,
            "if sum(asked) + sum(one.balance for one in before.values()) > most:",
            "if False:",
        ),
        Broken(
            "the most of places",
            RESERVES,
            "len(before | set(bound)) > rules.offline_places or ",
            "",
        ),
        Broken(
            "the most for anywhere",
            RESERVES,
            "one.place_id == ANYWHERE and one.cents > rules",
            "False and one.cents > rules",
        ),
        Broken(
            "one slip for anywhere", RESERVES, "if anywhere > (0 if there else 1):", "if False:"
        ),
    ),
    seen(
        scenes.a_clock_that_is_ahead,
        Broken(
            "what is refused gives its part of L back",
            SYNCING,
            "        return before\n    drop_sale(opened.id)\n",
            "        return before\n",
        ),
        Broken(
            "what waits for its time is asked again",
            SYNCING,
            "return CHECKING if ahead else ANSWERS",
            "return ANSWERS",
        ),
    ),
    seen(
        scenes.a_wallet_that_is_spent_meanwhile,
        Broken(
            "a sale is judged again",
            SYNCING,
            'if said[0] in ("insufficient", "ceiling"):',
            "if False:",
        ),
        Broken("it does not meet itself in L", SYNCING, " - (0 if row is None else row.cents)", ""),
        Broken("nor in its card's part", SYNCING, "others.exclude(pk=opened.id)", "others"),
    ),
    seen(
        scenes.a_wallet_that_is_paused,
        Broken(
            "a wallet that is paused pays nothing",
            SYNCING,
            ".available) if open_ else 0",
            ".available)",
        ),
    ),
)
