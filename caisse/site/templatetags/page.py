"""What templates need beside Django's own: the icons of the sprite, where the reader is."""

from datetime import date
from typing import Any

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from caisse.kernel import clock, wording
from caisse.kernel.month import Month
from caisse.people import queries as people

register = template.Library()


@register.simple_tag
def icon(name: str) -> SafeString:
    """An outline of the sprite, never read aloud: the word beside it says the same."""
    return format_html(
        '<svg class="icon" width="24" height="24" aria-hidden="true" focusable="false">'
        '<use href="{}#{}"></use></svg>',
        static("site/icons.svg"),
        name,
    )


@register.filter
def role_label(code: str) -> str:
    """The French word of a role, by its code."""
    return people.role_labels().get(code, code)


@register.filter
def euros(value: int | None) -> str:
    """Cents as « 1 234,50 € », always with two decimals; "" for nothing."""
    return "" if value is None else wording.amount(value, "€", decimals=True)


@register.filter
def units(value: int | None, unit: str) -> str:
    """Cents as « 76,50 MonA », always with two decimals; "" for nothing."""
    return "" if value is None else wording.amount(value, unit, decimals=True)


@register.filter
def in_month(month: Month | None) -> str:
    """« février 2023 »."""
    return "" if month is None else wording.month_name(month)


@register.filter
def of_month(month: Month | None) -> str:
    """« de février 2023 », « d’avril 2023 »."""
    return "" if month is None else wording.from_month(month)


@register.filter
def on_day(value: date | None) -> str:
    """« jeudi 1er février 2024 »."""
    return "" if value is None else wording.day(value, weekday=True)


@register.filter
def hour_of(ms: int | None) -> str:
    """« 17 h 20 », of an instant in milliseconds."""
    return "" if ms is None else wording.hour(clock.local(ms))


@register.filter
def at_time(ms: int | None) -> str:
    """« jeudi 1er février 2024, 17 h 20 », of an instant in milliseconds."""
    if ms is None:
        return ""
    local = clock.local(ms)
    return f"{wording.day(local.date(), weekday=True)}, {wording.hour(local)}"


@register.filter
def device(agent: str) -> str:
    """« Firefox, Android », of what a browser says of itself."""
    browsers = (("Edg", "Edge"), ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari"))
    systems = ("Android", "iPhone", "iPad", "Windows", "Mac", "Linux")
    browser = next((name for sign, name in browsers if sign in agent), _("Navigateur"))
    system = next((name for name in systems if name in agent), "")
    return f"{browser}, {system}" if system else str(browser)


@register.simple_tag(takes_context=True)
def here(context: dict[str, Any], page: str, *inside: str) -> SafeString:
    """Says to a link that it leads to the page one reads, or to the one that this page is in."""
    request = context.get("request")
    name = getattr(getattr(request, "resolver_match", None), "url_name", None)
    if name == page:
        return mark_safe(' aria-current="page"')
    return mark_safe(' aria-current="true"' if name in inside else "")
