"""Why a bank refused or sent back a credit transfer, in words (own room: a closed list).

The codes are those that ISO 20022 gives to rejects and returns of SEPA credit transfers. A code
that is not in the list is entered as MS03: the bank gave no reason that we know.
"""

CODES: dict[str, str] = {
    "AC01": "IBAN inexact",
    "AC03": "IBAN du bénéficiaire inexact",
    "AC04": "compte clos",
    "AC06": "compte bloqué",
    "AG01": "virement interdit sur ce compte",
    "AG02": "code d’opération inexact",
    "AM04": "provision insuffisante",
    "AM05": "virement en double",
    "AM09": "montant inexact",
    "BE01": "le nom ne correspond pas au compte",
    "BE04": "adresse du bénéficiaire manquante",
    "CNOR": "banque du bénéficiaire inconnue",
    "ED05": "règlement entre banques échoué",
    "ERIN": "option de remise non prise en charge",
    "FF01": "format du fichier inexact",
    "FOCR": "renvoyé à notre demande",
    "MD07": "titulaire du compte décédé",
    "MS02": "refus du bénéficiaire",
    "MS03": "motif non communiqué par la banque",
    "RC01": "BIC inexact",
    "RR01": "motif réglementaire : compte du payeur manquant",
    "RR02": "motif réglementaire : nom ou adresse du payeur manquants",
    "RR03": "motif réglementaire : nom ou adresse du bénéficiaire manquants",
    "RR04": "motif réglementaire",
    "TM01": "remis trop tard à la banque",
}
