"""Who may open which page: written by hand from section 3.5 of the domain, apart from the guards.

One line per group of pages: the roles, then the names of the addresses. `everybody` are visitors
too, `anyone` whoever came in. A page without a line here fails the test, and so does a line without
a page. Object pages are guarded twice: here by role, in their own tests by whose object it is.
"""

EVERYBODY, ANYONE = "everybody", "anyone"
ROLES = (
    "member",
    "holder",
    "merchant",
    "cashier",
    "desk",
    "coordinator",
    "treasurer",
    "committee",
    "funder",
    "researcher",
    "referent",
    "administrator",
)
"""`holder` is a second holder of somebody's wallet: a member like the first one."""

BY_OWN_FACTOR = frozenset(
    {
        "account_reauthenticate",
        "account_request_reauthentication_code",
        "account_confirm_reauthentication_code",
        "mfa_reauthenticate",
        "mfa_reauthenticate_webauthn",
    }
)
"""Pages that answer 403 to whoever has no password, address or key to show again."""

MEMBERS = "member holder"
PEOPLE = "desk coordinator"  # those who talk with members
FILES = "desk coordinator treasurer"  # identity and contact: the accountant reads them as payers
OFFICE = "desk coordinator treasurer administrator"
MONEY = "coordinator treasurer"
TWO = "coordinator treasurer administrator"

