"""Handles proposed from a list of words (own room: pure, and neither a rule of money nor a table).

A handle is typed at a till by its holder and read by a cashier: two common words, without accents,
that say nothing of the person. Digits follow only when the pairs of words are used up.
"""

import hashlib
import re
import unicodedata
from collections.abc import Sequence

WORDS = re.findall(
    r"[a-z]+",
    """
    abricot aubepine alouette amande aneth arbouse argile aurore avoine bambou basilic bateau
    belette bleuet bouleau bourrache brindille brioche brume cabane campanule canard caramel
    carotte cascade castor cedre cerise cerisier charrette chouette cigale cigogne citron
    clairiere clochette coccinelle colibri colline colombe comete coquelicot corbeille coriandre
    courge crayon crocus cypres dahlia dauphin ecureuil eglantine endive epinette erable etincelle
    etoile falaise faucon fenouil figue figuier flamant flute fontaine fougere fraise framboise
    freesia gazelle genet gentiane girolle glaieul goeland grenade grillon groseille guitare hamac
    hameau herisson hermine hibiscus hirondelle horizon iris jardin jasmin jonquille lagune laitue
    lanterne laurier lavande libellule lilas loriot loutre lueur luzerne mandarine marguerite
    marmite martinet melisse menthe merle mesange mimosa mirabelle moineau moulin muguet myrtille
    narcisse noisette nuage olive olivier orange orchidee origan oseille palmier panier papillon
    paprika pastel persil pinceau pinson pissenlit pivoine platane poire poireau pommier potiron
    prairie prune quetsche radis rainette raisin renard reseda riviere rocher romarin rosee
    rossignol roseau ruisseau safran salsifis sarrasin sauge saule sauterelle savane sentier
    soleil source sureau tablier tambour thym tilleul tomate topinambour tournesol trefle tulipe
    vallon vanille verger verveine violette violon voilier
    """,
)

SHAPE = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
SHORTEST, LONGEST = 4, 32


def propose(seed: bytes, round: int) -> str:
    """The handle that `seed` gives at the `round`-th try (0 first): the same seed, the same handle.

    Two words at first; two, then three, then five digits are added from one try to the next, so
    that half a million handles are found in a few rounds.
    """
    number = int.from_bytes(hashlib.sha256(seed + round.to_bytes(2, "big")).digest()[:12], "big")
    number, first = divmod(number, len(WORDS))
    number, second = divmod(number, len(WORDS) - 1)
    other = WORDS[second + (second >= first)]
    digits = (0, 2, 3, 5)[min(round, 3)]
    return f"{WORDS[first]}-{other}" + (f"-{number % 10**digits:0{digits}d}" if digits else "")


def fold(text: str) -> str:
    """Lower case without accents, one space between words: how names and streets are compared."""
    plain = unicodedata.normalize("NFKD", text.replace("’", " ").replace("'", " "))
    kept = "".join(char for char in plain if not unicodedata.combining(char))
    return " ".join(kept.casefold().replace("-", " ").split())


def objection(handle: str, names: Sequence[str]) -> str | None:
    """Why `handle` cannot be used by a person called `names`, as a French sentence; None if it can.

    It must be easy to type, and hold neither a name of the person nor a long number (telephone,
    date of birth): a shop sees it.
    """
    if not SHORTEST <= len(handle) <= LONGEST or SHAPE.fullmatch(handle) is None:
        return (
            f"L’identifiant « {handle[:40]} » ne convient pas : de {SHORTEST} à {LONGEST} lettres "
            "minuscules sans accent, chiffres ou traits d’union, en commençant par une lettre."
        )
    if re.search(r"\d{6}", handle.replace("-", "")):
        return (
            "Un identifiant ne contient ni téléphone ni date de naissance : moins de six chiffres."
        )
    parts = {part for name in names for part in fold(name).split() if len(part) >= 3}
    if any(part in handle for part in parts):
        return "Un identifiant ne contient pas le nom de la personne : un commerce peut le lire."
    return None


def words(*texts: str) -> set[str]:
    """The words by which the office finds somebody: folded, letters and digits, 40 at most each."""
    return {word[:40] for text in texts for word in re.findall(r"[^\W_]+", fold(text))}
