"""Each article of the bylaws as one plain French sentence, for whoever never read a bylaw."""

from collections.abc import Mapping

from django.utils.translation import gettext as _

from caisse.bylaws.rules import Article, Value
from caisse.kernel.wording import spaced
from caisse.site.telling.sentences.buying import bought, paid_with, redeemed, without_network
from caisse.site.telling.sentences.giving import asked, given, members
from caisse.site.telling.sentences.receiving import kept, limited, received
from caisse.site.telling.sentences.shapes import Say, Terms, listed
from caisse.site.telling.values import label, shown

__all__ = ["Terms", "listed", "said", "sentence"]


def sentence(article: Article, value: Value, terms: Terms) -> str:
    """What the article says when it has that value; an article without words of its own says both.

    Source: the articles of domain.md 2.3; sentences of at most 20 words (trust.md 7).
    """
    say = said().get(article.name)
    if say is not None:
        return spaced(say(value, terms))
    words = {"label": label(article), "value": shown(article, value, terms.currency)}
    return spaced(_("%(label)s : %(value)s.") % words)


def said() -> Mapping[str, Say]:
    """The sentences by article."""
    return {
        **members(),
        **received(),
        **limited(),
        **kept(),
        **given(),
        **asked(),
        **bought(),
        **paid_with(),
        **without_network(),
        **redeemed(),
    }
