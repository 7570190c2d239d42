"""The tables of the reference year, in euros, as the project's source gives them (domain.md 8)."""

from caisse.kernel.month import Month

# month, members, issued, spent, wallets, owed, called, returned, recovered, cashed, funders,
# reimbursed, cash, circulation, gap
CAISSE = """
2023-02 50 5000 4000 1000 4000 2750 60 0 2690 37500 0 40190 5000 35190
2023-03 130 13000 11400 2600 11400 7150 180 30 7000 37500 4000 80690 14000 66690
2023-04 240 24000 22030 4570 22030 13200 340 90 12950 7000 11400 89240 26600 62640
2023-05 300 30000 28600 5970 28600 16500 430 170 16240 5000 22030 88450 34570 53880
2023-06 330 33000 32450 6520 32450 18150 450 215 17915 10000 28600 87765 38970 48795
2023-07 350 35000 32380 9140 32380 19250 480 225 18995 0 32450 74310 41520 32790
2023-08 350 35000 31900 12240 31900 19250 520 240 18970 0 32380 60900 44140 16760
2023-09 350 35000 36830 10410 36830 19250 510 260 19000 32500 31900 80500 47240 33260
2023-10 350 35000 36890 8520 36890 19250 510 255 18995 22500 36830 85165 45410 39755
2023-11 350 35000 36230 7290 36230 19250 510 255 18995 0 36890 67270 43520 23750
2023-12 350 35000 36500 5790 36500 19250 510 255 18995 0 36230 50035 42290 7745
2024-01 350 35000 33530 7260 33530 19250 500 505 19255 8000 36500 40790 40790 0
"""
CAISSE_TOTAL = (3500, 350000, 342740, 192500, 5000, 2500, 190000, 160000, 309210)

# month, HR, running, evaluation, IT, out, in, cash
OPERATING = """
2023-02 16500 3000 0 8000 27500 32000 4500
2023-03 16500 3000 0 0 19500 65000 50000
2023-04 16500 3000 0 0 19500 40000 70500
2023-05 16500 3000 0 6000 25500 20000 65000
2023-06 16500 3000 3000 0 22500 6000 48500
2023-07 16500 3000 0 0 19500 6000 35000
2023-08 16500 3000 0 0 19500 3000 18500
2023-09 16500 3000 0 0 19500 54000 53000
2023-10 16500 3000 0 6000 25500 0 27500
2023-11 16500 3000 0 0 19500 8000 16000
2023-12 16500 3000 0 0 19500 0 -3500
2024-01 16500 3000 9000 0 28500 32000 0
"""
OPERATING_TOTAL = (198000, 36000, 12000, 20000, 266000, 266000)

PLACES = {
    "coop_supermarket": (1, 82260), "organic_supermarket": (6, 92540),
    "solidarity_shop": (4, 30850), "grocery": (6, 34270), "baker": (4, 13710),
    "purchasing_group": (2, 10280), "canteen": (2, 6850), "market_producer": (18, 44560),
    "farm_producer": (12, 27420),
}  # fmt: skip

FUNDERS = {
    ("Ville de Montpellier", "caisse"): {"2023-02": 22500, "2023-09": 22500},
    ("Montpellier Méditerranée Métropole", "caisse"): {"2023-03": 22500, "2023-10": 22500},
    ("Fondation Daniel et Nina Carasso", "caisse"): {"2023-02": 15000, "2023-09": 10000},
    ("Fondation de France", "caisse"): {"2023-03": 15000},
    ("Région Occitanie", "caisse"): {"2023-05": 5000, "2024-01": 5000},
    ("Département de l’Hérault", "caisse"): {"2023-06": 10000},
    ("État (plan pauvreté)", "caisse"): {"2023-04": 7000, "2024-01": 3000},
    ("France 2030 – AMI DTTAA", "operating"): {
        "2023-03": 65000, "2023-09": 39000, "2024-01": 26000,
    },
    ("Fondation Daniel et Nina Carasso", "operating"): {"2023-02": 20000, "2023-09": 15000},
    ("Fondation de France", "operating"): {"2023-04": 25000},
    ("Ville de Montpellier", "operating"): {"2023-04": 15000},
    ("Montpellier Méditerranée Métropole", "operating"): {"2023-05": 20000},
    ("Région Occitanie", "operating"): {"2023-06": 6000, "2024-01": 6000},
    ("Département de l’Hérault", "operating"): {"2023-07": 6000},
    ("État (plan pauvreté)", "operating"): {"2023-08": 3000},
    ("Appel à projets numérique", "operating"): {"2023-02": 12000, "2023-11": 8000},
}  # fmt: skip

CONSOLIDATED = {
    "France 2030 – AMI DTTAA": 130000, "Fondation Daniel et Nina Carasso": 60000,
    "Fondation de France": 40000, "Ville de Montpellier": 60000,
    "Montpellier Méditerranée Métropole": 65000, "Département de l’Hérault": 16000,
    "Région Occitanie": 22000, "État (plan pauvreté)": 13000,
    "Appel à projets numérique": 20000,
}  # fmt: skip


def lines(table: str) -> list[tuple[Month, tuple[int, ...]]]:
    """The rows of a table: the month, then its numbers."""
    rows = [line.split() for line in table.strip().splitlines()]
    return [(Month.parse(month), tuple(map(int, cells))) for month, *cells in rows]


def plain(name: str) -> str:
    """A name whatever its apostrophe."""
    return name.replace("'", "’")
