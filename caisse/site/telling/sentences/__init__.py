"""Each article of the bylaws as one plain French sentence, for whoever never read a bylaw."""

from collections.abc import Mapping

from caisse.bylaws import rules
from caisse.bylaws.rules import Article, Value
from caisse.site.telling.sentences.buying import bought
from caisse.site.telling.sentences.giving import asked, given, members
from caisse.site.telling.sentences.receiving import kept, limited, received
from caisse.site.telling.sentences.shapes import Say, Terms, listed
from caisse.site.wording import capital, spaced

__all__ = ["Terms", "listed", "said", "sentence"]


def sentence(article: Article, value: Value, terms: Terms) -> str:
    """What the article says when it has that value; an article without words of its own says both.

    Source: the articles of domain.md 2.3; sentences of at most 20 words (trust.md 7).
    """
    say = said().get(article.name)
    if say is not None:
        return spaced(say(value, terms))
    shown = rules.show(article, value, terms.currency)
    return spaced(f"{capital(article.label)} : {shown}.")


def said() -> Mapping[str, Say]:
    """The sentences by article."""
    return {**members(), **received(), **limited(), **kept(), **given(), **asked(), **bought()}
