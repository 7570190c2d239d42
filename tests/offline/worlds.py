"""Random worlds of the model, what dishonest members and tills do in them, and what must hold.

A judge of one's own is put at `JUDGE`: it has what `model.Caisse` has.
"""

import random
from dataclasses import dataclass, field, replace
from typing import Any

from tests.offline.model import Articles, Caisse, Record, Till

JUDGE: Any = Caisse
TILL: Any = Till


@dataclass
class World:
    articles: Articles
    rng: random.Random
    caisse: Any
    tills: list
    colluding: set
    dishonest: set
    lost: set
    slips_of: dict[int, list[int]]
    honest_said: list = field(default_factory=list)
    phone_copies: list = field(default_factory=list)
    next_id: int = 0

    def payment_id(self) -> int:
        self.next_id += 1
        return self.next_id


def build(articles: Articles, rng: random.Random) -> World:
    caisse = JUDGE(articles, start_cents=100_00)

    def few(number: int) -> int:
        return min(number, articles.places)

    share = rng.choice([0, 0.02, 0.1, 0.5, 1])
    dishonest = set(rng.sample(range(articles.wallets), int(share * articles.wallets)))
    colluding = set(
        rng.sample(range(articles.places), few(rng.choice([0, 0, 1, 5, 20, articles.places])))
    )
    lost = set(rng.sample(range(articles.places), few(rng.choice([0, 0, 3, 10])))) - colluding
    slips_of: dict[int, list[int]] = {}
    for wallet in range(articles.wallets):
        wanted: list[int | None] = []
        if articles.design in ("bound", "chosen"):
            wanted += rng.sample(range(articles.places), articles.bound_places)
        if articles.design in ("anywhere", "chosen"):
            wanted.append(None)
        slips_of[wallet] = [s for s in (caisse.issue(wallet, p) for p in wanted) if s is not None]
    for wallet in dishonest:  # worst case: spent online just before, nothing left to seize
        caisse.minted -= caisse.balance[wallet]
        caisse.balance[wallet] = 0
    tills = []
    for place in range(articles.places):
        licence = caisse.open_licence(place)
        tills.append(TILL(articles, licence, place, caisse.licences[licence].room))
    return World(articles, rng, caisse, tills, colluding, dishonest, lost, slips_of)


def forty_eight_hours(world: World, payments: int) -> list[Record]:
    """Everybody is without network. Returns the records that colluding tills invented."""
    rng, articles, invented = world.rng, world.articles, []
    counters: dict = {}
    drift = [rng.choice([0, 0, 0, -30, -6, 5, 100]) for _ in world.tills]
    for _ in range(payments):
        hour = rng.randrange(articles.window_h)
        wallet = (
            rng.choice(tuple(world.dishonest))
            if world.dishonest and rng.random() < 0.7
            else rng.randrange(articles.wallets)
        )
        slip_id = (
            rng.choice(world.slips_of[wallet])
            if world.slips_of[wallet] and rng.random() < 0.8
            else None
        )
        slip = world.caisse.slips[slip_id] if slip_id is not None else None
        place = (
            slip.place
            if slip and slip.place is not None and rng.random() < 0.8
            else rng.randrange(articles.places)
        )
        till = world.tills[place]
        cheat = wallet in world.dishonest
        key = (
            (slip_id, "clone", rng.randrange(4)) if cheat else slip_id
        )  # clones start from the same counter
        counter = counters.get(key, 0)
        cents = rng.choice([1, 4_50, 10_00, 20_00, 20_00])
        if not cheat and slip and counters.get(("spent", slip_id), 0) + cents > slip.cents:
            continue  # an honest phone refuses to sign more
        proof = (
            "sig"
            if slip
            else rng.choice(["pin_right", "pin_right", "pin_wrong"])
            if cheat
            else "pin_right"
        )
        record = Record(
            world.payment_id(), till.licence, place, wallet, slip_id, counter, cents, proof, hour
        )
        if slip:
            world.caisse.said.add(record)
        if place in world.colluding:
            invented.append(record)
        elif not till.accept(record, slip, hour + drift[place]):
            continue
        counters[key] = counter + 1
        if not cheat:
            counters[("spent", slip_id)] = counters.get(("spent", slip_id), 0) + cents
        if slip:
            world.phone_copies.append(record)
        if not cheat:
            world.honest_said.append(record)
    for place in world.colluding:
        invented += inventions(world, place)
    return invented