LINES: tuple[tuple[str, str], ...] = (
    # what anyone may read, and the door
    (EVERYBODY, "glance sheets explained joining guide places points place rulebook article"),
    (EVERYBODY, "decisions decision figures figures_csv figures_json money language door code"),
    (EVERYBODY, "demo_entry help guide_picture"),
    (
        EVERYBODY,
        "till till_manifest till_offline payer payer_manifest payer_offline push_watch api",
    ),  # proven by the device, not by a login
    (ANYONE, "home resume second_factor account"),
    # django-allauth: before one is in; and one's own keys
    (EVERYBODY, "account_login account_logout account_inactive account_signup"),
    (EVERYBODY, "account_request_login_code account_confirm_login_code account_reset_password"),
    (EVERYBODY, "account_reset_password_done account_reset_password_from_key"),
    (EVERYBODY, "account_reset_password_from_key_done mfa_authenticate mfa_login_webauthn"),
    (EVERYBODY, "account_email account_email_verification_sent account_confirm_email"),
    (ANYONE, "account_reauthenticate account_request_reauthentication_code"),
    (ANYONE, "account_confirm_reauthentication_code account_change_password account_set_password"),
    (ANYONE, "mfa_index mfa_reauthenticate mfa_activate_totp mfa_deactivate_totp"),
    (ANYONE, "mfa_view_recovery_codes mfa_generate_recovery_codes mfa_download_recovery_codes"),
    (ANYONE, "mfa_list_webauthn mfa_add_webauthn mfa_reauthenticate_webauthn"),
    (ANYONE, "mfa_remove_webauthn mfa_edit_webauthn usersessions_list"),
    # a member's own
    (MEMBERS, "my_card my_phones wallet my_month my_receipt my_household my_inquiries my_inquiry"),
    (MEMBERS, "my_messages my_messages_read my_letter my_channels my_push my_push_end"),
    (MEMBERS, "my_vouchers my_voucher_sheet my_gift"),
    (MEMBERS, "my_looks my_details my_details_json my_details_pdf my_leave my_allocation"),
    (MEMBERS, "my_allocation_month my_unspent my_pledge my_guide my_pledge_change my_pledge_done"),
    (MEMBERS, "my_pledge_undo my_call_me my_pause my_resume"),
    # a place's own; a cashier has a till, and no page
    ("merchant", "my_day_pdf my_day_csv"),
    ("merchant", "my_places my_place my_day my_statements my_redemption my_statement_pdf"),
    ("merchant", "my_statement_csv my_statement my_share call_me my_hours my_hours_day my_closure"),
    ("merchant", "my_open_again my_sheet my_people my_person my_person_end my_person_code"),
    ("merchant", "my_person_email"),
    ("merchant", "my_bank my_bank_change"),
    ("merchant", "my_paper_sales my_cashiers my_cashier my_cashier_new"),
    ("merchant", "my_devices my_device my_device_new my_device_revoke my_shop_qr my_shop_qr_pdf"),
    # a referent's own; the code that two of them read out is proven by itself
    ("referent", "referent"),
    (EVERYBODY, "lost_pin"),
    # a funder's own
    ("funder", "my_grants my_grant my_grant_csv my_grant_json"),
    # the office: what it has to do, what happened
    (OFFICE, "today journal components months month month_lines"),
    ("desk coordinator administrator", "notices notice_retry"),
    (PEOPLE, "printing letters_print"),
    (MONEY, "signals"),
    ("coordinator administrator", "training settings who_looked"),
    ("administrator", "health"),
    ("treasurer", "accountant"),
    # people: names and contacts are for those who talk with members, and for the payers' accountant
    (FILES, "people person person_open person_contact unreached"),
    (PEOPLE, "person_new contact_note person_composition person_address holder_add holder_details"),
    (PEOPLE, "holder_pin holder_card card_aside holder_phones card_print balance_send"),
    (PEOPLE, "paper_sales paper_sale_who paper_sale holder_paper_sale"),
    (PEOPLE, "vouchers voucher_sheet voucher_back vouchers_dozen"),
    (PEOPLE, "holder_end holder_code holder_sheet person_pause person_resume person_leave"),
    (PEOPLE, "inquiries inquiry"),
    (MONEY, "person_close"),
    ("coordinator", "person_erase"),
    ("coordinator", "balance_of gift_undo"),
    # ways in and roles; acts of two people
    ("coordinator administrator", "access access_new access_stand_in access_login access_role"),
    ("coordinator administrator", "access_role_end access_close access_code"),
    (TWO, "acts act act_agree act_decline"),
    # months
    (MONEY, "month_freeze month_check month_approve month_credit month_close month_adjust"),
    (MONEY, "month_flag month_answer"),
    ("treasurer", "month_csv"),
    # contributions: the amount is the treasurer's; the desk sees what it types
    (PEOPLE, "pledge_new"),
    (FILES, "receipt_new desks desk_close arrears arrear"),
    (MONEY, "receipts imports import_act import_decline"),
    ("treasurer", "receipt receipt_undo return_new return_undo receipts_csv receipts_month"),
    ("treasurer", "receipt_import import_prepare import_undo"),
    # places
    (FILES, "places_office place_office place_hours place_people"),
    (FILES, "place_devices place_paper_sales place_cashiers place_shop_qr place_shop_qr_pdf"),
    ("coordinator", "place_cashier place_cashier_new"),
    ("coordinator", "place_device place_device_new place_device_revoke"),
    (MONEY, "places_csv place_bank place_bank_called place_bank_agreed place_bank_declined"),
    ("coordinator", "place_new place_suspend place_resume place_hours_day place_closure"),
    ("coordinator", "place_open_again place_sheet place_person place_person_end place_person_code"),
    ("coordinator", "place_person_email"),
    (MONEY, "redemptions redemption redemption_csv redemption_agree redemption_decline"),
    (MONEY, "redemption_resume place_day refund_new"),
    ("treasurer", "redemption_bank_csv redemption_prepare redemption_refused"),
    # money
    (
        MONEY,
        "money_office forecast forecast_csv costs costs_csv costs_paid_csv cost_plan cost_paid",
    ),
    (MONEY, "cost_pay_new cost_change cost_pay cost_undo funders funders_csv funder funder_access"),
    (MONEY, "funder_access_end grant_new grant_write_off instalment_receive instalment_postpone"),
    (MONEY, "cover cover_csv bank bank_csv bank_reading transfers transfer_new transfer"),
    (MONEY, "transfer_decline levy_answer document document_new document_withdraw"),
    (MONEY, "offline offline_room offline_place offline_list offline_late offline_wallet"),
    (TWO, "checks"),
)


def expected() -> dict[str, frozenset[str]]:
    """Who may pass, by the address's name: roles, and "visitor" for everybody."""
    found: dict[str, frozenset[str]] = {}
    for who, names in LINES:
        roles = {EVERYBODY: {"visitor", *ROLES}, ANYONE: set(ROLES)}.get(who, set(who.split()))
        for name in names.split():
            assert name not in found, f"{name} has two lines"
            found[name] = frozenset(roles)
    return found
