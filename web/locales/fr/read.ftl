## Pictures

chart-csv = Télécharger en CSV

## The frame

nav-menu = Menu
nav-search = Rechercher
nav-help = Aide
footer-modlog = Journal de modération
footer-faq = Questions fréquentes
field-contrast = { $field } : ce texte et ce fond se distinguent mal. Choisissez un contraste d’au moins 4,5 pour 1.
label-on-brand = Texte de l’en-tête
label-link = Liens et boutons
label-brand-soft = Fond des encadrés

day = { $day } { $month }

## Results and pictures

results-heading = Résultats :
results-of = Résultats : { $title }
results-choice = Choix
results-votes = Votes
results-table-choices = Votes pour chaque choix
results-more = Tous les résultats
results-no-vote = C’est une discussion sans vote : il n’y a pas de résultat à montrer.
pictures = En images
picture-none = Il n’y a rien à montrer pour le moment.
picture-scale = Comment les notes se répartissent-elles ?
picture-tiers = Qui a voté quoi, selon l’origine du compte ?
picture-days = La participation jour après jour
picture-days-about = Votes reçus chaque jour
picture-weeks-about = Votes reçus chaque semaine
picture-days-finding = Le plus haut : { $most }, le { $day }.
picture-day = Jour
picture-months = Les votes mois par mois
picture-months-about = Votes reçus chaque mois, douze mois au plus
picture-months-finding = Le plus haut : { $most }, en { $month }.
picture-month = Mois
picture-here = Ce site et ses partenaires
agreement-heading = Ce que l’on partage
agreement-title = Quels arguments recueillent l’accord ?
agreement-about = Un point par argument, placé selon la part de lecteurs d’accord.
agreement-share = { $percent } d’accord
agreement-finding = En tête : « { $quote } », { $percent } d’accord.
agreement-argument = Argument
agreement-for = Argument pour
agreement-against = Argument contre
agreement-other = Question ou remarque
unites-title = Ce qui rassemble
unites-said = D’accord : { $for } des votants pour et { $against } des votants contre, parmi ceux qui ont donné leur avis sur cet argument.

## What becomes of it

answer-awaited = Réponse promise pour le { $date }.
answer-overdue = Réponse attendue depuis le { $date }.
answer-given = Réponse publiée le { $date }.
answer-read = Lire la réponse
decision = Décision :
home-changed = Ce que vos avis ont changé

## The ballot alone

ballot-none = Discussion sans vote
ballot-none-text = Ici on donne des arguments, on ne vote pas.
ballot-none-go = Aller au débat
ballot-number = Votre note
ranking-empty = Ajoutez vos options une à une, la préférée d’abord. Vous pouvez en laisser de côté.
ranking-rest = Pas encore classé
ranking-add = Ajouter
ranking-up = Monter { $label }
ranking-down = Descendre { $label }
ranking-drop = Retirer { $label } du classement
ranking-placed = { $label } : place n° { $place }. Rien n’est encore enregistré.
ranking-left = { $label } n’est pas dans le classement. Rien n’est encore enregistré.

## Links out

more-title = Imprimer, reprendre, intégrer
more-print = Imprimer
more-data = Données
more-embed = Intégrer à un site
more-embed-code = Code à copier
more-embed-hint = Sans cookie ni script. Il montre ce que tout le monde peut voir.
embed-from = Consultation de { $name }
embed-go = Donner mon avis
new-window = (nouvelle fenêtre)
print-of = À imprimer : { $title }
print-hint = Imprimez cette page avec votre navigateur : elle tient sans menu ni bouton.
print-at = État au { $moment }.
back-consultation = Revenir à la consultation
data-json = Résultats (JSON)
data-ballots = Bulletins sans nom (CSV)

## A forum

list-newest = Les plus récentes
list-closing = Celles qui ferment bientôt
stats-link = Le forum en chiffres
stats-title = En chiffres
stats-of = { $title } : le forum en chiffres
stats-about = Comptés sur les consultations dont tout le monde peut voir les résultats.
stats-none = Aucun résultat n’est visible de tout le monde pour le moment.
stats-participants = participants
stats-closed = consultations terminées
stats-answered = délai médian de réponse
stats-open = des votes viennent du fédivers
stats-days = { $count ->
    [one] { $n } jour
   *[other] { $n } jours
}
