"""Who looked at whose file, and acts of two people (own room: part of the check)."""

from datetime import date

from caisse.accounting.checks.line import Verdict, hexed, line, rows
from caisse.kernel import clock

LOOKS = "('file.opened', 'contact.shown', 'balance.shown')"
OFFICE = "('desk', 'coordinator', 'treasurer', 'administrator')"


@line("access", "seul le bureau a ouvert des dossiers")
def access() -> Verdict:
    """Each look at a file is by a login that held a role of the office on that day.

    A role that ended that day counts: it was held before it ended.
    """
    looks = rows(f"SELECT by, subject, at FROM kernel_event WHERE name IN {LOOKS} ORDER BY at, id")
    held: dict[str, list[tuple[date, date | None]]] = {}
    for login, since, until in rows(f"""
        SELECT l.identifier, r.since, r.until FROM people_role r
        JOIN people_login l ON l.id = r.login_id WHERE r.name IN {OFFICE}"""):
        held.setdefault(login, []).append((_day(since), until and _day(until)))
    bad: list[tuple[str, int | None]] = [
        (f"{login}, {subject}", at)
        for by, subject, at in looks
        for login, on in [(by.partition(" for ")[0], clock.day_of(at))]
        if not any(
            since <= on and (until is None or on <= until) for since, until in held.get(login, ())
        )
    ]
    return Verdict(f"{len(looks)} regards", bad)


@line("roles", "chaque rôle a ses dates, chaque acte fait à deux a deux personnes")
def roles() -> Verdict:
    """No role ends before it begins; whoever agreed is another person than who prepared."""
    dates = rows("""
        SELECT l.identifier, r.name FROM people_role r JOIN people_login l ON l.id = r.login_id
        WHERE r.until < r.since ORDER BY r.id""")
    alone = rows(f"""
        SELECT {hexed("a.id")}, a.kind, a.prepared_by, a.second_by, a.second_at
        FROM people_preparedact a
        LEFT JOIN people_login p ON p.identifier = a.prepared_by
        LEFT JOIN people_login s ON s.identifier = a.second_by
        WHERE a.state = 'done' AND (a.second_by = '' OR a.second_by = a.prepared_by
            OR a.second_at IS NULL OR p.person_id = s.person_id)
        ORDER BY a.prepared_at, a.id""")
    done = rows("SELECT COUNT(*) FROM people_preparedact WHERE state = 'done'")[0][0]
    bad: list[tuple[str, int | None]] = [(f"{login}, rôle {name}", None) for login, name in dates]
    bad += [
        (f"{kind} : {first}, {second or 'personne'}", at) for _, kind, first, second, at in alone
    ]
    return Verdict(f"{done} actes faits à deux", bad)


def _day(value: date | str) -> date:
    return value if isinstance(value, date) else date.fromisoformat(value)
