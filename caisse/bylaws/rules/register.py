"""The register of articles: declared by the packages that obey them, known here by name.

A value is checked without importing upward, because `site` imports every `rules` at start. A
mistake in a declaration stops the import.
"""

import dataclasses
import types
from collections.abc import Callable, Mapping
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from caisse.bylaws.rules.article import Article, Bounds, Check, Unit, Value, demand, ending
from caisse.kernel.cents import ROUNDINGS
from caisse.kernel.refusal import Refusal

C = TypeVar("C")

REGISTER: dict[str, Article] = {}
CLASSES: dict[type, dict[str, str]] = {}  # rules class -> {field: article name}
ROUNDING_LABELS: dict[str, str] = {
    "half_up": "au plus proche, la moitié vers le haut",
    "down": "vers le bas",
    "up": "vers le haut",
    "outward": "sous 1 vers le bas, au-dessus de 1 vers le haut",
}


def article(
    label: str,
    *,
    neutral: Value,
    bounds: Bounds | None = None,
    choices: Mapping[str, str] | None = None,
    unit: Unit | None = None,
    pattern: str | None = None,
    item_bounds: Bounds | None = None,
    check: Check | None = None,
    absent: str = "sans limite",
) -> Any:
    """A field that the committee may amend.

    `neutral` is the value under which the formula is as if the article did not exist. `choices`
    gives each word its French label. `unit` follows from the name's ending or the type when it is
    not said. `check` says in French what is wrong with a value of the right shape, or None.
    `absent` is how a sentence says null.
    """
    return dataclasses.field(
        default=neutral,
        metadata={
            "label": label,
            "bounds": bounds,
            "choices": dict(choices or {}),
            "unit": unit,
            "pattern": pattern,
            "item_bounds": item_bounds,
            "check": check,
            "absent": absent,
        },
    )


def articles(prefix: str) -> Callable[[type[C]], type[C]]:
    """Register the fields of a frozen dataclass as `prefix.field` (`field` alone without prefix).

    A method `contradiction(self) -> str | None`, if the class has one, says in French what is wrong
    with a set of values that are each allowed. Raises TypeError for an incomplete declaration.
    """

    def register(cls: type[C]) -> type[C]:
        names: dict[str, str] = {}
        for declared in read_fields(cls, prefix):
            known = REGISTER.get(declared.name)
            if known is not None and _home(known.owner) != _home(cls):
                raise TypeError(f"{declared.name} is declared by {known.owner} and {cls}")
            names[declared.field] = declared.name
            REGISTER[declared.name] = declared
        CLASSES[cls] = names
        return cls

    return register


def find(name: str) -> Article:
    """The article `name`; Refusal `unknown_article` when no code obeys one of that name."""
    if name not in REGISTER:
        raise Refusal("unknown_article", f"« {name[:60]} » n’est pas un article du règlement.")
    return REGISTER[name]


def check_value(name: str, value: Value) -> None:
    """Raise Refusal with a French sentence when the article `name` may not take `value`.

    A float is never a value, True is not 1; a list is judged whole. Reasons: `unknown_article` and
    those of `article.demand`.
    """
    demand(find(name), value)


def neutral(cls: type[C]) -> C:
    """The instance under which the formulae are as if no article existed."""
    return cls()


def build(cls: type[C], values: Mapping[str, Value]) -> C:
    """The instance of `cls` with `values` by article name; what is not there reads neutral."""
    names = CLASSES[cls]
    return cls(**{field: values[name] for field, name in names.items() if name in values})


def contradiction(rules: object) -> str | None:
    """What is wrong with these values together, in French, or None."""
    said = getattr(rules, "contradiction", None)
    answer: str | None = said() if said is not None else None
    return answer


def read_fields(cls: type, prefix: str) -> tuple[Article, ...]:
    """The fields of a frozen dataclass as articles, each declaration checked."""
    params = getattr(cls, "__dataclass_params__", None)
    if params is None or not params.frozen:
        raise TypeError(f"{cls.__name__}: articles are fields of a frozen dataclass")
    hints = get_type_hints(cls)
    read = []
    for field in dataclasses.fields(cls):
        if "label" not in field.metadata:
            raise TypeError(f"{cls.__name__}.{field.name} is not declared with article()")
        name = f"{prefix}.{field.name}" if prefix else field.name
        declared = _read(cls, name, field, hints[field.name])
        _demand_limits(declared)
        read.append(declared)
    return tuple(read)


def _read(cls: type, name: str, field: "dataclasses.Field[Any]", hint: Any) -> Article:
    optional, bare = _without_none(hint)
    kind, item, words = _shape(bare)
    choices = dict(field.metadata["choices"])
    if set(words) == set(ROUNDINGS) and not choices:
        choices = dict(ROUNDING_LABELS)
    if set(choices) != set(words):
        raise TypeError(f"{name}: choices {sorted(choices)} are not the type's {sorted(words)}")
    return Article(
        name=name,
        label=field.metadata["label"],
        unit=_unit(name, kind, field.metadata["unit"]),
        neutral=field.default,
        bounds=field.metadata["bounds"],
        choices=types.MappingProxyType(choices),
        optional=optional,
        kind=kind,
        item=item,
        item_bounds=field.metadata["item_bounds"],
        parts=read_fields(item, name) if dataclasses.is_dataclass(item) else (),
        pattern=field.metadata["pattern"],
        check=field.metadata["check"],
        absent=field.metadata["absent"],
        owner=cls,
        field=field.name,
    )


def _demand_limits(declared: Article) -> None:
    """Everything that can be typed has a limit, and the neutral value keeps to it."""
    free = not declared.choices and declared.kind is not bool
    if free and declared.bounds is None and declared.pattern is None:
        raise TypeError(f"{declared.name}: its bounds are missing")
    if declared.item is int and declared.item_bounds is None:
        raise TypeError(f"{declared.name}: the bounds of its items are missing")
    try:
        demand(declared, declared.neutral)
    except Refusal as refusal:
        raise TypeError(f"{declared.name}: its neutral value: {refusal.sentence}") from None


def _shape(bare: Any) -> tuple[type, type | None, tuple[str, ...]]:
    """The kind of the value, the type of a list's items, the words of a Literal."""
    if get_origin(bare) is Literal:
        return str, None, get_args(bare)
    if get_origin(bare) is tuple:
        item, *rest = get_args(bare)
        if rest != [Ellipsis] or not (item in (int, str) or dataclasses.is_dataclass(item)):
            raise TypeError(f"{bare} is not a list of numbers, words or dataclasses")
        return tuple, item, ()
    if bare in (int, bool, str):
        return bare, None, ()
    raise TypeError(f"{bare} is not the type of an article")


def _without_none(hint: Any) -> tuple[bool, Any]:
    if get_origin(hint) not in (Union, types.UnionType):
        return False, hint
    rest = [arg for arg in get_args(hint) if arg is not type(None)]
    if rest != [int]:
        raise TypeError(f"only a number may be absent, not {hint}")
    return True, int


def _unit(name: str, kind: type, said: Unit | None) -> Unit:
    by_kind: dict[type, Unit] = {bool: "flag", str: "word", tuple: "list"}
    follows = by_kind.get(kind) or ending(name)
    if said is not None and follows is not None and said != follows:
        raise TypeError(f"{name} reads as {follows}, not {said}")
    unit = said or follows
    if unit is None:
        raise TypeError(f"{name}: its unit is missing")
    return unit


def _home(cls: type) -> tuple[str, str]:
    return cls.__module__, cls.__qualname__
