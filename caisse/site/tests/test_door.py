"""The door: codes, keys, passwords, lost sessions, old pages, ways out; each refusal in words."""

import re
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from allauth.core.context import request_context
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth
from django.core import mail
from django.core.cache import cache
from django.test import Client, RequestFactory
from django.utils import timezone

from caisse.kernel.actor import Actor
from caisse.kernel.tests.entering import enter
from caisse.people.models import AccessCode, Login
from caisse.people.operations import create_login, give_code
from caisse.site.adapter import Adapter, SecondFactor

pytestmark = pytest.mark.django_db
ANA = Actor("ana")
OUTSIDE = (
    *("/entrer", "/entrer/code", "/compte/login/", "/compte/login/code/", "/compte/signup/"),
    *("/compte/password/reset/", "/compte/password/reset/done/", "/compte/inactive/"),
    *("/compte/password/reset/key/1-x/", "/compte/password/reset/key/done/"),
)
INSIDE = (
    *("/entrer/moi", "/entrer/second-facteur", "/entrer/reprendre", "/compte/2fa/"),
    *("/compte/2fa/totp/activate/", "/compte/2fa/webauthn/", "/compte/2fa/webauthn/add/"),
    *("/compte/password/set/", "/compte/sessions/", "/compte/logout/"),
)
LETTERS = tuple(
    f"{folder}/email/{name}"
    for folder, names in (
        ("account", "login_code unknown_account password_reset_key password_changed"),
        ("account", "password_set password_reset"),
        ("mfa", "recovery_codes_generated totp_activated totp_deactivated"),
        ("mfa", "webauthn_added webauthn_removed"),
    )
    for name in names.split()
)
ENGLISH = re.compile(r"\b(?:the|your|please|account|sign|password|email address|authenticator)\b")


@pytest.fixture(autouse=True)
def _no_counts() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def zoe() -> Login:
    """A person of the house with an address, no password and no key."""
    create_login(
        identifier="zoe",
        roles=["member"],
        by=ANA,
        given_name="Zoé",
        family_name="Martin",
        email="zoe@example.org",
    )
    return Login.objects.get(identifier="zoe")


def code_for(identifier: str = "zoe", purpose: str = "desk") -> str:
    """A code of the office for that login."""
    return give_code(identifier=identifier, purpose=purpose, by=ANA)


def come(client: Client, code: str, **more: str) -> Any:
    """Type a code at the door."""
    return client.post("/entrer/code", _form(client, "/entrer/code") | {"code": code} | more)


def words_of(response: Any) -> str:
    """What a page says, in one line, its spaces plain."""
    text = re.sub(r"<[^>]+>", " ", response.content.decode())
    return re.sub(r"\s+", " ", text.replace("&#x27;", "’"))


@pytest.mark.parametrize("path", OUTSIDE)
def test_pages_of_visitors_speak_plainly(client: Client, path: str) -> None:
    _speaks_plainly(client.get(path, follow=True))


@pytest.mark.parametrize("path", INSIDE)
def test_pages_of_one_s_access_speak_plainly(client: Client, zoe: Login, path: str) -> None:
    come(client, code_for())
    _speaks_plainly(client.get(path))


def test_a_code_opens_once_and_leads_home(client: Client, zoe: Login) -> None:
    code = code_for()
    response = come(client, code.lower().replace("-", " "))
    assert response.status_code == 302
    assert response["Location"] == "/entrer/chez-moi"
    other = Client()
    again = come(other, code)
    assert again.status_code == 422
    assert "Ce code a déjà servi" in words_of(again)
    assert f'value="{code}"' in again.content.decode()


def test_each_wrong_code_has_its_sentence(client: Client, zoe: Login) -> None:
    unknown = come(client, "ZZZZ-ZZZZ")
    assert "Ce code n’est pas connu" in words_of(unknown)
    assert 'value="ZZZZ-ZZZZ"' in unknown.content.decode()
    assert 'aria-invalid="true"' in unknown.content.decode()
    code = code_for()
    AccessCode.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    old = come(client, code)
    assert old.status_code == 422
    assert "Ce code est trop ancien" in words_of(old)
    assert "<title>Erreur : " in old.content.decode()