def inventions(world: World, place: int) -> list[Record]:
    """A colluding till claims for every wallet it knows, replays records, changes amounts."""
    rng, till, out = world.rng, world.tills[place], []
    for _ in range(60):
        wallet = rng.randrange(world.articles.wallets)
        out.append(
            Record(
                world.payment_id(),
                till.licence,
                place,
                wallet,
                None,
                0,
                rng.choice([5_00, 20_00, 400_00]),
                "pin_wrong",
                0,
            )
        )
    for wallet in list(world.dishonest)[:40]:
        for slip_id in world.slips_of[wallet]:
            record = Record(
                world.payment_id(),
                till.licence,
                place,
                wallet,
                slip_id,
                rng.randrange(3),
                20_00,
                "sig",
                0,
            )
            world.caisse.said.add(record)
            out.append(record)
    for record in rng.sample(world.phone_copies, min(20, len(world.phone_copies))):
        out.append(
            replace(record, payment_id=world.payment_id(), place=place, licence=till.licence)
        )
        out.append(replace(record, cents=record.cents + 1))
    return out


def deliveries(world: World, invented: list[Record]) -> list[Record]:
    """What reaches the caisse: both sides' queues, repeated, reordered; lost tills never report."""
    rng = world.rng
    heap = [r for t in world.tills if t.place not in world.lost for r in t.queue]
    heap += [r for r in world.phone_copies if r.wallet not in world.dishonest or rng.random() < 0.5]
    heap += invented
    heap += [r for r in heap if rng.random() < 0.6]
    rng.shuffle(heap)
    return heap


def check(world: World, heap: list[Record], *, late_pays: bool = False) -> int:
    """Judge all of it and hold the promises; `late_pays`: a wallet may pay what came too late."""
    caisse, articles = world.caisse, world.articles
    first: dict[int, str] = {}
    for record in heap:
        answer = caisse.settle(record)
        if answer.startswith("posted"):
            assert first.setdefault(record.payment_id, answer) == answer, (
                "a repeat got another answer"
            )
    caisse.check_books()
    loss, bound = sum(caisse.loss), articles.bound(len(world.dishonest))
    assert loss <= bound, f"{articles.design}: loss {loss} above bound {bound}"
    assert max(caisse.loss) <= articles.room_cents
    honest_tills = [t for t in world.tills if t.place not in world.colluding]
    delivered = set(heap)
    for till in honest_tills:
        for record in till.queue:
            if till.place in world.lost and record not in delivered:
                continue  # card payment on a till that burned: the only thing that is lost
            assert record.payment_id in caisse.answers, f"an honest till was not paid: {record}"
    said = {r.payment_id for r in world.honest_said}
    for record, _ in caisse.answers.values():
        if record.wallet not in world.dishonest and record.proof == "sig":
            assert record.payment_id in said, (
                "an honest member was debited for what she did not sign"
            )
    assert caisse.proofs_of_cloning <= world.dishonest, "an honest member was called a cheat"
    owed = dict.fromkeys(range(articles.wallets), 0)
    for record, _ in caisse.answers.values():
        owed[record.wallet] += record.cents if record.proof != "pin_wrong" else 0
    for wallet, cents in owed.items():
        left = caisse.balance[wallet] + sum(caisse.slips[s].left for s in world.slips_of[wallet])
        assert wallet in world.dishonest or left >= 100_00 - cents, "a member paid for a thief"
    for licence in range(len(caisse.licences)):
        caisse.close(licence)
    before = sum(caisse.paid)
    for record in heap[:50]:  # repeats long after closing change nothing
        if record.payment_id in caisse.answers or not late_pays:
            caisse.settle(record)
    assert sum(caisse.paid) == before
    caisse.check_books()
    return loss


def orders_agree(articles: Articles, seed: int, payments: int = 900) -> None:
    """With honest tills the books after sync do not depend on the order in which queues arrive."""
    books = set()
    for order in range(3):
        rng = random.Random(seed)
        world = build(articles, rng)
        world.colluding, world.lost = set(), set()
        forty_eight_hours(world, payments)
        heap = [r for t in world.tills for r in t.queue] * 2
        random.Random(order).shuffle(heap)
        for record in heap:
            world.caisse.settle(record)
        slips = tuple(s.left for s in world.caisse.slips)
        books.add(
            (tuple(world.caisse.balance), slips, tuple(world.caisse.paid), tuple(world.caisse.loss))
        )
    assert len({(b[2], sum(b[3])) for b in books}) == 1, (
        "places' money depends on the order of sync"
    )
    assert len({(b[0], b[1]) for b in books}) == 1, "members' money depends on the order of sync"


