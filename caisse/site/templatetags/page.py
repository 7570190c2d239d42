"""What templates need beside Django's own: the icons of the sprite, a version for static files."""

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

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
