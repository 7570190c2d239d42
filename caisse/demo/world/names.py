"""The reference year as plain values: lists of words. Any likeness to real people is chance."""


def words(text: str) -> tuple[str, ...]:
    """The words of a list that is easier to read without quotes."""
    return tuple(text.split())


GIVEN = words("""
    Adèle Aïcha Akim Albane Amadou Amina Anouk Antoine Aya Baptiste Basile Bérénice Bilal Bruna
    Camille Carmen Célestin Chadia Chloé Clarisse Dalila Damien Diego Djamila Driss Edwige Élio
    Elif Emre Enzo Esteban Fadila Fanny Farid Fatou Félix Fernanda Gaëlle Gaspard Ghislaine
    Hanaé Hicham Hugo Ibrahim Ilona Inès Irène Ismaël Jeanne Joaquim Jocelyne Joris Kenza
    Khadija Kévin Lamia Leïla Léonie Lina Loïc Lucien Mahaut Mamadou Manon Marcel Mariam Marius
    Maxence Mehdi Mei Milo Mireille Mokhtar Moussa Nadège Naïma Nassim Noémie Nora Octave Odile
    Olga Oumar Paloma Pauline Quentin Rachid Raymonde Rosa Roxane Sabrina Salif Samia Sékou
    Simone Solène Soraya Suzanne Tariq Thi Thibault Tiago Valentin Véra Wassila Yanis Yolande
    Youcef Zélie Zoubida
""")

FAMILY = words("""
    Abadjian Abdelmoula Alcantado Amarguès Andouzet Arpajol Aymardin Azzouzène Bachelardin
    Balaguerin Bambarasso Baroudiel Belkadour Benhammad Berthezène Bessonnat Boissandre
    Bouchtalla Boudjemline Brunelac Calvignan Camaradou Capdevielle Carvalhoso Cassagnol
    Castelnaud Chabroulet Chaïbane Combescure Coulibassy Cournonsec Dacostina Dardaillon
    Delpuechan Demirtekin Diarrassou Dombresson Doukouran Durantel Elbazine Escafignac
    Estournelle Fabrègas Faugerolle Ferrandis Fontanelle Gadéoux Galabrun Garrigolle Ghermaoui
    Gonzalbes Grandjoux Guerroudj Guilhermin Haddouchi Hamidène Hérissonne Iglesiado Issartel
    Jaoulent Jourdanel Kaddourène Karimzad Keïtassou Kervadec Khelladi Kowalczik Lacombrade
    Lafarguette Laouedj Larzillac Lespinadou Lopescado Maguelonne Mahjoubel Maldinière
    Marcouline Mazelaygue Mbayendo Melgueil Messaoudel Mirandolle Montarnal Mouradian
    Navacelles Ndiayane Nguyendao Olivadier Ouarzazi Oulédine Pagézy Palavasse Pereirinha
    Peyrotte Pignanelle Poujoulat Quissargues Rabhoune Ramanetra Ribeyrolles Rocamadour
    Roussillat Sadouki Saïdane Salagoule Sanchiz Sauvagnargue Sénégas Serranel Silvestrin
    Soumarek Tadjerine Teissonnière Tourlatian Traoréba Valmagne Vasconcel Verdanson
    Viguier-Lahlou Villeneuvois Wadebosc Xambeuil Yildirane Zaouchi Zerkadour
""")

STREETS = (
    "rue des Pommiers-Rouges",
    "rue du Four-à-Pain",
    "rue des Lavandières",
    "rue de la Garrigue-Haute",
    "rue du Puits-Couvert",
    "rue des Micocouliers",
    "rue Madame-Tomate",
    "rue du Vieux-Pressoir",
    "rue des Trois-Figues",
    "rue de l’Olivette",
    "allée des Cigales",
    "allée du Verger-Partagé",
    "allée des Tamaris-Blancs",
    "impasse du Safran",
    "impasse des Pois-Chiches",
    "impasse de la Treille",
    "place du Marché-aux-Herbes",
    "place des Amandiers",
    "place de la Fontaine-Sèche",
    "avenue des Maraîchers",
    "avenue du Grand-Mûrier",
    "boulevard des Jardiniers",
    "chemin de la Noria",
    "chemin des Câpriers",
    "chemin du Mas-aux-Abeilles",
    "passage de la Halle-Neuve",
    "square des Hirondelles",
    "traverse du Moulin-à-Vent",
)

