"""Effects: what a decision does when it is adopted. Frozen dataclasses, each with a name in tables.

The package that enacts an effect declares it with `@effect("place.approve")`; a new kind is code, a
new value never is. An effect says itself in French, for the register that everyone may read.
"""

import dataclasses
from collections.abc import Callable, Mapping
from datetime import date
from typing import (
    Any,
    Protocol,
    TypeVar,
    Union,
    get_args,
    get_origin,
    get_type_hints,
    runtime_checkable,
)

from caisse.bylaws.rules.article import Value, show
from caisse.bylaws.rules.register import check_value, find
from caisse.bylaws.rules.values import shaped, to_json
from caisse.kernel.month import Month
from caisse.kernel.refusal import Refusal


@runtime_checkable
class Effect(Protocol):
    """What every effect can do besides holding its fields."""

    def sentence(self) -> str:
        """What adopting it changes, in plain French, without a person's name."""
        ...


E = TypeVar("E", bound=Effect)
PLAIN = (int, str, bool)
KINDS: dict[str, type[Effect]] = {}


def effect(kind: str) -> Callable[[type[E]], type[E]]:
    """Register a frozen dataclass as the effect `kind`.

    Its fields are int, str, bool, Month or date, or may be None. A class with other fields brings
    `to_json(self)` and `from_json(cls, raw)`. Raises TypeError for anything else.
    """

    def register(cls: type[E]) -> type[E]:
        params = getattr(cls, "__dataclass_params__", None)
        if params is None or not params.frozen:
            raise TypeError(f"{cls.__name__}: an effect is a frozen dataclass")
        known = KINDS.get(kind)
        if known is not None and known.__qualname__ != cls.__qualname__:
            raise TypeError(f"the effect {kind} is declared twice")
        if not hasattr(cls, "from_json"):
            for name, hint in get_type_hints(cls).items():
                if _bare(hint) not in (*PLAIN, Month, date):
                    raise TypeError(f"{cls.__name__}.{name}: no JSON for {hint}")
        KINDS[kind] = cls
        return cls

    return register


@effect("amend")
@dataclasses.dataclass(frozen=True, slots=True)
class Amend:
    """`article` takes `value` from the month `since` on.

    `sourced` is False for a value that a preset invents; `source` says in a few words whence it is.
    """

    article: str
    value: Value
    since: Month
    sourced: bool = True
    source: str = ""

    def sentence(self, currency: str = "€") -> str:
        """ "À partir de mars 2024, montant de base : 110,00 €." """
        article = find(self.article)
        said = show(article, self.value, currency)
        return f"À partir de {self.since.words}, {article.label} : {said}."

    def to_json(self) -> dict[str, Any]:
        """The form in tables; raises Refusal for a value that the article may not take."""
        check_value(self.article, self.value)
        return {
            "article": self.article,
            "value": to_json(self.article, self.value),
            "since": str(self.since),
            "sourced": self.sourced,
            "source": self.source,
        }

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> "Amend":
        """The effect of its JSON form; adopting it judges the value. Raises Refusal."""
        return cls(
            raw["article"],
            shaped(find(raw["article"]), raw["value"]),
            Month.parse(raw["since"]),
            raw.get("sourced", True),
            raw.get("source", ""),
        )


def encode(what: Effect) -> dict[str, Any]:
    """An effect as JSON, with its `kind`. Raises Refusal for a value that is not allowed."""
    kind = next((kind for kind, cls in KINDS.items() if type(what) is cls), None)
    if kind is None:
        raise TypeError(f"{type(what).__name__} is not declared with @effect")
    own = getattr(what, "to_json", None)
    fields = own() if own is not None else _fields(what)
    return {"kind": kind, **fields}


def decode(raw: Mapping[str, Any]) -> Effect:
    """The effect of its JSON form; Refusal `unknown_effect` for a kind that no code enacts."""
    rest = {key: value for key, value in raw.items() if key != "kind"}
    cls = KINDS.get(str(raw.get("kind")))
    if cls is None:
        raise Refusal(
            "unknown_effect", f"« {str(raw.get('kind'))[:40]} » n’est pas un effet connu."
        )
    own = getattr(cls, "from_json", None)
    if own is not None:
        return own(rest)  # type: ignore[no-any-return]
    hints = get_type_hints(cls)
    return cls(**{name: _value(hints[name], value) for name, value in rest.items()})


def _fields(what: Effect) -> dict[str, Any]:
    fields = dataclasses.fields(what)  # type: ignore[arg-type]
    values = {field.name: getattr(what, field.name) for field in fields}
    return {
        name: value if value is None or isinstance(value, PLAIN) else str(value)
        for name, value in values.items()
    }


def _value(hint: Any, raw: Any) -> Any:
    bare = _bare(hint)
    if raw is None:
        return None
    if bare is Month:
        return Month.parse(raw)
    return date.fromisoformat(raw) if bare is date else raw


def _bare(hint: Any) -> Any:
    rest = [arg for arg in get_args(hint) if arg is not type(None)]
    return rest[0] if get_origin(hint) in (Union, type(int | None)) and len(rest) == 1 else hint
