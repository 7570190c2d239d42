// The words of receipts, in the order of words.txt: a till without network shows them too. A test
// compares the two lists.

export const WORDS = `
abeille aboyer abri abribus abricot acacia acajou accueil acier acteur adhésif admirer adorer
adresse aérien aérosol affiche agenda agile agrafe agrume aigle aïkido aile aileron aimant aïoli
airbag album algèbre algue aligner aliment alinéa allée alliage allure alpage alpin alvéole amande
amarre amidon amitié amphore ampleur ampli ampoule ananas anchois ancien anémone aneth angora
animal animer anis anneau année annuel anorak antenne antique appel appétit appui aqueduc arbitre
arbre arbuste arcade arche archet archive arête argenté argile armoire aromate arrivée arrondi
arroser artisan artiste aspect asperge astre astuce atelier athlète atlas atoll atome attache
attrait auberge audace austral auto autobus autocar automne auvent avant avatar avenir avenue
averse avion aviron avocat avoine azur babiole bâbord bâche badge bagage bagel bague bahut baklava
balade balai balayer ballon bambou banc bandana bande bandeau banjo banquet baobab barbier barque
barrage barre bascule base basilic basket bassine basson batavia bateau bâtir bâtisse bâton
batteur bavoir bazar beagle bébé beffroi bégonia beignet belette bélier béluga bémol benne bercer
béret berge berline bermuda besace bétail béton beurre bibelot biberon bidule bigoudi bijou
billard bille biplace biscuit bison bivouac blague blason blazer blender bleu bleuet blini blog
blouse blouson blues bobine bocage boîte boîtier boléro bonbon bondir bongo bonheur bonnet bonsaï
bord bordure boréal borne bosse botte bottine boucher bouchon boucle boudoir bouée bougie bouquet
bouquin bourdon bourg bouton bouture bowling braise branche bras brasero brebis bretzel bricole
briller brin brioche brique brise broc broche brocoli brodé brodeur bronze brosse brownie brugnon
bruine bruit brume brumeux brunch bruyant buée buffet buffle buggy buis buisson bulbe bureau
burger burin burrata burrito butiner butoir cabanon cabas cabine câblage cabri cacao cactus cadeau
cadenas cadence cadran café cagibi cahier caillou caïman caisson cajou calamar calcul calèche
calepin calque caméra camion campeur camping campus canal canapé canard cancan caneton canevas
caniche canne cantine canyon capot câpre caprice capsule capteur capuche carafe caramel cargo
caribou carlin carnet carotte carreau carton cascade cassis casting castor caverne caviar cédille
cèdre céleri central centre cèpe cerceau cercle céréale cerf cerise cétacé chaînon chaise châle
chalet chaleur chambre chamois champ chance chanson chanter chapeau charade chardon chariot
charrue châssis chat chaton cheddar chemin chemise chêne chenil cheptel cheval cheveu chèvre
chevron chiffon chignon chimie chips choix chorale chose chou chrome chrono chutney ciel cigale
cigogne ciment cinéma circuit ciré cirque ciseau citadin citerne citron clairon clapet clarté
classe clavier clef cliché climat clip cloison clôture clouer club coach cobra cocker cockpit
cocon coffret coiffer coin colibri colis colle collège collier colline colonne coloré coloris
colza combiné comédie comète comique commode compact compas compost compote concert condor cône
confit confort conseil console continu contour cookie copain copeau copie coque corail corbeau
cordage corde cordon corner corolle cortège cosmos costume coton cottage coucou coude couleur
coulis couloir couplet coupole courage courant courbe courir coussin couture couvée couvert cowboy
coyote crabe crampon craquer cratère cravate crawl crayon crème crémeux créneau cresson creuser
creux cric cricket criquet cristal crochet crocus croisée croquis croûton crudité crumble cube
cuir cuisine cuivre culture cumin cumulus cupcake curcuma curling curry curseur cycle cygne
cymbale cyprès dada daim dallage damier danse danseur datte dauphin daurade début décibel déclic
décor décorer découpe dédale défi défilé dégel dégradé degré délice delta denim départ design
dessert dessin détente détour dévaler deviner diadème diamant dictée dicton dièse digital dîner
dînette diplôme direct disco disque divan djembé dodo doigt domaine dôme domino donjon donut
dormir dortoir dorure dossard dossier douceur douche doudou dragée dragon drap drone duplex
durable duvet dynamo écaille écharpe échasse échelle écho échoppe éclair éclat éclipse écluse
école écolier écorce écrin écrire écume écurie écusson édifice édition édredon élément élevage
élève éleveur elfe élixir émail emblème embrun emoji émotion empiler enclos enclume encre encrier
endive endroit énergie enfance enfant engin engrais énigme enneigé enroulé entier envers envol
éolien épaule éperon épicéa épicier épinard épine épingle épisode éponge époque équerre équipe
érable érosion escale escrime espace espadon espoir essaim essieu essuyer estampe estival estrade
établi étage étagère étamine étanche étang étau étendue étirer étoffe étoile étrier étroit étude
étudier étui éveil évier examen exemple expert exploit express exquis façade face facette façon
facteur faïence faisan falafel falaise famille fanfare fanion faon farcir farine faucon faune
favori féerie félin fenêtre fennec fenouil fermier fermoir ferry fertile festin fêter feuille
feutre fève fibre ficeler ficelle fiche fiction fiesta figue figuier figure filage filet film
filmer filon filtre finale finesse fiole fjord flairer flambée flamme flan flâner flaque flash
fleur fleurir fleuve flipper flocon floral flotte fluide flûte focus foire fondant fondue fonte
footing forain forêt forger format forme formule forum fossé fossile foudre fougère foulée four
fourche fourgon fourmi fournil foyer fragile fraise freezer frein frelon frémir frêne fresque
frigo frisson frite friture froid fromage fronton fruit fuchsia fumet fusain fusée fusible fusion
futon futur gabarit gadget gaieté gala galaxie galerie galet galion galop galoper gambade gamme
gant garage gardien garer garnir gâteau gaufre gazelle gazette gazon géant gecko gelée génial
génie genou germe geste geyser gigot girafe girolle givre glace glacier glaçon glisse globe gloire
glycine gnocchi gobelet goéland golf golfeur gommage gommer gondole gouache gouda goudron goulot
gourmet goût goûter goutte goyave graine gramme grange granit granulé grappe grappin gratin
gravier gravure grêle grelot grenat grenier griffe griffon grille grillon grimace grimper griotte
gris grizzli grogner groom grotte groupe gruyère guépard guêpe guide guidon guitare gymnase habit
habitat habiter hachis hachure haie hall haltère hamac hameau hameçon hamster hangar hareng
haricot harissa harnais harpe hasard hashtag hauteur hectare hélico hélium herbier héron heure
hibou hiver hobby hochet hockey homard horizon horloge hôtel houle houmous houx hublot huile
huître humide humour humus husky hutte ibis iceberg icône idéal idée igloo igname iguane îlot
image imagier imiter immense imprévu indice indigo inédit infini initial inox insecte instant
intact intense inverse invité ivoire jante jardin jargon jazz jetée jockey jogging joie joker
jongler jouet joujou jour journal journée joyeux judo judoka jumeau jument jupe kaki karaoké
karaté karting kayak kefta ketchup kimono kiosque kiwi klaxon koala label labo labour lacet lagon
lagune laine lait laitage laitier laiton laitue lama lambada lamelle lampe lampion landau langage
langue lanière lapin laque large largeur lasagne laser lasso lauréat laurier lavabo lavage lavande
lave laverie leçon lecture légende léger legging légume léopard lessive lettre levain levier
levure lexique lézard liane lichen licorne lierre ligne lime limon limpide linge linteau lion
liseron liseuse lisible lisse litchi literie livre livreur local loft loge logique logis loisir
look loquet losange lotus loukoum loup loutre lucarne luciole ludique lueur luisant lumière
lunaire lunch lune lunette lustre luthier lutin luzerne lycée lynx lyre macaron mâcher machine
maçon macramé magasin magenta magie magique magma magret maillet maillon main maison malaxer
malice malle manche manchon manège manette manger mangue manioc manoir manteau maracas marais
marbre marcher mare marelle mariner marmite marron marteau mascara masque massif match matelas
matelot matière matin matinal matinée matou mauve mécano mèche méduse mélange mélèze mélodie
mémento mémoire ménage menhir menthe menton menu menuet merguez merlan merlu mésange mesure métal
météo météore méthode métier meuble meule meunier miauler micro midi miel mikado milieu millet
mimer mimique mimosa minéral minibus minuit minute miracle miroir mistral mitaine mixage mixeur
mixture mobile mochi mode modèle moderne moineau mois moka moment monde monocle montage montre
morceau morille morse moteur motif moto mouche mouette moufle mouflon moulage moulin moulure
mousse mousson mouton moyeu muesli muffin muguet mulot murène muret mûrier murmure muscade museau
musée musette musical musique mystère naan nacelle nacre nageur nappe narval nature naval navet
navette navire nectar neige néon nervure niche nichoir nickel ninja niveau noix nord note nougat
nouveau noyau nuage nuageux nuance nugget nuit nylon oasis objet oblique océan octave odeur odorat
odyssée ogre oiseau okapi olive ombrage ombre omnibus onde ondulé ongle onglet opaque opéra
optique orage orageux oranger orbite oreille orge orgue origami origan orner ortie osier otarie
ouate ouest ourlet ours ourson outil ouvert ouvrage ovale ovation ovni oxygène ozone paddock
paella pagayer page paille palace palais paletot palette palme palmier panache panais pancake
panda panier panini panneau papaye papier paprika papyrus paquet parade parapet parasol parc paréo
parfum parka parking paroi parquet parure passage pastel patère patiner patio pays paysage pédaler
pédalo peigne peintre pélican pelle pelouse peluche pelure pendule péniche pensée pente pépite
perche perdrix pergola période périple perle perron persil pesto pétale pétrir pétrole pétunia
phare photo phrase piano pichet picorer pied piéton pieuvre pigment pignon pile pilier pilote
pilotis pince pinceau pinède pinson pioche piquant piqué piranha pirogue piscine piste pistou
pivert pivoine pivot pivoter pixel pizza placard plafond plage plaid plaine plan planche planète
planeur plante plaque platane plateau plâtre pliable pliage pliant plier plinthe plisser plongée
plumage plume plumeau pluriel pneu poche pochoir podcast podium poésie poète poignée poinçon
pointe poire poireau poirier pois poisson poivre poivron polar polenta polka pollen polo pomelo
pomme pommeau pompier pompon poncho poney pont ponton popcorn portail porte porteur portion
postier potage poteau poterie potier potion potiron pouce poulain poulie poupée pourpre prairie
praline préau précis préface prélude presse primeur prince prise prisme prodige profil profond
progrès projet pronom propos proue pruneau prunier pudding puiser puits pull pulpe pupitre purée
puzzle pyjama pylône python quai qualité quart quartz quatuor quille quinoa quiz raccord racine
radio rafting ragoût rail rainure raisin rallye rame ramen rameur ranch rangée râpe rapide rappeur
ravin ravioli rayon rayure réalité rébus récent réchaud récit récital réciter recoin récolte
record récré recto recueil reflet refrain régal regard régate reggae région réglage reine relais
relief reliure remix remous rempart remuer renard rentrée réparer repas repère reptile réseau
réserve ressort rétro réunion réunir réveil rêver rêverie revue ricotta rideau rinçage rincer
risotto rivage rive rivet rivière rizière robe robinet robot robuste rocade rocher rocheux rock
rodéo roller roman romance romarin ronce rond rondeur rondin ronfler ronron rosace roseau rosée
rosier rotin rouage roue rouget roulade roulant rouleau route routier routine royal royaume ruban
rubis ruche ruelle rugby rugir rumba ruminer rural rustine rythme sable sablier sabot sachet
sacoche safari safran saga saison salade salière salon salsa saluer samba sandale sangle saphir
sapin sardine satiné sauge saumon sauna savane saveur savon saxo scène sceptre schéma scie science
scierie sciure scooter score sculpté séance seau séchage sécher séchoir seconde secouer segment
seiche seigle selfie semaine semelle semis semoule senteur sentier sépia séquoia série serpent
serrure serveur sésame seuil sève short siècle siège sieste sifflet signal silex sillon silo
siphon sirène sirocco sirop site skate sketch skieur slalom slam smash smoking snack socle soda
sofa soir soirée solaire sole soleil solfège solide soliste sombre sommeil sommet sonar sonate
songe sonner sono sonore soprano sorbet sortie soudure souffle souhait soulier soupape soupe
soupir souple source sourcil sourire souris spatule spécial sphère sphinx spirale spot sprint
square squash stable stade stand star station statue steak steppe stock store strudel studio style
succès sucre sucrier sudoku sujet sumo super superbe support sureau surf surface surfeur surgelé
surimi surnom sursaut sushi sweat swing syllabe symbole synthé système table tableau tableur
tablier taboulé tacos tactile tajine talent talus tambour tamiser tandem tango tangram tanguer
tapioca tapis tartine tasse tatami taupe taureau taxi techno teck teinte télé tempête tempo
tempura tendre tennis ténor tenue terrain terre terreau terrier terrine terroir têtard tête texte
textile texture théâtre théière thème théorie thuya thym tiède tige tigre tilleul timbale timbre
tinter tipi tirage tiret tisane tissage tisser tissu titan toast tofu toile toison toit tomate
tong tonne tonus topaze torche torchon tornade torrent tortue totem toucan toundra toupie tourner
tournoi trace train trajet tram tramway tranche transat trapèze trèfle trépied tresser treuil
tribord tribune tricot trier tringle trio triton trolley tronçon trophée trot trotter trousse
truelle truffe truite tuba tulipe tulle tunique tunnel turbine turbo tutu tuyau tweed twist
typique ukulélé unique unisson unité univers urbain usage usine utile vacarme vague valise vallée
vallon valser valve vanille vapeur variété vaste vecteur vedette végétal vélo velours velouté vent
venteux ventilo véranda verdure verger verglas vernis verre verrier verrou versant version vestige
veston viaduc viande vidéo village ville vinyle violet violon virgule visage visière vision visite
visuel vitesse vitrage vitrail vitre vitrier vitrine vivace vivant vivier voguer voilage voilier
voisin voiture voix volant volcan volet volière voltige volume voyage voyelle wallaby wasabi
western wifi yacht yaourt yassa yéti yeux yoga yourte yoyo yucca zèbre zébu zénith zéphyr zeste
zigzag zinc zone zoom zoomer zouk
`.trim().split(/\s+/);
