"""The closed list of refusals at a till (own room: a table that `reasons` reads).

Each reason has one sentence for the cashier and one for the member; neither says what a shop must
not know. « Rien n’est prélevé. » goes before the cashier's, except while an answer is awaited.
Source: payments.md 11.
"""

CHECKING = "checking"

SENTENCES: dict[str, tuple[str, str]] = {
    "funds_short": (
        "Le paiement ne passe pas pour ce montant. Un montant plus petit, ou le reste en euros ?",
        "Il vous reste {left}. Vous pouvez payer une partie et compléter en euros.",
    ),
    # for her own telephone and her messages: a shop is told `funds_short` (`at_shop`)
    "funds_reserved": (
        "Le paiement ne passe pas pour ce montant. Un montant plus petit, ou le reste en euros ?",
        "{amount} sont mis de côté pour {place} jusqu’à {until}. "
        "Reprenez-les dans « Payer » ou à l’accueil.",
    ),
    "amount_limit": (
        "Ce montant dépasse ce qui est possible en une fois.",
        "Un montant plus petit passera. Le maximum est fixé par la caisse, ou par vous.",
    ),
    "day_limit": (
        "Ce montant dépasse ce qui est possible aujourd’hui. Un plus petit, ou le reste en euros ?",
        "La caisse fixe un maximum par jour, et cet achat le dépasse. Un plus petit passera "
        "peut-être ; demain, tout repart.",
    ),
    "code_wrong": (
        "Le code ou l’identifiant n’est pas reconnu. La personne peut le retaper.",
        "Vérifiez l’identifiant et le code, puis recommencez.",
    ),
    "code_paused": (
        "Le code n’est pas possible ici aujourd’hui. Carte avec code, téléphone ou bon acceptés.",
        "Par sécurité, payez avec votre carte, votre téléphone ou un bon. Votre argent est en "
        "sûreté. L’accueil peut aider{phone}.",
    ),
    "till_code_paused": (
        "Cet appareil ne prend plus de code jusqu’à {until}. Téléphone ou bon à scanner acceptés.",
        "Payez par téléphone ou avec un bon à scanner, sur un autre appareil, ou attendez {until}.",
    ),
    "means_unavailable": (
        "Ce moyen de paiement n’est pas disponible aujourd’hui. Un autre moyen ?",
        "Votre porte-monnaie ou ce moyen est en pause. Appelez l’accueil{phone}.",
    ),
    "card_replaced": (
        "Cette carte a été remplacée. Un autre moyen ?",
        "Une carte plus récente existe. Utilisez-la, ou passez à l’accueil.",
    ),
    "code_needed": (
        "Ce montant demande le code. La personne peut le taper.",
        "Ce montant demande votre code. Tapez-le, puis « Payer ».",
    ),
    "qr_expired": (
        "Ce QR est trop ancien. La personne peut en afficher un nouveau.",
        "Touchez « Nouveau QR ». Si cela recommence, ouvrez « Payer » une fois avec du réseau.",
    ),
    "qr_used": (
        "Ce QR a déjà servi. La personne peut en afficher un nouveau.",
        "Ce QR a déjà servi. Touchez « Nouveau QR ».",
    ),
    "qr_unreadable": (
        "Ce QR n’est pas un moyen de payer de la caisse. Un autre moyen ?",
        "Ouvrez « Payer » sur votre téléphone, montrez votre carte, ou dites votre identifiant.",
    ),
    "other_caisse": (
        "Ce moyen vient d’une autre caisse. Un autre moyen ?",
        "Ici, seuls les moyens de cette caisse passent.",
    ),
    "authorisation_unknown": (
        "Ce numéro d’accord n’est pas reconnu. Appelez la caisse{phone}.",
        "Rien n’a été débité. La caisse peut vérifier avec le lieu.",
    ),
    "voucher_used": (
        "Ce bon a déjà été encaissé.",
        "Ce bon a déjà été encaissé. Si ce n’est pas vous, appelez l’accueil.",
    ),
    "voucher_expired": (
        "Ce bon n’est plus valable.",
        "Ce bon n’est plus valable : sa valeur est revenue sur le porte-monnaie qui l’a payé.",
    ),
    "voucher_unknown": (
        "Ce bon n’est pas reconnu. On peut retaper ses 13 signes.",
        "Ce bon n’est pas reconnu. L’accueil peut le vérifier avec vous.",
    ),
    "voucher_whole": (
        "Ce bon paie {amount} en une fois : l’achat doit être au moins de ce montant.",
        "Gardez ce bon pour un achat d’au moins {amount}.",
    ),
    "category_not_covered": (
        "La caisse ne prend pas tout cet achat en charge. Tapez-le par catégorie, le reste en "
        "euros.",
        "La caisse ne paie qu’une part des achats ici. Le lieu la tape, le reste est en euros.",
    ),
    "place_closed": (
        "Ce lieu n’encaisse pas pour la caisse en ce moment. Appelez la caisse{phone}.",
        "Ce lieu n’encaisse pas pour la caisse en ce moment. Voir les lieux proches.",
    ),
    "till_suspended": (
        "Cet appareil est suspendu. Appelez la caisse{phone}.",
        "Cet appareil ne peut pas encaisser. Un autre appareil du lieu peut le faire.",
    ),
    "cashier_right": (
        "Cette action demande le code d’une personne responsable.",
        "Une autre personne du lieu peut le faire.",
    ),
    "cashier_code": (
        "Ce code de caisse n’est pas connu ici. Retapez-le, ou appelez la personne responsable.",
        "Une autre personne du lieu peut encaisser.",
    ),
    "refund_too_large": (
        "Le remboursement dépasse l’achat. Reste : {left}.",
        "Le remboursement dépasse l’achat. Reste : {left}.",
    ),
    "refund_too_late": (
        "Le délai de remboursement est passé ({days} jours).",
        "Le délai est passé ; l’accueil peut regarder avec vous.",
    ),
    "purchase_unknown": (
        "Aucun achat de ce lieu ne porte ce numéro.",
        "Vérifiez le numéro du reçu.",
    ),
    "id_reused": (
        "Erreur d’appareil : numéro déjà pris. Recommencez la vente.",
        "Rien n’a été débité. La vente peut recommencer.",
    ),
    "abandoned": (
        "Cette vente a été abandonnée. Recommencez si besoin.",
        "Cette vente a été abandonnée, rien n’a été débité.",
    ),
    "device_clock": (
        "L’appareil n’est pas à l’heure. Il se règle seul : recommencez la vente.",
        "Rien n’a été débité. La vente peut recommencer.",
    ),
    "offline_off": (
        "Sans réseau, ce lieu ne peut pas encaisser.",
        "Sans réseau, ce paiement n’est pas possible ici. Plus tard, ou en euros ?",
    ),
    "offline_licence_old": (
        "L’appareil doit retrouver le réseau. Son autorisation est finie.",
        "L’appareil du lieu doit retrouver le réseau.",
    ),
    "offline_member_limit": (
        "Sans réseau, ce montant est trop grand pour cette personne.",
        "Sans réseau, un montant plus petit passe. Complétez en euros.",
    ),
    "offline_till_limit": (
        "Le maximum sans réseau est atteint pour aujourd’hui.",
        "Le maximum sans réseau est atteint ici.",
    ),
    "offline_room_used": (
        "Sans réseau, seuls les paiements prévus passent encore.",
        "Sans réseau, seul l’argent mis de côté pour ce lieu passe ici.",
    ),
    "offline_other_place": (
        "Ce QR est prévu pour un autre lieu. La personne peut en choisir un autre.",
        "Choisissez ce lieu, ou « partout », dans l’application.",
    ),
    "offline_clock": (
        "L’heure de l’appareil est fausse. Corrigez-la ou retrouvez le réseau.",
        "L’appareil du lieu doit être remis à l’heure.",
    ),
    "offline_repeat": (
        "Ce paiement est déjà enregistré ici.",
        "Déjà enregistré, voyez vos trois mots.",
    ),
    "late": (
        "Cette vente arrive trop tard. Une personne de la caisse décide.",
        "Cette vente arrive trop tard. Une personne de la caisse décide.",
    ),
    CHECKING: (
        "On vérifie… Ne refaites pas le paiement.",
        "On vérifie… Ne refaites pas le paiement.",
    ),
}

