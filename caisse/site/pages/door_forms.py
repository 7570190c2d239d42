"""The forms of the door."""

from collections.abc import Mapping
from typing import Any, ClassVar

from allauth.account import forms as account_forms
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm, EditWebAuthnForm
from django import forms
from django.utils.translation import gettext_lazy as _

from caisse.kernel.forms import ActForm, TextField


class CodeForm(ActForm):
    """A code of letters and digits, typed with or without its dashes."""

    fields_of = {
        "code_unknown": "code",
        "code_used": "code",
        "code_expired": "code",
        "inactive_login": "code",
    }
    code = TextField(
        label=_("Votre code"),
        help_text=_("Il est sur votre feuille d’accueil : des lettres et des chiffres."),
        max_length=40,
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "autocapitalize": "characters", "class": "code"}
        ),
    )


class _Plain:
    """allauth's fields in our words, without a hint inside the field that repeats its label."""

    words: ClassVar[Mapping[str, Any]] = {}

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        fields: dict[str, forms.Field] = self.fields  # type: ignore[attr-defined]
        for field in fields.values():
            field.widget.attrs.pop("placeholder", None)
        for name, label in self.words.items():
            fields[name].label = label


class Password(_Plain, account_forms.LoginForm):
    """Come in with a password."""

    words = {"login": _("Identifiant ou adresse e-mail"), "password": _("Mot de passe")}


class NewPassword(_Plain, account_forms.SetPasswordForm):
    """A first password."""

    words = {"password1": _("Mot de passe"), "password2": _("Le même, encore une fois")}


class OtherPassword(_Plain, account_forms.ChangePasswordForm):
    """Another password than the one of now."""

    words = {
        "oldpassword": _("Mot de passe d’aujourd’hui"),
        "password1": _("Nouveau mot de passe"),
        "password2": _("Le même, encore une fois"),
    }


class LostPassword(_Plain, account_forms.ResetPasswordForm):
    """Ask for a link to another password."""

    words = {"email": _("Votre adresse e-mail")}


class ReplacedPassword(_Plain, account_forms.ResetPasswordKeyForm):
    """Another password, behind a link."""

    words = NewPassword.words


class AskedCode(_Plain, account_forms.RequestLoginCodeForm):
    """Ask for a code by e-mail."""

    words = {"email": _("Votre adresse e-mail")}


class ReceivedCode(_Plain, account_forms.ConfirmLoginCodeForm):
    """The code that came by e-mail."""

    words = {"code": _("Le code reçu")}


class SamePassword(_Plain, account_forms.ReauthenticateForm):
    """Show again that it is you."""

    words = {"password": _("Mot de passe")}


class KeyCode(_Plain, AuthenticateForm):
    """A second factor: six digits of the application, or a spare code."""

    words = {"code": _("Code de l’application, ou code de secours")}


class SameKeyCode(_Plain, ReauthenticateForm):
    """The second factor, shown again."""

    words = KeyCode.words


class Application(_Plain, ActivateTOTPForm):
    """The first code of an application, which shows that it counts as we do."""

    words = {"code": _("Les six chiffres qu’elle montre")}


class NewKey(_Plain, AddWebAuthnForm):
    """A key of a device; most people want it to be enough alone."""

    words = {"name": _("Nom de la clé"), "passwordless": _("Elle suffit seule, sans mot de passe")}

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["passwordless"].initial = True
        self.fields["passwordless"].help_text = ""
        self.fields["name"].help_text = _("Pour la reconnaître : « mon téléphone ».")


class KeyName(_Plain, EditWebAuthnForm):
    """Another name of a key."""

    words = {"name": _("Nom de la clé")}