POSTCODES = ("34000", "34070", "34080", "34090")

HANDLES = words("""
    abeille abricot acacia alouette amande ananas anis artichaut asperge aubergine avocat
    avoine basilic bergamote betterave blette bleuet bouleau bourrache cabillaud cannelle
    capucine cardamome cardon carotte cassis cerfeuil cerise chevreuil chouette ciboule cigale
    cigogne citron cocotier colibri coquelicot coriandre cornichon courge cresson curcuma datte
    dauphin endive estragon farine faucon fauvette fenouil figue figuier flocon fraise
    framboise galet geai gingembre girolle goyave grenade grillon griotte grive groseille
    haricot hibou hirondelle houblon huppe iris jasmin kaki laitue laurier lavande lentille
    lilas lotus luzerne mandarine mangue marjolaine mauve melon menthe merle mimosa mirabelle
    moineau moutarde myrtille narcisse navet nectarine noisette noyer olive orange orge origan
    ortie oseille panais papaye persil pervenche piment pinson pissenlit pivoine pois poire
    poireau pomme potiron prune quinoa radis raisin romarin roquette rouget safran salsifis
    sarrasin sauge seigle sorbier souci sureau tamaris thym tilleul tomate tournesol truffe
    tulipe vanille verveine violette
""")
"""Said in one breath, typed without accents; a number is added when the word is taken."""

COMMUNES = words("""
    Baillargues Castelnau-le-Lez Castries Clapiers Cournonsec Cournonterral Fabrègues Grabels
    Jacou Juvignac Lattes Lavérune Assas Montaud Montferrier-sur-Lez Murviel-lès-Montpellier
    Pérols Pignan Prades-le-Lez Restinclières Saint-Brès Saint-Drézéry Saint-Georges-d’Orques
    Saussan Sussargues Vendargues Villeneuve-lès-Maguelone
""")

PLACES: dict[str, tuple[str, ...]] = {
    "coop_supermarket": ("La Grande Cagnotte, supermarché coopératif",),
    "organic_supermarket": (
        "Bio Garrigue",
        "Le Panier du Lez",
        "Bio Méditerrane",
        "Vert Mosson",
        "Les Halles Bio d’Antigone",
        "Bio Port-Ariane",
    ),
    "solidarity_shop": (
        "L’Épicerie des Voisines",
        "Café-épicerie Le Trait d’Union",
        "La Boutique Partagée",
        "L’Épice Solidaire",
    ),
    "grocery": (
        "Vrac et Compagnie",
        "L’Épicerie du Figuier",
        "Bocaux et Silos",
        "Chez Noria",
        "Le Petit Vrac de Celleneuve",
        "L’Épicerie des Arceaux",
    ),
    "baker": (
        "Le Fournil des Micocouliers",
        "Pain d’Ici",
        "La Boulange de Figuerolles",
        "Levain Libre",
    ),
    "purchasing_group": ("Le Groupement des Beaux-Arts", "Paniers Groupés de la Paillade"),
    "canteen": ("La Cantine des Possibles", "La Table Ouverte"),
    "market_producer": (
        "Les Légumes de Samira",
        "Maraîchage du Vieux-Mas",
        "Chèvrerie des Matelles",
        "Le Rucher de la Gardiole",
        "Les Vergers de Sussan",
        "Poissons de l’Étang",
        "Les Herbes de Babette",
        "Œufs du Mas-Rouge",
        "Les Pois d’Occitanie",
        "Fromages du Pic",
        "Les Olives de Mokhtar",
        "Champignons de la Cave-Neuve",
        "Coquillages de Bouzigard",
        "Fruits de l’Hortus",
        "Le Safran de Lucie",
        "Maraîchage des Deux-Rives",
        "Pâtes fraîches Fiorelle",
        "Les Pousses de Clapas",
        "Légumes de la Mosson",
    ),
    "farm_producer": (
        "Ferme de la Condamine-Basse",
        "Le Mas des Abeilles",
        "Les Paniers de Pradel",
        "Ferme du Salaison",
        "La Bergerie de Murvel",
        "Les Jardins de Lavérac",
        "Ferme des Quatre-Vents",
        "Le Moulin de Saussine",
        "Les Paniers de l’Étang",
        "Ferme de Coulazou",
        "Le Potager de Fontcaude",
        "Ferme des Amandiers",
    ),
}
"""By kind, in the order of approval."""
