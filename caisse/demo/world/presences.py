"""The reference year as plain values: where each place stands, what it sells, when it is open.

Towns stand where they are, to about a kilometre; streets, markets and hours are made up. It draws
from a seed of its own, so that no figure of the year depends on it.
"""

import random
from collections.abc import Sequence
from datetime import date

from caisse.demo.world.names import STREETS
from caisse.demo.world.tables import PRODUCERS
from caisse.demo.world.values import Place, Presence

TOWNS: dict[str, tuple[int, int]] = {
    "Montpellier": (4361080, 387670),
    "Baillargues": (4366060, 401440),
    "Castelnau-le-Lez": (4363640, 390230),
    "Castries": (4367830, 398470),
    "Clapiers": (4365860, 388810),
    "Cournonsec": (4354940, 370500),
    "Cournonterral": (4355920, 372060),
    "Fabrègues": (4355060, 377640),
    "Grabels": (4364780, 380140),
    "Jacou": (4366080, 391190),
    "Juvignac": (4361360, 380920),
    "Lattes": (4356750, 390470),
    "Lavérune": (4358720, 380420),
    "Assas": (4370330, 389830),
    "Montaud": (4375000, 395500),
    "Montferrier-sur-Lez": (4366810, 385810),
    "Murviel-lès-Montpellier": (4360470, 373780),
    "Pérols": (4356500, 395250),
    "Pignan": (4358360, 376110),
    "Prades-le-Lez": (4369810, 386500),
    "Restinclières": (4371830, 404000),
    "Saint-Brès": (4366810, 403220),
    "Saint-Drézéry": (4373110, 397560),
    "Saint-Georges-d’Orques": (4361060, 377970),
    "Saussan": (4357170, 377440),
    "Sussargues": (4371250, 400330),
    "Vendargues": (4365750, 396940),
    "Villeneuve-lès-Maguelone": (4353310, 386190),
}
"""Latitude and longitude in 1e-5 degree."""

SELLS: dict[str, tuple[str, ...]] = {
    "coop_supermarket": ("fruits, légumes, pain, épicerie, vrac, produits frais",),
    "organic_supermarket": (
        "fruits, légumes, vrac, produits frais",
        "épicerie, vrac, fromages, légumes",
        "légumes, pain, œufs, épicerie",
    ),
    "solidarity_shop": ("épicerie, fruits, légumes", "plats du jour, épicerie, légumes"),
    "grocery": ("vrac, légumes de saison, œufs, conserves", "vrac, épices, huiles, savons"),
    "baker": ("pain, farine", "pain, brioches, farine"),
    "purchasing_group": ("paniers, farine, huile, pâtes, sur commande",),
    "canteen": ("repas du midi", "repas du midi, plats à emporter"),
    "market_producer": ("légumes de saison", "légumes, herbes, plants"),
    "farm_producer": ("légumes, œufs, à la ferme", "légumes, fruits, jus"),
}
PROMISED = {
    "Chèvrerie": "fromages de chèvre",
    "Rucher": "miel, pollen, pain d’épices",
    "Abeilles": "miel, paniers de légumes",
    "Vergers": "fruits de saison, jus",
    "Fruits": "fruits de saison, jus",
    "Poissons": "poissons du jour",
    "Coquillages": "huîtres, moules",
    "Herbes": "herbes, tisanes, plants",
    "Œufs": "œufs, volailles",
    "Pois": "pois chiches, lentilles",
    "Fromages": "fromages de brebis et de vache",
    "Olives": "olives, huile d’olive",
    "Champignons": "champignons frais et séchés",
    "Safran": "safran, confitures",
    "Pâtes": "pâtes fraîches, sauces",
    "Pousses": "jeunes pousses, herbes",
    "égumes": "légumes de saison",
    "Maraîchage": "légumes de saison, herbes",
    "Bergerie": "fromages, viande d’agneau",
    "Moulin": "farine, légumes secs",
    "Amandiers": "amandes, légumes, œufs",
    "Paniers": "paniers de légumes",
    "Vrac": "vrac, légumes, huiles, savons",
    "Bocaux": "vrac, conserves, légumes",
}
"""What one expects from a name, by a word that is in it."""
ACCESS = (
    "de plain-pied",
    "de plain-pied, allées larges",
    "une marche de 3 cm à l’entrée",
    "une rampe, sonnette à l’entrée",
    "deux marches, aide sur demande",
)
MARKETS = (
    "marché du Figuier",
    "marché de la Fontaine-Sèche",
    "marché des Micocouliers",
    "marché du Grand-Mûrier",
    "marché de la Halle-Neuve",
)
WEEK = tuple(range(6))
SPREAD_TOWN, SPREAD_VILLAGE = 2200, 900
"""How far from the middle of its town a place may be, in 1e-5 degree."""


def presences(seed: int, places: Sequence[Place]) -> list[Presence]:
    """What each place tells its customers, in the order of the places."""
    rng = random.Random(f"presences/{seed}")
    return [_presence(rng, place) for place in places]


def _presence(rng: random.Random, place: Place) -> Presence:
    latitude, longitude = TOWNS[place.commune]
    most = SPREAD_TOWN if place.commune == "Montpellier" else SPREAD_VILLAGE
    stall = place.kind == "market_producer"
    street = f"{rng.randint(1, 60)} {rng.choice(STREETS)}"
    return Presence(
        address="" if place.kind in PRODUCERS else street,
        sells=_sells(rng, place),
        access="" if stall else rng.choice(ACCESS),
        latitude_e5=latitude + rng.randint(-most, most),
        longitude_e5=longitude + rng.randint(-most, most),
        hours=tuple(sorted(_hours(rng, place.kind))),
        closed=_holidays(rng),
    )


def _sells(rng: random.Random, place: Place) -> str:
    """What its name promises, else what its kind usually has."""
    usual = rng.choice(SELLS[place.kind])
    return next((said for word, said in PROMISED.items() if word in place.name), usual)


def _hours(rng: random.Random, kind: str) -> list[tuple[int, int, int, str]]:
    """Weekday, minute of opening, minute of closing, market."""
    if kind == "market_producer":
        days = rng.sample((1, 2, 3, 4, 5, 6), 2)
        return [(day, 8 * 60, 13 * 60, rng.choice(MARKETS)) for day in days]
    if kind in ("farm_producer", "purchasing_group"):
        day = rng.choice((2, 3, 4))
        return [(day, 16 * 60 + 30, 19 * 60, ""), (5, 9 * 60, 12 * 60 + 30, "")]
    if kind == "baker":
        shut = rng.choice((0, 2))
        return [(day, 7 * 60, 13 * 60, "") for day in range(7) if day != shut] + [
            (day, 16 * 60, 19 * 60, "") for day in WEEK if day != shut
        ]
    if kind == "canteen":
        return [(day, 12 * 60, 14 * 60, "") for day in range(5)]
    if kind in ("grocery", "solidarity_shop"):
        return [(day, 9 * 60, 19 * 60, "") for day in range(1, 6)]
    return [(day, 9 * 60, 20 * 60, "") for day in WEEK]


def _holidays(rng: random.Random) -> tuple[tuple[date, date, str], ...]:
    """One place in three closes two weeks in August, some a week in February."""
    closed = []
    if rng.random() < 0.33:
        first = rng.randint(1, 14)
        closed.append((date(2023, 8, first), date(2023, 8, first + 14), "vacances d’été"))
    if rng.random() < 0.15:
        closed.append((date(2024, 2, 12), date(2024, 2, 18), "vacances d’hiver"))
    return tuple(closed)
