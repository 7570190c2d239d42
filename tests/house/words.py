"""Plain French in what people read, refusals in words, and one word per thing (the glossary)."""

import ast
import re
from collections.abc import Iterator

from tests.house.tree import File, Tree, rule

GLOSSARY = "docs/glossary.md"
WORDS = 20
UNWELCOME = {
    r"veuillez": "say it as it is",
    r"s['’]av[éè]r": "« est »",
    r"nonobstant|susmentionn|le cas échéant|\bledit\b|\bladite\b": "nobody speaks so",
    r"proc[éè]d\w* (?:à|au|aux)\b": "name the act",
    r"\beffectu\w+": "name the act",
    r"erreur inconnue": "say what happened",
    r"^solde insuffisant\.?$": "say how much is missing and what to do",
    r"\b(?:token|login|bug|input|output|null)\b": "a word of the machine",
    r"utilisat(?:eur|rice)": "say who: membre, commerce, comité",
    r"!": "no exclamation mark",
    r"\.\.\.": "« … »",
    r"\b[a-z]{0,2}'\w": "a straight apostrophe: write ’",
}
CAPITALS = {"CSV", "IBAN", "QR", "SMS", "CHF", "EUR", "UTF", "PDF", "JPEG", "PNG"}
GETTEXT = {"_", "gettext", "gettext_lazy", "ngettext", "pgettext"}
LONG = "Un " + "mot " * WORDS + "de trop."


@rule(
    {"caisse/month/operations.py": f"raise Refusal('late', '{LONG}')\n"},
    {"caisse/month/operations.py": "raise Refusal('late', 'Veuillez attendre.')\n"},
    {"caisse/month/operations.py": "raise Refusal('late', f'Il n\\'y a plus {x}.')\n"},
    {"caisse/month/operations.py": "raise Refusal('late', 'Le mois est clos !')\n"},
    {"caisse/month/operations.py": "raise Refusal('late', 'Le RIB manque.')\n"},
    {"caisse/month/operations.py": "raise Refusal('late', 'Clos (il l’est depuis hier).')\n"},
    {"caisse/site/templates/site/home.html": "{% translate 'Effectuez un paiement' %}"},
    {"caisse/site/wording.py": "said = _('Votre login est pris.')\n"},
    fine={
        "caisse/month/operations.py": "raise Refusal('late', f'Le mois de {month} est clos. Rien "
        "n’a changé : parlez-en au comité.')\n",
        "caisse/site/templates/site/home.html": "{% blocktranslate %}Il vous reste {{ rest }} (en "
        "mars).{% endblocktranslate %}",
    },
)
def plain_french(tree: Tree) -> Iterator[str]:
    """Short sentences in plain words (the rules of easy French that a machine can see)."""
    for file, node, text in _spoken(tree):
        for said in plain(text):
            yield file.at(node, f"{said} — {text[:80]}")


def plain(text: str) -> Iterator[str]:
    """What is not plain in a French text; placeholders count as one word."""
    for sentence in re.split(r"(?<=[.?!…])\s+", text):
        words = [word for word in sentence.split() if re.search(r"\w", word)]
        if len(words) > WORDS:
            yield f"{len(words)} words in a sentence, at most {WORDS}"
    for pattern, why in UNWELCOME.items():
        if found := re.search(pattern, text, re.IGNORECASE):
            yield f"« {found[0]} »: {why}"
    for inside in re.findall(r"\(([^)]*)\)", text):
        if len(inside.split()) > 3:
            yield f"a parenthesis of {len(inside.split())} words, at most 3"
    for capitals in re.findall(r"(?<![\w=@])[A-Z]{2,}(?![\w=@])", text):
        if capitals not in CAPITALS and capitals.strip("X"):  # X stands for a value
            yield f"« {capitals} » is not said in full"


