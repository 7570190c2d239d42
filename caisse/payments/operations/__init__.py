"""The till's verbs: open it, pay, refund, abandon, ask what became of a number; papers that pay.

A payment writes no row but its transfer: it is judged by the ledger on account flags alone.
"""

from caisse.payments.operations.alarms import (
    follow_codes,
    tell_of_brake,
)
from caisse.payments.operations.answers import (
    Answer,
)
from caisse.payments.operations.aside_again import set_aside_again
from caisse.payments.operations.beginning import Begun, DeviceChanged, Entry, begin_in_loop
from caisse.payments.operations.cards import (
    Printed,
    block_card,
    make_card,
    printed_card,
)
from caisse.payments.operations.cashiers import (
    Coded,
    Entered,
    add_cashier,
    cashier_till,
    cashiers_at,
    change_cashier,
    enter_cashier,
    let_codes_in,
    redraw_cashier,
    remove_cashier,
    rights_of,
)
from caisse.payments.operations.cashing import (
    cash_voucher,
)
from caisse.payments.operations.day_papers import (
    day_csv,
    day_name,
    day_pdf,
    send_day,
)
from caisse.payments.operations.devices import (
    confirm_device,
    enrol_device,
    give_invitation,
    invite_device,
    resume_device,
    revoke_device,
    suspend_device,
)
from caisse.payments.operations.giving import (
    UNDO_GIFT,
    Given,
    give,
    look_at_gift,
    prepare_gift_undo,
)
from caisse.payments.operations.giving_back import (
    of_today,
    refund,
    refunded_before,
    too_late,
)
from caisse.payments.operations.late_sales import (
    LATE_SALE,
    pay_late_sale,
    refuse_late_sale,
)
from caisse.payments.operations.licences import (
    Licensed,
    close_licence,
    open_licence,
    sweep_offline,
)
from caisse.payments.operations.new_keys import (
    add_root_key,
    begin_sign_key,
    end_sign_key,
    prepare_sign_key,
)
from caisse.payments.operations.office import (
    OFFICE_REFUND,
    WHY,
    alone_cents,
    refund_at_office,
)
from caisse.payments.operations.offline_room import (
    OFFLINE_ROOM,
    prepare_offline_room,
    review_losses,
)
from caisse.payments.operations.paper_sales import (
    Held,
    cancel_paper_sale,
    hold_paper_sale,
    key_paper_sale,
    redraw_paper_sale,
)
from caisse.payments.operations.paying import (
    Purchase,
    abandon,
    outcome,
    pay,
    pay_many,
)
from caisse.payments.operations.paying_phone import (
    asked_by,
    give_up,
    has_asked,
    pay_at_place,
    pay_request,
    printed_qr,
)
from caisse.payments.operations.paying_pin import (
    go_on,
    needs_no_look,
    paid_before,
    pay_entry,
    pay_with_code,
)
from caisse.payments.operations.phones import (
    TICKET_KEY,
    block_phone,
    enrol_phone,
    give_phone_code,
    give_tickets,
    invite_phone,
    tell_on_phone,
)
from caisse.payments.operations.pins import (
    change_pin_key,
    draw_pin,
    spender_typed,
)
from caisse.payments.operations.proving import (
    Proven,
    prove,
)
from caisse.payments.operations.qr import (
    paid_with,
    phone_key,
)
from caisse.payments.operations.reserves import (
    Wanted,
    give_back_reserve,
    give_back_slip,
    issue_slips,
    let_set_aside,
    set_aside,
    strike_slips,
)
from caisse.payments.operations.resets import (
    BY_REFERENTS,
    Confirmed,
    confirm_holder,
    draw_by_code,
)
from caisse.payments.operations.sales_lists import (
    SALES_LIST,
    prepare_sales_list,
)
from caisse.payments.operations.standing_in import (
    SlipSale,
    last_word,
    link_standing_in,
    point_of,
    sign_of,
    sold_for_slip,
)
from caisse.payments.operations.syncing import (
    sync_phone,
    sync_till,
)
from caisse.payments.operations.tills import (
    close_till,
    open_till,
)
from caisse.payments.operations.trying import Trial, link_for_trial
from caisse.payments.operations.vouchers import (
    Paper,
    PrintedSheet,
    expire_sheets,
    issue_sheet,
    withdraw_sheet,
    withdraw_voucher,
)
from caisse.payments.queries import (
    Receipt,
)
from caisse.payments.reasons import (
    Declined,
)

__all__ = [
    "BY_REFERENTS",
    "LATE_SALE",
    "OFFICE_REFUND",
    "OFFLINE_ROOM",
    "SALES_LIST",
    "TICKET_KEY",
    "UNDO_GIFT",
    "WHY",
    "Answer",
    "Begun",
    "Coded",
    "Confirmed",
    "Declined",
    "DeviceChanged",
    "Entered",
    "Entry",
    "Given",
    "Held",
    "Licensed",
    "Paper",
    "Printed",
    "PrintedSheet",
    "Proven",
    "Purchase",
    "Receipt",
    "SlipSale",
    "Trial",
    "Wanted",
    "abandon",
    "add_cashier",
    "add_root_key",
    "alone_cents",
    "asked_by",
    "begin_in_loop",
    "begin_sign_key",
    "block_card",
    "block_phone",
    "cancel_paper_sale",
    "cash_voucher",
    "cashier_till",
    "cashiers_at",
    "change_cashier",
    "change_pin_key",
    "close_licence",
    "close_till",
    "confirm_device",
    "confirm_holder",
    "day_csv",
    "day_name",
    "day_pdf",
    "draw_by_code",
    "draw_pin",
    "end_sign_key",
    "enrol_device",
    "enrol_phone",
    "enter_cashier",
    "expire_sheets",
    "follow_codes",
    "give",
    "give_back_reserve",
    "give_back_slip",
    "give_invitation",
    "give_phone_code",
    "give_tickets",
    "give_up",
    "go_on",
    "has_asked",
    "hold_paper_sale",
    "invite_device",
    "invite_phone",
    "issue_sheet",
    "issue_slips",
    "key_paper_sale",
    "last_word",
    "let_codes_in",
    "let_set_aside",
    "link_for_trial",
    "link_standing_in",
    "look_at_gift",
    "make_card",
    "needs_no_look",
    "of_today",
    "open_licence",
    "open_till",
    "outcome",
    "paid_before",
    "paid_with",
    "pay",
    "pay_at_place",
    "pay_entry",
    "pay_late_sale",
    "pay_many",
    "pay_request",
    "pay_with_code",
    "phone_key",
    "point_of",
    "prepare_gift_undo",
    "prepare_offline_room",
    "prepare_sales_list",
    "prepare_sign_key",
    "printed_card",
    "printed_qr",
    "prove",
    "redraw_cashier",
    "redraw_paper_sale",
    "refund",
    "refund_at_office",
    "refunded_before",
    "refuse_late_sale",
    "remove_cashier",
    "resume_device",
    "review_losses",
    "revoke_device",
    "rights_of",
    "send_day",
    "set_aside",
    "set_aside_again",
    "sign_of",
    "sold_for_slip",
    "spender_typed",
    "strike_slips",
    "suspend_device",
    "sweep_offline",
    "sync_phone",
    "sync_till",
    "tell_of_brake",
    "tell_on_phone",
    "too_late",
    "withdraw_sheet",
    "withdraw_voucher",
]
