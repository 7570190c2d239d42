"""What notices say: each kind is declared with a function that makes its words when they leave.

Neither the words nor a name are kept.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.translation import override

from caisse.kernel.ids import Id
from caisse.messages.models import Notice, Reader
from caisse.people import queries as people
from caisse.people.queries import Addressee


@dataclass(frozen=True, slots=True)
class Enclosed:
    """A PDF that goes with an e-mail: what its file is called, and what makes it when it leaves."""

    name: str
    make: Callable[[], bytes]


@dataclass(frozen=True, slots=True)
class Letter:
    """The words of one notice: its subject (never a name), its paragraphs, and facts to keep.

    `short` are the parts of an SMS, the most important first; `spoken` is read in a call; `flash`
    is what a screen may show that is not locked, title and text. Empty: not made for it. `enclosed`
    goes with an e-mail.
    """

    subject: str
    paragraphs: tuple[str, ...]
    facts: tuple[tuple[str, str], ...] = ()
    short: tuple[str, ...] = ()
    spoken: str = ""
    flash: tuple[str, str] = ("", "")
    enclosed: tuple[Enclosed, ...] = ()


Compose = Callable[[Addressee, int | None, Id], Letter | None]
KINDS: dict[str, tuple[str, Compose]] = {}


def composes(kind: str, label: str) -> Callable[[Compose], Compose]:
    """Declare what notices of `kind` say: `compose(addressee, membership, cause)`.

    None for a cause that there is no more: nothing is to be said.
    """

    def declare(compose: Compose) -> Compose:
        KINDS[kind] = (label, compose)
        return compose

    return declare


def composed(notice: Notice) -> tuple[Letter | None, Addressee | None]:
    """The words of a notice in the language of its person, and where they go."""
    addressee = people.addressee(notice.person_id)
    if addressee is None or notice.kind not in KINDS:
        return None, addressee
    with override(language_of(notice.person_id)):
        return KINDS[notice.kind][1](addressee, notice.membership, notice.cause), addressee


def language_of(person_id: int) -> str:
    """The language in which a person is told."""
    known = Reader.objects.filter(pk=person_id).values_list("language", flat=True).first()
    return known or "fr"