def test_the_eleventh_try_in_a_minute_waits(client: Client) -> None:
    answers = [come(client, f"AAAA-AAA{n}").status_code for n in range(10)]
    assert answers == [422] * 10
    late = come(client, "AAAA-AAAZ")
    assert late.status_code == 429
    assert "Attendez une minute" in words_of(late)


def test_the_door_leads_back_to_the_page_asked_and_nowhere_else(client: Client, zoe: Login) -> None:
    asked = client.get("/entrer/moi")
    assert asked["Location"] == "/entrer?next=%2Fentrer%2Fmoi"
    assert come(client, code_for(), next="/entrer/moi")["Location"] == "/entrer/moi"
    other = Client()
    assert come(other, code_for(), next="https://evil.example/")["Location"] == "/entrer/chez-moi"


def test_a_session_that_ended_in_a_form_loses_nothing(client: Client, zoe: Login) -> None:
    come(client, code_for())
    client.get("/entrer/moi")
    del client.cookies["session" if "session" in client.cookies else "__Host-session"]
    lost = client.post("/entrer/moi", {"reason": "Je l’avais écrit.", "password": "secret"})
    assert lost["Location"] == "/entrer?next=%2Fentrer%2Freprendre"
    back = come(client, code_for(), next="/entrer/reprendre")
    page = client.get(back["Location"])
    assert "Je l’avais écrit." in words_of(page)
    assert 'action="/entrer/moi"' in page.content.decode()
    assert "secret" not in page.content.decode()
    assert "Envoyer maintenant" in words_of(page)


def test_what_one_wrote_is_not_shown_to_the_next_person(client: Client, zoe: Login) -> None:
    create_login(identifier="ali", roles=["member"], by=ANA)
    come(client, code_for())
    client.get("/entrer/moi")
    del client.cookies["session" if "session" in client.cookies else "__Host-session"]
    client.post("/entrer/moi", {"reason": "Pour moi seule."})
    come(client, code_for("ali"))
    page = client.get("/entrer/reprendre")
    assert "Pour moi seule." not in page.content.decode()
    assert "Vous êtes de retour" in words_of(page)


def test_an_old_page_keeps_what_was_typed() -> None:
    client = Client(enforce_csrf_checks=True, headers={"Sec-Fetch-Site": "same-origin"})
    old = client.post("/entrer/code", {"code": "K7M2-Q4XP", "csrfmiddlewaretoken": "x" * 64})
    assert old.status_code == 403
    assert "ouverte depuis trop longtemps" in words_of(old)
    assert "K7M2-Q4XP" in words_of(old)
    assert old.content.decode().count("<h1") == 1


def test_another_site_cannot_put_words_into_a_page() -> None:
    client = Client(enforce_csrf_checks=True, headers={"Sec-Fetch-Site": "cross-site"})
    foreign = client.post("/entrer/code", {"code": "K7M2-Q4XP"})
    assert foreign.status_code == 403
    assert "K7M2-Q4XP" not in foreign.content.decode()


def test_a_code_by_e_mail(client: Client, zoe: Login) -> None:
    asked = client.post("/compte/login/code/", {"email": "zoe@example.org"})
    assert asked["Location"] == "/compte/login/code/confirm/"
    letter = mail.outbox[0]
    assert letter.subject == "Votre code pour entrer"
    assert letter.message().get_content_type() == "text/plain"
    assert "Zoé" not in letter.subject + letter.body
    page = client.get(asked["Location"])
    assert "Écrivez le code reçu" in words_of(page)
    wrong = client.post("/compte/login/code/confirm/", {"code": "AAAAAA"})
    assert "Ce code n’est pas le bon" in words_of(wrong)
    code = re.search(r"^([A-Z0-9-]{6,9})$", str(letter.body), re.M)
    assert code is not None
    done = client.post("/compte/login/code/confirm/", {"code": code[1]})
    assert done["Location"] == "/entrer/chez-moi"


def test_three_wrong_codes_by_e_mail_send_back_with_a_word(client: Client, zoe: Login) -> None:
    client.post("/compte/login/code/", {"email": "zoe@example.org"})
    for _try in range(3):
        last = client.post("/compte/login/code/confirm/", {"code": "AAAAAA"}, follow=True)
    assert "Trop d’essais" in words_of(last)