@rule(
    {"caisse/month/operations.py": "raise Refusal('Too late', 'Le mois est clos.')\n"},
    {"caisse/month/operations.py": "raise Refusal('late', 'clos')\n"},
    {"caisse/month/operations.py": "raise Refusal('late')\n"},
    {"caisse/month/operations.py": "raise Refusal('late', '')\n"},
    fine={
        "caisse/month/operations.py": "raise Refusal('late', f'{title} : le mois est clos.')\n"
        "raise Refusal(outcome.answer, SENTENCES[outcome.answer])\n",
    },
)
def refusals(tree: Tree) -> Iterator[str]:
    """A refusal has a reason, one word of a closed list, and a whole sentence."""
    for file in tree.code():
        for call in file.calls("Refusal"):
            values = [*call.args, *(keyword.value for keyword in call.keywords)]
            if len(values) != 2:
                yield file.at(call, "a refusal has a reason and a sentence")
                continue
            reason, sentence = (_text(value) for value in values)
            if reason is not None and not re.fullmatch(r"[a-z]+(_[a-z]+)*", reason):
                yield file.at(call, f"« {reason} » is no reason: one_word or some_words")
            if sentence is not None and not re.fullmatch(
                r"[A-ZÀ-Ý«].*([.?»…)]|X)", sentence, re.DOTALL
            ):
                yield file.at(call, f"no whole sentence: {sentence[:60]}")


@rule(
    {
        "caisse/month/models.py": "class Plan(models.Model): ...\n",
        GLOSSARY: "| fr | `Nothing` | x |\n",
    },
    {"caisse/month/models.py": "class Plan(models.Model): ...\n", GLOSSARY: ""},
    fine={
        "caisse/month/models.py": "class Plan(models.Model): ...\n"
        "class PlanLine(models.Model): ...\n",
        GLOSSARY: "| French | Code | Meaning |\n|---|---|---|\n"
        "| lignes figées | `Plan`, `PlanLine`, `month` | what is frozen |\n",
    },
)
def glossary(tree: Tree) -> Iterator[str]:
    """Each word of docs/glossary.md is in the code, and each table is a word of the glossary."""
    known = _defined(tree)
    listed = set()
    for number, line in enumerate(tree.read(GLOSSARY).split("\n"), 1):
        cells = line.split("|")
        for word in re.findall(r"`([^`]+)`", cells[2]) if len(cells) > 3 else []:
            listed.add(word)
            if word not in known:
                yield f"{GLOSSARY}:{number}: `{word}` is not in the code"
    for file in tree.code():
        if file.room == "models":
            for node in file.module.body:
                if isinstance(node, ast.ClassDef) and node.name not in listed and _is_table(node):
                    yield file.at(node, f"{node.name} is not in {GLOSSARY}")


def _spoken(tree: Tree) -> Iterator[tuple[File, ast.AST | int, str]]:
    """All French that people read: refusals, texts under gettext, templates."""
    for file in tree.code():
        for call in file.calls("Refusal"):
            for value in [*call.args[1:], *(k.value for k in call.keywords if k.arg == "sentence")]:
                if (text := _text(value)) is not None:
                    yield file, call, text
        for name in GETTEXT:
            for call in file.calls(name):
                for value in call.args:
                    if (text := _text(value)) is not None:
                        yield file, call, text
    for file in tree.having(".html"):
        if "templates" in file.parts:
            yield from ((file, line, text) for line, text in _translated(file.text))


def _translated(text: str) -> Iterator[tuple[int, str]]:
    single = r"\{%\s*trans(?:late)?\s+(?P<q>[\"'])(?P<one>.*?)(?P=q)"
    block = r"\{%\s*blocktrans(?:late)?\b.*?%\}(?P<many>.*?)\{%\s*endblocktrans"
    for match in re.finditer(f"{single}|{block}", text, re.DOTALL):
        said = match["one"] or match["many"] or ""
        said = re.sub(r"\{%.*?%\}", " ", re.sub(r"\{\{.*?\}\}", "X", said))
        yield text.count("\n", 0, match.start()) + 1, re.sub(r"<[^>]*>", "", said)


def _text(node: ast.AST) -> str | None:
    """The text of a literal, an f-string with X for each value; None for anything else."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return re.sub(r"%\(\w+\)[sd]", "X", node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(_text(value) or "X" for value in node.values)
    return None


def _defined(tree: Tree) -> set[str]:
    """The names that the code defines, and the words that it stores: families, reasons, roles."""
    found: set[str] = set()
    for file in tree.code():
        found |= {part.removesuffix(".py") for part in file.parts}
        for node in ast.walk(file.module):
            if isinstance(node, ast.ClassDef | ast.FunctionDef):
                found.add(node.name)
            elif isinstance(node, ast.arg):
                found.add(node.arg)
            elif isinstance(node, ast.AnnAssign | ast.Assign):
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                found |= {ast.unparse(target).split(".")[-1] for target in targets}
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.add(node.value)
    return found


def _is_table(node: ast.ClassDef) -> bool:
    return any(ast.unparse(base).endswith("Model") for base in node.bases)
