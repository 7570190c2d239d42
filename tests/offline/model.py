"""The model of sales made without network, and its adversaries: random worlds against the bound.

Signatures are modelled as unforgeable: a record is valid only if the key holder said exactly that
tuple. A dishonest member says anything, from any number of clones; a colluding till ignores every
ceiling, invents card payments, moves its clock and claims what it likes. The caisse judges at sync;
only its arithmetic protects the bound. Four designs share one judge:

  till_only  no wallet evidence, ceilings per till            bound  n * L
  anywhere   signed allowance, usable at every till           bound  n*min(L, c*A) - c*A
  bound      each euro is set aside for one place's till      bound  0
  chosen     bound + a small trust room R per place           bound  n * R

It is written twice on purpose: this judge knows nothing of `caisse`, and `caisse` nothing of it.
"""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Articles:
    wallets: int = 350
    places: int = 55
    slip_cents: int = 20_00  # A: offline cap per slip, card or identifier
    day_cents: int = 200_00  # D: per till and day
    window_h: int = 48  # longest time without sync
    trust_cents: int = 60_00  # R: what the caisse may lose at one place before a person looks
    bound_places: int = 3  # m: places a member's phone sets money aside for
    design: str = "chosen"
    fund_cents: int = 1 << 60  # what the committee put aside for all places

    @property
    def licence_cents(self) -> int:  # L: what one licence can honour at all, whatever clocks say
        return self.day_cents * -(-self.window_h // 24)

    @property
    def room_cents(self) -> int:
        return {"chosen": self.trust_cents, "bound": 0}.get(self.design, self.licence_cents)

    def bound(self, dishonest: int) -> int:
        n, c = self.places, dishonest * self.slip_cents
        if (
            self.design == "anywhere"
        ):  # the adversary uses the best number of its wallets, not always all
            best = min(c, self.licence_cents)
            return n * best - best
        return n * self.room_cents


@dataclass(frozen=True)
class Record:
    payment_id: int
    licence: int
    place: int
    wallet: int
    slip: int | None  # None: card or identifier
    counter: int
    cents: int
    proof: str  # sig | pin_right | pin_wrong   (what the caisse finds when it opens the record)
    at: int

    @property
    def handle(
        self,
    ) -> tuple:  # all that a till can recognise: it does not know that two handles are one wallet
        return ("slip", self.slip) if self.slip is not None else ("card", self.wallet)


@dataclass
class Slip:
    wallet: int
    place: int | None  # None: usable anywhere, inside the trust room
    cents: int
    left: int  # what is still set aside


@dataclass
class Licence:
    place: int
    room: int
    total: int = 0
    open: bool = True
    by_handle: dict = field(default_factory=dict)


class Caisse:
    """The judge: keeps the money, answers each record once, covers no more than it promised."""

    def __init__(self, articles: Articles, start_cents: int) -> None:
        self.articles = articles
        self.balance = [start_cents] * articles.wallets
        self.paid = [0] * articles.places
        self.loss = [
            0
        ] * articles.places  # open losses; a person's review would bring one back to zero
        self.ceiling = [0] * articles.places  # what open licences may still lose, and was lost
        self.fund = articles.fund_cents
        self.slips: list[Slip] = []
        self.licences: list[Licence] = []
        self.said: set = set()  # what keys really signed
        self.answers: dict[int, tuple[Record, str]] = {}
        self.proofs_of_cloning: set[int] = set()
        self.seen_counters: dict = {}
        self.minted = start_cents * articles.wallets

    def issue(self, wallet: int, place: int | None) -> int | None:
        cents = min(self.articles.slip_cents, self.balance[wallet])
        if cents == 0:
            return None
        self.balance[wallet] -= cents
        self.slips.append(Slip(wallet, place, cents, cents))
        return len(self.slips) - 1

    def open_licence(self, place: int) -> int:
        busy = self._rooms(place)
        promised = sum(lic.room for lic in self.licences if lic.open)
        most = self.articles.room_cents - self.loss[place] - busy
        room = max(0, min(most, self.fund - promised))
        self.ceiling[place] = min(self.ceiling[place], self.loss[place] + busy) + room
        self.licences.append(Licence(place, room))
        return len(self.licences) - 1

    def _rooms(self, place: int) -> int:
        return sum(lic.room for lic in self.licences if lic.place == place and lic.open)

    def settle(self, record: Record) -> str:
        known = self.answers.get(record.payment_id)
        if known:
            return known[1] if known[0] == record else "differs"
        answer = self._judge(record)
        if answer.startswith("posted"):  # a refusal is not remembered: it moved nothing
            self.answers[record.payment_id] = (record, answer)
        return answer

    def _judge(self, record: Record) -> str:
        licence = self.licences[record.licence]
        if licence.place != record.place or not licence.open:
            return "late"
        if record.cents <= 0 or licence.total + record.cents > self.articles.licence_cents:
            return "ceiling"
        if record.proof == "sig" and record not in self.said:
            return "forged"
        slip = self.slips[record.slip] if record.slip is not None else None
        if slip and slip.wallet != record.wallet:
            return "forged"
        if slip:
            self._watch_counters(record)
        if slip and slip.place is not None:
            return self._from_reserve(record, licence, slip)
        return self._on_trust(record, licence, slip)

    def _watch_counters(self, record: Record) -> None:
        first = self.seen_counters.setdefault((record.slip, record.counter), record.payment_id)
        if first != record.payment_id:
            self.proofs_of_cloning.add(record.wallet)

    def _from_reserve(self, record: Record, licence: Licence, slip: Slip) -> str:
        if slip.place != record.place:
            return "other_place"
        if record.cents > slip.left:
            return "ceiling"
        slip.left -= record.cents
        licence.total += record.cents
        self.paid[record.place] += record.cents
        return "posted"

    def _on_trust(self, record: Record, licence: Licence, slip: Slip | None) -> str:
        design = self.articles.design
        if design == "bound" or (design == "anywhere" and not slip):
            return "not_offered"
        used = licence.by_handle.get(record.handle, 0)
        if design != "till_only" and used + record.cents > self.articles.slip_cents:
            return "ceiling"
        from_slip = min(slip.left, record.cents) if slip else 0
        debtor_pays = record.proof != "pin_wrong"
        from_wallet = (
            min(self.balance[record.wallet], record.cents - from_slip) if debtor_pays else 0
        )
        lost = record.cents - from_slip - from_wallet
        if lost and (self.loss[record.place] + lost > self.ceiling[record.place]):
            return "ceiling"
        if lost > self.fund:
            return "ceiling"
        if slip:
            slip.left -= from_slip
        self.balance[record.wallet] -= from_wallet
        self.loss[record.place] += lost
        self.fund -= lost
        licence.total += record.cents
        licence.by_handle[record.handle] = used + record.cents
        self.paid[record.place] += record.cents
        return "posted"

    def close(self, licence: int) -> None:
        """Final signed sync of a licence, or its deadline: only now money set aside goes home."""
        self.licences[licence].open = False
        place = self.licences[licence].place
        still = self.loss[place] + self._rooms(place)  # what it did not lose nobody may lose
        self.ceiling[place] = min(self.ceiling[place], still)
        if any(lic.open for lic in self.licences if lic.place == place):
            return
        for slip in self.slips:
            if slip.place == place:
                self.balance[slip.wallet] += slip.left
                slip.left = 0

    def check_books(self) -> None:
        held = sum(slip.left for slip in self.slips)
        total = sum(self.balance) + held + sum(self.paid) - sum(self.loss)
        assert total == self.minted, f"money created or lost: {total - self.minted}"
        assert min(self.balance) >= 0 and all(slip.left >= 0 for slip in self.slips)
        posted = sum(record.cents for record, _ in self.answers.values())
        assert posted == sum(self.paid), "a payment id moved money twice"


class Till:
    """An honest till without network: its licence, its memory, a clock that never goes back."""

    def __init__(self, articles: Articles, licence: int, place: int, room: int) -> None:
        self.articles, self.licence, self.place, self.room = articles, licence, place, room
        self.queue: list[Record] = []
        self.high_water = 0
        self.by_day: dict[int, int] = {}
        self.total = self.trusted = 0
        self.by_slip: dict[Any, int] = {}
        self.by_handle: dict = {}
        self.counters: set = set()

    def accept(self, record: Record, slip: Slip | None, clock: int) -> bool:
        self.high_water = now = max(self.high_water, clock)
        if now >= self.articles.window_h or self.total + record.cents > self.articles.licence_cents:
            return False
        day = now // 24
        if self.by_day.get(day, 0) + record.cents > self.articles.day_cents:
            return False
        if slip and (
            (record.slip, record.counter) in self.counters or slip.place not in (None, self.place)
        ):
            return False
        if slip and self.by_slip.get(record.slip, 0) + record.cents > slip.cents:
            return False
        if not (slip and slip.place is not None) and not self._trust(record, slip):
            return False
        self.by_day[day] = self.by_day.get(day, 0) + record.cents
        self.total += record.cents
        if slip:
            self.counters.add((record.slip, record.counter))
            self.by_slip[record.slip] = self.by_slip.get(record.slip, 0) + record.cents
        self.queue.append(record)
        return True

    def _trust(self, record: Record, slip: Slip | None) -> bool:
        design = self.articles.design
        if design == "bound" or (design == "anywhere" and not slip):
            return False
        used = self.by_handle.get(record.handle, 0)
        if (
            used + record.cents > self.articles.slip_cents
            or self.trusted + record.cents > self.room
        ):
            return False
        self.by_handle[record.handle] = used + record.cents
        self.trusted += record.cents
        return True