@pytest.mark.parametrize("letter", LETTERS)
def test_letters_are_plain_and_name_nobody(rf: RequestFactory, letter: str) -> None:
    with request_context(rf.get("/")):
        words = {"code": "AB12-CD34", "caisse": "Caisse d’essai", "email": "zoe@example.org"}
        sent = Adapter().render_mail(letter, "zoe@example.org", words)
    text = f"{sent.subject}\n{sent.body}"
    assert "Bonjour," in text and "Caisse d’essai" in text
    assert ENGLISH.findall(text) == []
    assert "zoe@example.org" not in text
    assert "<" not in text


def test_an_unknown_address_is_told_in_its_own_letter_only(client: Client) -> None:
    asked = client.post("/compte/login/code/", {"email": "who@example.org"}, follow=True)
    assert "Si l’adresse who@example.org est connue ici" in words_of(asked)
    assert mail.outbox[0].subject == "Adresse inconnue de la caisse"


def test_a_wrong_password_keeps_the_name(client: Client, zoe: Login) -> None:
    tried = client.post("/compte/login/", {"login": "zoe", "password": "wrong words here"})
    assert "ne vont pas ensemble" in words_of(tried)
    assert 'value="zoe"' in tried.content.decode()
    assert "wrong words here" not in tried.content.decode()


def test_a_password_is_long(client: Client, zoe: Login) -> None:
    come(client, code_for())
    short = {"password1": "abricot", "password2": "abricot"}
    refused = client.post("/compte/password/set/", short)
    assert "12 caractères" in words_of(refused)
    long = {"password1": "abricot panier velo lune", "password2": "abricot panier velo lune"}
    client.post("/compte/password/set/", long)
    assert Login.objects.get(identifier="zoe").check_password("abricot panier velo lune")
    assert mail.outbox[-1].subject == "Mot de passe choisi"
    other = Client()
    came = other.post(
        "/compte/login/", {"login": "zoe@example.org", "password": "abricot panier velo lune"}
    )
    assert came["Location"] == "/entrer/chez-moi"


def test_a_link_to_another_password(client: Client, zoe: Login) -> None:
    client.post("/compte/password/reset/", {"email": "zoe@example.org"})
    assert mail.outbox[0].subject == "Choisir un nouveau mot de passe"
    link = re.search(r"http://testserver(\S+)", str(mail.outbox[0].body))
    assert link is not None
    page = client.get(link[1], follow=True)
    assert "Nouveau mot de passe" in words_of(page)
    path = page.redirect_chain[-1][0]
    words = {"password1": "abricot panier velo", "password2": "abricot panier velo"}
    assert client.post(path, words).status_code == 302
    assert "Ce lien ne sert plus" in words_of(client.get(link[1], follow=True))


@pytest.fixture
def one_step(monkeypatch: pytest.MonkeyPatch) -> None:
    """The thirty seconds of a code do not end while a test types it."""
    monkeypatch.setattr(auth, "yield_hotp_counters_from_time", lambda: iter((57_000_000,)))


@pytest.mark.usefixtures("one_step")
def test_an_application_of_codes_is_a_second_key(client: Client, zoe: Login) -> None:
    come(client, code_for())
    page = client.get("/compte/2fa/totp/activate/")
    assert "<svg" in page.content.decode()
    assert "data:image" not in page.content.decode()
    secret = page.context["form"].secret
    made = client.post("/compte/2fa/totp/activate/", {"code": _six(secret)})
    assert made["Location"] == "/compte/2fa/recovery-codes/"
    assert "Codes de secours" in words_of(client.get(made["Location"]))
    kept = Authenticator.objects.get(user=zoe, type="totp").data["secret"]
    assert secret not in kept
    assert SecondFactor().decrypt(kept) == secret
    other = Client()
    half = come(other, code_for())
    assert half["Location"].startswith("/compte/2fa/authenticate/")
    assert "Votre deuxième clé" in words_of(other.get(half["Location"]))
    code = f"{(int(_six(secret)) + 1) % 10**6:06d}"
    wrong = other.post("/compte/2fa/authenticate/", {"code": code})
    assert "Ce code n’est pas le bon" in words_of(wrong)


