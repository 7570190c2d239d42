"""Templates: used, translatable, without a date format, an inline script or an outside address."""

import re
from collections.abc import Iterator
from pathlib import Path

import allauth

from tests.house.tree import File, Tree, rule

TILL = "caisse/payments/templates/payments/till.html"
PAYER = "caisse/payments/templates/payments/payer.html"
HOME = "caisse/site/templates/site/home.html"
PAGE = {"caisse/site/pages.py": "render(request, 'site/home.html')\n"}
SPOKEN = re.compile(r'\b(alt|title|aria-label|aria-description|placeholder|label)="([^"]*)"')
NAMES = {"caisse", "mona"}
BY_DJANGO = {"400.html", "403.html", "403_csrf.html", "404.html", "429.html", "500.html"}
OF_ALLAUTH = Path(allauth.__file__).parent / "templates"  # ours stand in for these
# what is not text, in this order: comments, translated blocks, tags of Django, programs, comments
NOT_TEXT = (
    r"\{#.*?#\}",
    r"\{%\s*comment\b.*?endcomment\s*%\}",
    r"\{%\s*blocktrans(?:late)?\b.*?endblocktrans(?:late)?\s*%\}",
    r"\{%\s*block\s+\w+\s*%\}[a-z-]+\{%\s*endblock\s*%\}",  # a class, not for people
    r"\{%.*?%\}",
    r"\{\{.*?\}\}",
    r"<!--.*?-->",
    r"<(script|style|code|kbd|pre)\b.*?</\1>",
    r"&#?\w+;",
)


@rule(
    {HOME: "<p></p>"},
    fine=PAGE | {HOME: "{% include 'site/_part.html' %}", HOME.replace("home", "_part"): "<p></p>"},
)
def used_templates(tree: Tree) -> Iterator[str]:
    """Every template is named by a page or by another template."""
    texts = {file.path: file.text for file in [*tree.python(), *tree.having(".html", ".txt")]}
    for file in _templates(tree):
        name = "/".join(file.parts[file.parts.index("templates") + 1 :])
        if (OF_ALLAUTH / name).is_file():
            continue
        if name not in BY_DJANGO and not any(
            name in text for path, text in texts.items() if path != file.path
        ):
            yield file.at(1, "nobody uses it")


@rule(
    PAGE | {HOME: "<h1>La caisse</h1>"},
    PAGE | {HOME: '<img alt="Courbe des dépenses">'},
    PAGE | {HOME: "{% if x %}Bonjour{% endif %}"},
    fine=PAGE
    | {
        HOME: '<h1 class="big">{% translate "La caisse" %} : {{ total }}&nbsp;€</h1>\n'
        "{% blocktranslate %}Il reste <b>{{ x }}</b> jours{% endblocktranslate %}\n"
        '<img alt="{% translate "Courbe" %}"> {# note #} <!-- note -->'
        "{% block look %}paper{% endblock %} <code>script/run</code>"
    },
)
def translatable(tree: Tree) -> Iterator[str]:
    """Every text of a template passes through gettext, also what a screen reader speaks."""
    for file in _templates(tree):
        bare = _without(file.text)
        for match in SPOKEN.finditer(bare):
            if _letters(match[2]):
                yield file.at(
                    _line(bare, match.start()), f"{match[1]} is not translated: {match[2]}"
                )
        text = re.sub(r"<[^>]*>", _blank, bare)
        for number, line in enumerate(text.split("\n"), 1):
            if _letters(line):
                yield file.at(number, f"not translated: {line.strip()[:60]}")


@rule(
    PAGE | {HOME: "{{ day.strftime }}"},
    PAGE | {HOME: '{{ day|date:"d/m/Y" }}'},
    fine=PAGE | {HOME: '{{ day|date:"DATE_FORMAT" }} {{ day|date }}'},
)
def dates_by_language(tree: Tree) -> Iterator[str]:
    """A template names no date format: the language does."""
    spelt = re.compile(r"strftime|\|\s*(?:date|time):\s*[\"'](?![A-Z_]+_FORMAT[\"'])")
    for file in _templates(tree):
        for number, line in enumerate(file.text.split("\n"), 1):
            if spelt.search(line):
                yield file.at(number, "a date format of its own")


@rule(
    PAGE | {HOME: "<script>alert(1)</script>"},
    PAGE | {HOME: '<p style="color: red">'},
    PAGE | {HOME: '<a onclick="go()">'},
    PAGE | {HOME: '<link href="https://cdn.example/x.css">'},
    {"caisse/site/static/site/site.css": "@import url(https://fonts.example/x);"},
    fine=PAGE
    | {HOME: '<script src="{% static "site/x.js" %}" defer></script> <a href="https://x.org/">'}
    | {"caisse/site/static/site/site.css": "a { background: url(leaf.svg) }"},
)
def strict_pages(tree: Tree) -> Iterator[str]:
    """No inline script or style, and no page asks another host for anything: the CSP forbids it."""
    patterns = {
        "an inline script": r"<script(?![^>]*\bsrc=)",
        "an inline style": r"<style\b|<[^>]*\sstyle=",
        "an inline handler": r"<[^>]*\son[a-z]+=",
        "asks another host": r"<(?:script|link|img|iframe|use)[^>]*(?:src|href)=\"(?:https?:)?//"
        r"|url\([\"']?(?:https?:)?//",
    }
    for file in [*_templates(tree), *(css for css in tree.having(".css"))]:
        for said, pattern in patterns.items():
            for match in re.finditer(pattern, file.text):
                yield file.at(_line(file.text, match.start()), said)


@rule(
    {TILL: '<p>{% translate "Reste :" %}</p>'},
    {PAYER: "<p>\n{% translate 'Lu' %} : {{ at }}</p>"},
    fine={TILL: '<p>{% translate "Reste\u00a0:" %} 2:1</p>', HOME: '{% translate "Reste :" %}'},
)
def unbroken_colons(tree: Tree) -> Iterator[str]:
    """On the narrow screens of the till and the telephone no colon begins a line."""
    for file in _templates(tree):
        for number, line in enumerate(file.text.split("\n"), 1):
            if file.path in (TILL, PAYER) and " :" in line:
                yield file.at(number, "a line may break before a colon: put a no-break space")


def _templates(tree: Tree) -> list[File]:
    return [file for file in tree.having(".html", ".svg") if "templates" in file.parts]


def _without(text: str) -> str:
    """The template without what is not text; line numbers stay."""
    for pattern in NOT_TEXT:
        text = re.sub(pattern, _blank, text, flags=re.DOTALL)
    return text


def _blank(match: re.Match[str]) -> str:
    return "\n" * match[0].count("\n") or " "


def _letters(text: str) -> bool:
    """Whether there is a word to translate; the names of the thing and of its unit are not."""
    return any(word.lower() not in NAMES for word in re.findall(r"[^\W\d_]{2,}", text))


def _line(text: str, position: int) -> int:
    return text.count("\n", 0, position) + 1
