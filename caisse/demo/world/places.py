"""The reference year as plain values: where MonA is accepted, from which meeting on."""

import random

from caisse.demo.world.names import COMMUNES, FAMILY, PLACES
from caisse.demo.world.tables import APPROVALS, PRODUCERS, WITHDRAWN_ON
from caisse.demo.world.values import Place

FORMS = ("SARL", "SCOP", "association", "EARL", "GAEC", "entreprise individuelle")


def places(seed: int) -> list[Place]:
    """The 56 places in the order of approval; one market producer is withdrawn in November."""
    rng = random.Random(f"places/{seed}")
    names = {kind: iter(PLACES[kind]) for kind in PLACES}
    made: list[Place] = []
    withdrawn = next(
        number
        for number, kind in enumerate(kind for kinds in APPROVALS.values() for kind in kinds)
        if kind == "market_producer"
    )
    for day, kinds in APPROVALS.items():
        for kind in kinds:
            producer = kind in PRODUCERS
            form = rng.choice(FORMS[3:] if producer else FORMS[:3])
            commune = rng.choice(COMMUNES) if kind == "farm_producer" else "Montpellier"
            made.append(
                Place(
                    number=len(made),
                    kind=kind,
                    name=next(names[kind]),
                    merchant=f"{form} {rng.choice(FAMILY)}",
                    commune=commune if rng.random() < 0.7 else rng.choice(COMMUNES),
                    approved_on=day,
                    withdrawn_on=WITHDRAWN_ON if len(made) == withdrawn else None,
                    weight=rng.randint(2, 9),
                )
            )
    return made
