"""What templates need beside Django's own: the icons of the sprite, where the reader is."""

from typing import Any

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

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


@register.simple_tag(takes_context=True)
def here(context: dict[str, Any], page: str, *inside: str) -> SafeString:
    """Says to a link that it leads to the page one reads, or to the one that this page is in."""
    request = context.get("request")
    name = getattr(getattr(request, "resolver_match", None), "url_name", None)
    if name == page:
        return mark_safe(' aria-current="page"')
    return mark_safe(' aria-current="true"' if name in inside else "")
