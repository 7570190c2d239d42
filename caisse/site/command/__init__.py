"""The command `caisse`, for scripts and for who keeps the machine (own room: it draws no page).

Exit codes: 0 done, 1 a check failed, 2 wrong usage, 3 refused by a rule (its sentence on stderr),
4 the caisse is busy or not founded. Verbs are those of the glossary; whatever writes takes --by.
"""

import argparse
import os
import sys
from collections.abc import Sequence


def main(argv: Sequence[str] | None = None) -> int:
    """Run one verb; returns its exit code."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "caisse.settings")
    from zoneinfo import ZoneInfoNotFoundError

    import django
    from django.core.exceptions import ImproperlyConfigured

    try:
        django.setup()
    except (ImproperlyConfigured, OSError, ValueError, ZoneInfoNotFoundError) as error:
        print(error, file=sys.stderr)
        return 2
    from caisse.site.command import all_verbs, running
    from caisse.site.command.words import teach_french

    assert all_verbs
    teach_french()
    return running.run(sys.argv[1:] if argv is None else argv, _parser())


def _parser() -> argparse.ArgumentParser:
    from caisse.site.command.arguments import Parser
    from caisse.site.command.verbs import VERBS
    from caisse.site.command.words import say

    parser = Parser(
        prog="caisse",
        description=say(
            "Une caisse alimentaire commune, de sa fondation à ses comptes.",
            "A common food fund, from its founding to its accounts.",
        ),
        epilog=say(
            "Codes de sortie : 0 fait, 1 un contrôle échoue, 2 mauvais usage, "
            "3 refusé par une règle, 4 caisse occupée ou pas encore fondée.",
            "Exit codes: 0 done, 1 a check failed, 2 wrong usage, 3 refused by a rule, "
            "4 the caisse is busy or not founded.",
        ),
    )
    lines = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    for verb in VERBS.values():
        help_ = say(verb.french, verb.english)
        verb.build(lines.add_parser(verb.name, help=help_, description=help_))
    return parser