# The same where the value of which the sentence speaks is known: `amount`; `hours`, of a licence;
# or `on`, a day, an hour.
WITH_AMOUNT: dict[str, tuple[str, str]] = {
    "amount_limit": (
        "Ce montant dépasse ce qui est possible en une fois.",
        "Le maximum est de {amount} en une fois. Un montant plus petit passera.",
    ),
    "code_needed": (
        "Ce montant demande le code. La personne peut le taper.",
        "À partir de {amount}, il faut votre code. Tapez-le, puis « Payer ».",
    ),
    "offline_member_limit": (
        "Sans réseau, pas plus de {amount} pour cette personne.",
        "Sans réseau, {amount} au plus. Complétez en euros.",
    ),
}
WITH_HOURS: dict[str, tuple[str, str]] = {
    "offline_licence_old": (
        "L’appareil doit retrouver le réseau. Son autorisation de {hours} h est finie.",
        "L’appareil du lieu doit retrouver le réseau.",
    ),
}
WITH_DATE: dict[str, tuple[str, str]] = {
    "qr_used": (
        "Ce QR a déjà servi. La personne peut en afficher un nouveau.",
        "Ce QR a déjà servi à {on}. Touchez « Nouveau QR ».",
    ),
    "voucher_used": (
        "Ce bon a déjà été encaissé.",
        "Ce bon a été encaissé le {on}. Si ce n’est pas vous, appelez l’accueil{phone}.",
    ),
    "voucher_expired": (
        "Ce bon n’est plus valable.",
        "Ce bon était valable jusqu’au {on} : sa valeur revient au porte-monnaie qui l’a payé.",
    ),
}
