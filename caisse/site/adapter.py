"""How django-allauth behaves here (own room: named by its settings)."""

import base64
import time
from typing import Any

import segno
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.contrib import messages
from django.dispatch import receiver
from django.http import HttpRequest
from django.urls import reverse
from django.utils.crypto import salted_hmac
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _

from caisse.bylaws import queries as bylaws
from caisse.people import queries as people

WRONG_PAIR = _("Ce nom et ce mot de passe ne vont pas ensemble. Vérifiez les deux.")
WRONG_CODE = _("Ce code n’est pas le bon. Vérifiez chaque signe, ou demandez-en un autre.")
TOO_MANY = _("Trop d’essais. Rien n’est perdu : recommencez dans quelques minutes.")


WAYS = {
    "reauthenticate": _("Mon mot de passe"),
    "reauthenticate_by_code": _("Un code par e-mail"),
    "mfa_reauthenticate": _("Un code de l’application, ou de secours"),
    "mfa_reauthenticate:webauthn": _("La clé d’un appareil"),
}


class Adapter(DefaultAccountAdapter):
    """Nobody signs up by himself; whoever comes in goes home."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "account_inactive": _("Cet accès est fermé. Parlez-en à l’accueil."),
        "email_password_mismatch": WRONG_PAIR,
        "username_password_mismatch": WRONG_PAIR,
        "incorrect_code": WRONG_CODE,
        "incorrect_password": _("Ce mot de passe n’est pas le bon."),
        "enter_current_password": _("Ce n’est pas votre mot de passe d’aujourd’hui."),
        "too_many_login_attempts": TOO_MANY,
        "rate_limited": TOO_MANY,
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never: a person joins the caisse first, and then gets a code."""
        return False

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """To the first page of whoever came in."""
        return reverse("home")

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        """Back to one's way in, which says that it is done; allauth would show the form again."""
        messages.success(request, _("Votre mot de passe est noté."))
        return reverse("account")

    def add_message(
        self, request: HttpRequest, level: int, *args: Any, message: Any = None, **options: Any
    ) -> None:
        """Say what went wrong, nothing else: the page on which one arrives says enough."""
        if level >= messages.ERROR and message is not None:
            messages.error(request, message)

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """The ways to show again that it is oneself, the key of a device first."""
        known = super().get_reauthentication_methods(user)
        ways = [{**way, "description": WAYS.get(way["id"], way["description"])} for way in known]
        return sorted(ways, key=lambda way: way["id"] != "mfa_reauthenticate:webauthn")

    def is_reauthentication_required(self, **options: Any) -> bool:
        """Not within 15 minutes of coming in: whoever came with a code can make a key at once."""
        records = get_authentication_records(self.request, self.request.user)
        last = max((record["at"] for record in records), default=0)
        return bool(time.time() - last > settings.ACCOUNT_REAUTHENTICATION_TIMEOUT)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """A plain letter, signed by the caisse."""
        super().send_mail(template_prefix, email, {**context, "caisse": _name()})


class SecondFactor(DefaultMFAAdapter):
    """Second factors and passkeys under the names of this caisse."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": WRONG_CODE,
        "cannot_delete_authenticator": _("Cette clé est la dernière : elle ne s’enlève pas."),
    }

    def encrypt(self, text: str) -> str:
        """What an authenticator shares with us, unreadable in a copy of the database alone."""
        return _locks().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """The secret again; raises InvalidToken under another secret key."""
        return _locks().decrypt(encrypted_text.encode()).decode()

    def build_totp_svg(self, url: str) -> SafeString:
        """The drawing that an authenticator scans, to stand in the page: no image to load."""
        code = segno.make(url, error="m")
        return mark_safe(code.svg_inline(scale=5, border=4, dark="#000", light="#fff"))

    def generate_authenticator_name(self, user: Any, type: Any) -> str:
        """« Ma clé », then « Ma clé 2 »."""
        known = user.authenticator_set.filter(type=type).count()
        name = str(_("Ma clé"))
        return name if known == 0 else f"{name} {known + 1}"

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """The caisse as a browser shows it when it makes a passkey."""
        found: dict[str, str] = super().get_public_key_credential_rp_entity()
        return {**found, "name": _name()}

    def get_totp_label(self, user: Any) -> str:
        """What an authenticator shows under the caisse's name: the pseudonym, never a name."""
        return str(user.get_username())

    def get_totp_issuer(self) -> str:
        """The caisse's name in an authenticator."""
        return _name()

    def get_public_key_credential_user_entity(self, user: Any) -> dict[str, Any]:
        """The person as her own device shows her: by her given name, kept on that device only."""
        me = people.me(user.get_username())
        shown = me.given_name if me is not None else user.get_username()
        return {"id": str(user.pk).encode(), "display_name": shown, "name": user.get_username()}


@receiver(authenticator_added)
def _shown(request: HttpRequest, user: Any, authenticator: Authenticator, **sent: Any) -> None:
    """Whoever has just made a second key has shown it: the session goes on with it.

    allauth asks for a recent factor before it lets one be made. The key would otherwise have to be
    shown at a door that somebody who came in with a code, used once, cannot open again.
    """
    if authenticator.type != Authenticator.Type.RECOVERY_CODES:
        shown = {"id": authenticator.pk, "type": authenticator.type}
        record_authentication(request, user, "mfa", **shown)


def _locks() -> MultiFernet:
    """The locks of secrets kept at rest, the newest first; made from the caisse's secret key."""
    keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    digests = [
        salted_hmac("caisse.site.second_factor", "", secret=key, algorithm="sha256").digest()
        for key in keys
    ]
    return MultiFernet([Fernet(base64.urlsafe_b64encode(digest)) for digest in digests])


def _name() -> str:
    founding = bylaws.founding()
    return founding.name if founding is not None else "Caisse"
