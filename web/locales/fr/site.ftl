## The frame of every page

tagline = La parole aux habitants
skip = Aller au contenu
nav-main = Navigation principale
nav-crumb = Fil d’Ariane
nav-page = Dans cette page
nav-states = Consultations par état
home = Accueil
consultations = Consultations
consultation = Consultation
forums = Forums
forum = Forum
federation = Fédération
admin = Administration
sign-in = Se connecter
sign-out = Se déconnecter
cancel = Annuler
save = Enregistrer
list-more = Voir la suite
banner-no-domain = Aucun nom de domaine n’est réglé : ce site n’échange rien avec les autres serveurs.
banner-example = Exemple : cette consultation sert à essayer le site. Les personnes et les lieux sont inventés.

## Footer

footer-legal = Mentions légales
footer-privacy = Données personnelles
footer-rules = Règles de modération
footer-data = Données ouvertes
footer-source = Code source
footer-languages = Langue
footer-theme = Couleurs
theme-light = Clair
theme-dark = Sombre
theme-system = Comme mon appareil
footer-node-alone = { $host }. Logiciel libre.
footer-node = Site { $host }, relié au fédivers. Logiciel libre.

## Home and lists

home-lead = Lisez, débattez, votez. Chaque consultation dit ce que devient votre avis.
home-open = Vous pouvez participer maintenant
home-none-open = Aucune consultation n’est ouverte en ce moment.
home-soon = Se terminent bientôt
home-closed = Terminées
forums-none = Il n’y a pas encore de forum.
forum-handle = Dans Mastodon :
forum-empty = Aucune consultation ici pour le moment.
forum-tagged = Avec le mot-dièse #{ $tag }
forum-open = Ouvertes
forum-soon = À venir
forum-closed = Terminées
forum-drafts = Brouillons
forum-part = { $part } : { $title }
forum-new = Créer une consultation
forum-edit = Modifier le forum
forum-create = Créer un forum

## What a consultation is

state-draft = Brouillon
state-scheduled = Programmée
state-open = Ouverte
state-closed = Terminée
state-concluded = Conclue
state-cancelled = Annulée
state-archived = Archivée
method-vote = vote pour ou contre
method-poll = sondage
method-support = soutien
method-scale = échelle
method-ranking = classement
method-articles = vote par article
method-none = débat sans vote
comments-count = { $count ->
    [one] { $n } commentaire
   *[other] { $n } commentaires
}
voters = { $count ->
    [one] { $n } votant
   *[other] { $n } votants
}
closed-on = Terminée le { $date }
opens-on = Ouvre le { $date }
open-until = Ouverte jusqu’au
opens-at = Ouvre le
closed-at = Terminée le
proposed-by = Proposé par { $name }
published-on = Texte du { $date }
edited-on = modifié le { $date }
change-extended = Prolongée le { $date } : { $reason }
change-cancelled = Annulée le { $date } : { $reason }
change-corrected = Corrigée le { $date } : { $reason }
answer-by = Réponse promise pour le { $date }
moved-from = Vient de { $host }
moved-on = Vient de { $host }, accueillie ici le { $date }
brief = L’essentiel
brief-what = Ce qui change
brief-why = Pourquoi
brief-outcome = Ce que deviendra votre avis
jump-read = Lire
jump-vote = Voter
jump-results = Résultats
jump-debate = Débattre ({ $n })
text-title = Le texte soumis au débat
fediverse-title = Depuis Mastodon
fediverse-how = Comment faire
fediverse-vote = Cherchez cette adresse dans votre application et suivez-la, puis répondez au sondage ou commentez. Mastodon ne permet pas de changer un vote : pour le changer, votez ici.
fediverse-support = Cherchez cette adresse dans votre application et suivez-la. Mettre la consultation en favori vaut un soutien.
fediverse-talk = Cherchez cette adresse dans votre application et suivez-la, puis commentez.

## Dates and numbers

date = 
    { $day ->
        [1] 1er
       *[other] { $day }
    } { $month } { $year }
moment = { $weekday } { $day ->
        [1] 1er
       *[other] { $day }
    } { $month } { $year } à { $hour } h { $minute } ({ $zone })
zone-consonant = heure de { $city }
zone-vowel = heure d’{ $city }
percent = { $n } %
left-days = { $count ->
    [one] { $n } jour restant
   *[other] { $n } jours restants
}
left-hours = { $count ->
    [one] { $n } heure restante
   *[other] { $n } heures restantes
}
left-less-than-an-hour = Moins d’une heure restante
weekday-1 = lundi
weekday-2 = mardi
weekday-3 = mercredi
weekday-4 = jeudi
weekday-5 = vendredi
weekday-6 = samedi
weekday-7 = dimanche
month-1 = janvier
month-2 = février
month-3 = mars
month-4 = avril
month-5 = mai
month-6 = juin
month-7 = juillet
month-8 = août
month-9 = septembre
month-10 = octobre
month-11 = novembre
month-12 = décembre
nav-new = Créer