def test_who_moves_money_is_asked_for_a_second_key(client: Client) -> None:
    create_login(identifier="nadia", roles=["coordinator"], by=ANA)
    come(client, code_for("nadia"))
    asked = client.get("/gestion/composants")
    assert asked["Location"] == "/entrer/second-facteur"
    page = words_of(client.get(asked["Location"]))
    assert "Utiliser cet appareil" in page


@pytest.mark.usefixtures("one_step")
@pytest.mark.django_db(transaction=True)
def test_who_made_a_second_key_goes_on(client: Client) -> None:
    create_login(identifier="nadia", roles=["coordinator"], by=ANA)
    come(client, code_for("nadia"))
    secret = client.get("/compte/2fa/totp/activate/").context["form"].secret
    client.post("/compte/2fa/totp/activate/", {"code": _six(secret)})
    assert client.get("/gestion").status_code == 200


def test_a_key_is_not_made_in_a_session_left_open(client: Client, zoe: Login) -> None:
    come(client, code_for())
    session = client.session
    session["account_authentication_methods"] = [{"method": "code", "at": time.time() - 3600}]
    session.save()
    answer = client.get("/compte/2fa/webauthn/add/", follow=True)
    assert "Ajouter une clé" not in words_of(answer)
    assert "Montrez encore que c’est vous" in words_of(answer)


def test_a_key_asks_for_no_inline_script(client: Client, zoe: Login) -> None:
    come(client, code_for())
    words = client.get("/compte/2fa/webauthn/add/").content.decode()
    assert 'data-key="addForm"' in words
    scripts = re.findall(r"<script[^>]*>", words)
    assert all("src=" in one or 'type="application/json"' in one for one in scripts)


def test_going_out_makes_the_browser_forget(client: Client, zoe: Login) -> None:
    come(client, code_for())
    assert "Sortir de la caisse ?" in words_of(client.get("/compte/logout/"))
    out = client.post("/compte/logout/")
    assert out["Location"] == "/"
    assert out["Clear-Site-Data"] == '"cookies"'
    assert client.get("/entrer/moi").status_code == 302


def test_the_devices_one_is_in_with(client: Client, zoe: Login) -> None:
    come(client, code_for())
    other = Client(headers={"User-Agent": "Mozilla/5.0 (Android 14) Firefox/130.0"})
    come(other, code_for())
    page = words_of(client.get("/compte/sessions/"))
    assert "Firefox, Android" in page
    assert "cet appareil" in page
    client.post("/compte/sessions/")
    assert other.get("/entrer/moi").status_code == 302
    assert client.get("/entrer/moi").status_code == 200


def test_addresses_are_not_changed_here(client: Client) -> None:
    enter(client, "zoe", "member")
    assert client.get("/compte/email/").status_code == 404
    assert client.post("/compte/email/", {"email": "x@y.org"}).status_code == 404


def test_the_language_is_a_choice(client: Client) -> None:
    page = client.get("/entrer").content.decode()
    assert 'lang="en"' in page
    chosen = client.post("/langue", {"langue": "en", "next": "/entrer"})
    assert chosen["Location"] == "/entrer"
    assert '<html lang="en"' in client.get("/entrer").content.decode()
    assert client.post("/langue", {"langue": "xx"}).status_code == 404


def _speaks_plainly(response: Any) -> None:
    words = response.content.decode()
    assert response.status_code == 200, response.status_code
    assert words.count("<h1") == 1
    assert not re.search(r"\sstyle=|\son[a-z]+=", words)
    plain = words_of(response)
    assert ENGLISH.findall(plain) == []
    assert not re.search(r"[Vv]euillez|utilisateur|jeton|procéder", plain)


def _form(client: Client, path: str) -> dict[str, str]:
    """The hidden id of the form of a page."""
    found = re.search(r'name="operation" value="([^"]+)"', client.get(path).content.decode())
    return {"operation": found[1]} if found else {}


def _six(secret: str) -> str:
    counter = next(iter(auth.yield_hotp_counters_from_time()))
    return str(auth.format_hotp_value(auth.hotp_value(secret, counter)))