def close_as_you_go(articles: Articles, seed: int, payments: int = 900) -> None:
    """Places come back one by one; what goes home is spent at once; late queues harm nobody."""
    rng = random.Random(seed)
    world = build(articles, rng)
    world.colluding, world.lost = set(), set()
    forty_eight_hours(world, payments)
    caisse, late = world.caisse, []
    for till in rng.sample(world.tills, articles.places):
        for record in rng.sample(till.queue * 2, 2 * len(till.queue)):
            assert caisse.settle(record) == "posted", "an honest till was not paid"
        caisse.close(till.licence)
        for wallet in world.dishonest:
            caisse.minted -= caisse.balance[wallet]
            caisse.balance[wallet] = 0
        late.append(
            Record(world.payment_id(), till.licence, till.place, 0, None, 0, 20_00, "pin_wrong", 0)
        )
    room = []
    for till in world.tills:
        licence = caisse.open_licence(till.place)
        room.append((licence, till.place, caisse.licences[licence].room))
    assert {caisse.settle(record) for record in late} == {"late"}, (
        "a closed licence still moves money"
    )
    for licence, place, cents in room:
        record = Record(
            world.payment_id(), licence, place, 1, None, 0, min(cents, 20_00), "pin_wrong", 0
        )
        assert cents == 0 or caisse.settle(record) in ("posted", "not_offered"), (
            "the room promised was gone"
        )
    caisse.check_books()


def worst_case(articles: Articles) -> int:
    """The attack that reaches the bound: shows that the formula is not slack."""
    rng = random.Random(0)
    world = build(articles, rng)
    caisse = world.caisse
    for wallet in range(articles.wallets):
        caisse.minted -= caisse.balance[wallet]
        caisse.balance[wallet] = 0
    clones = articles.licence_cents // articles.slip_cents
    for place, till in enumerate(world.tills):
        for wallet in range(clones):
            slip = world.slips_of[wallet][-1] if articles.design == "anywhere" else None
            proof = "sig" if slip is not None else "pin_wrong"
            record = Record(
                world.payment_id(),
                till.licence,
                place,
                wallet,
                slip,
                place,
                articles.slip_cents,
                proof,
                0,
            )
            caisse.said.add(record)
            caisse.settle(record)
    caisse.check_books()
    return sum(caisse.loss)


def repeated_windows(articles: Articles, windows: int) -> int:
    """Attacked once, then open for 14 more windows, nobody looks: the loss does not grow."""
    world = build(articles, random.Random(0))
    caisse = world.caisse
    for window in range(windows):
        for place in range(articles.places):
            licence = caisse.open_licence(place)
            for wallet in range(20 if window == 0 else 0):
                caisse.settle(
                    Record(
                        world.payment_id(), licence, place, wallet, None, 0, 20_00, "pin_wrong", 0
                    )
                )
            till = TILL(articles, licence, place, caisse.licences[licence].room)
            stranger = Record(
                world.payment_id(), licence, place, 300, None, 0, 20_00, "pin_wrong", 0
            )
            if till.accept(stranger, None, 0) and not caisse.licences[licence].total:
                assert caisse.settle(stranger) == "posted", (
                    "an honest till was not paid after earlier losses"
                )
            caisse.close(licence)
    return sum(caisse.loss)


def devices_in_turn(articles: Articles, seed: int, steps: int = 240) -> int:
    """Two devices a place open, sell on trust and close, in any order; each second place cheats.

    An honest place whose devices stay within the rooms of their licences is always paid.
    """
    rng, caisse = random.Random(seed), JUDGE(articles, start_cents=100_00)
    left: dict[tuple[int, int], tuple[int, int]] = {}
    for step in range(steps):
        key = place, _device = rng.randrange(articles.places), rng.randrange(2)
        if key not in left:
            licence = caisse.open_licence(place)
            left[key] = licence, caisse.licences[licence].room
        elif rng.random() < 0.4:
            caisse.close(left.pop(key)[0])
        else:
            licence, room = left[key]
            cheats = place % 2 == 1
            cents = 20_00 if cheats else min(room, rng.choice([4_50, 20_00]))
            wallet = step % articles.wallets
            record = Record(step, licence, place, wallet, None, 0, cents, "pin_wrong", 0)
            answer = caisse.settle(record) if cents else "posted"
            assert cheats or answer == "posted", f"an honest till was not paid: {answer}"
            left[key] = licence, room - (0 if cheats else cents)
        lost = caisse.loss[place]
        assert lost <= articles.room_cents, f"{lost} lost at one place"
    caisse.check_books()
    return sum(caisse.loss)
