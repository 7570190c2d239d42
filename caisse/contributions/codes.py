"""Why a bank returned a debit, in words, with what to do (own room: a closed list).

Source: domain.md 5.3. The default action is a proposal to the office; nothing is done by itself.
"""

from typing import NamedTuple


class ReturnCode(NamedTuple):
    """A reason in French, and the first thing to propose to the household."""

    label: str
    action: str


CODES: dict[str, ReturnCode] = {
    "AC01": ReturnCode("IBAN inexact", "faire signer un nouveau mandat"),
    "AC04": ReturnCode("compte clos", "faire signer un nouveau mandat"),
    "AC06": ReturnCode("compte bloqué", "proposer un autre moyen de paiement"),
    "AG01": ReturnCode("prélèvement interdit sur ce compte", "proposer un autre moyen de paiement"),
    "AM04": ReturnCode("provision insuffisante", "proposer une autre date, sans pénalité"),
    "MD01": ReturnCode("pas de mandat", "faire signer un nouveau mandat"),
    "MD06": ReturnCode("remboursement demandé par le débiteur", "appeler le foyer"),
    "MD07": ReturnCode("débiteur décédé", "clore le dossier avec soin"),
    "MS02": ReturnCode("refus du débiteur", "appeler le foyer"),
    "MS03": ReturnCode("motif non communiqué par la banque", "appeler le foyer"),
    "SL01": ReturnCode("service particulier de la banque du débiteur", "appeler le foyer"),
}
