"""The reference year as plain values: who funds the caisse and its running, and when."""

from datetime import date, timedelta

from caisse.demo.world.tables import COSTS, COSTS_AFTER, FIRST, FOUNDED_ON, SPAN, YEAR, Fund
from caisse.demo.world.values import Cost, Grant, Instalment, Postponement
from caisse.kernel.month import Month

VILLE = "Ville de Montpellier"
METROPOLE = "Montpellier Méditerranée Métropole"
CARASSO = "Fondation Daniel et Nina Carasso"
FRANCE = "Fondation de France"
REGION = "Région Occitanie"
HERAULT = "Département de l'Hérault"
STATE = "État (plan pauvreté)"
FRANCE_2030 = "France 2030 – AMI DTTAA"
DIGITAL = "Appel à projets numérique"

Promised = dict[int, int]
"""Month 202302 -> euros."""

AGREEMENTS: tuple[tuple[str, Fund, Promised], ...] = (
    (VILLE, "caisse", {202302: 22500, 202309: 22500}),
    (METROPOLE, "caisse", {202303: 22500, 202310: 22500}),
    (CARASSO, "caisse", {202302: 15000, 202309: 10000}),
    (FRANCE, "caisse", {202303: 15000}),
    (REGION, "caisse", {202305: 5000, 202401: 5000}),
    (HERAULT, "caisse", {202306: 10000}),
    (STATE, "caisse", {202304: 7000, 202401: 3000}),
    (FRANCE_2030, "operating", {202303: 65000, 202309: 39000, 202401: 26000}),
    (CARASSO, "operating", {202302: 20000, 202309: 15000}),
    (FRANCE, "operating", {202304: 25000}),
    (VILLE, "operating", {202304: 15000}),
    (METROPOLE, "operating", {202305: 20000}),
    (REGION, "operating", {202306: 6000, 202401: 6000}),
    (HERAULT, "operating", {202307: 6000}),
    (STATE, "operating", {202308: 3000}),
    (DIGITAL, "operating", {202302: 12000, 202311: 8000}),
)
"""The reference year, by agreement and month of payment."""

AGREEMENTS_AFTER: tuple[tuple[str, Fund, Promised], ...] = (
    (VILLE, "caisse", {202402: 22500, 202409: 22500}),
    (METROPOLE, "caisse", {202403: 22500, 202410: 22500}),
    (FRANCE, "caisse", {202404: 10000}),
    (STATE, "caisse", {202404: 7000, 202501: 9000}),
    (REGION, "caisse", {202405: 15000}),
    (HERAULT, "caisse", {202406: 15000}),
    (CARASSO, "caisse", {202407: 15000, 202408: 10000, 202411: 10000, 202412: 10000}),
    (VILLE, "caisse", {202501: 7000}),
    (CARASSO, "operating", {202402: 24000}),
    (FRANCE_2030, "operating", {202403: 65000, 202409: 60000}),
    (FRANCE, "operating", {202404: 25000}),
    (METROPOLE, "operating", {202405: 20000}),
    (REGION, "operating", {202406: 6000, 202411: 10000}),
    (VILLE, "operating", {202407: 15000}),
    (STATE, "operating", {202501: 15000}),
)
"""The year after, so that each of its months can be credited and its costs paid."""

SIGNING = FOUNDED_ON + timedelta(1)
SIGNING_AFTER = date(2024, 1, 17)
"""After the freeze of February 2024, whose warning therefore does not know these agreements."""

LATE_MONTH = 202401
LATE = Postponement(told_on=date(2023, 9, 10), grant=7, position=2, to=date(2024, 1, 2))
LATE_PROMISED_ON = date(2023, 12, 15)
"""France 2030's last instalment: promised for December, moved to January by a letter."""


def grants() -> list[Grant]:
    """Every agreement, signed on three evenings from `SIGNING`, later ones from `SIGNING_AFTER`."""
    made: list[Grant] = []
    for start, agreements in ((SIGNING, AGREEMENTS), (SIGNING_AFTER, AGREEMENTS_AFTER)):
        for position, (funder, fund, promised) in enumerate(agreements):
            number = len(made)
            made.append(
                Grant(
                    number=number,
                    funder=funder,
                    fund=fund,
                    signed_on=start + timedelta(position % 3),
                    instalments=tuple(
                        _instalment(number, month, euros) for month, euros in promised.items()
                    ),
                    is_investment=funder == DIGITAL,
                )
            )
    return made


def _instalment(grant: int, month: int, euros: int) -> Instalment:
    """Money comes on the 2nd, as promised, but for the one that is late."""
    received_on = Month.from_number(month).day(2)
    late = grant == LATE.grant and month == LATE_MONTH
    return Instalment(LATE_PROMISED_ON if late else received_on, received_on, euros * 100)


def costs() -> list[Cost]:
    """Every planned cost of the two years, on the 25th."""
    made = []
    for table, start in ((COSTS, FIRST), (COSTS_AFTER, YEAR[-1].next())):
        for line, euros in table.items():
            made += [
                Cost(line, (start + n).day(25), amount * 100)
                for n, amount in enumerate(euros)
                if amount and start + n in SPAN
            ]
    return sorted(made, key=lambda cost: (cost.on, cost.line))
