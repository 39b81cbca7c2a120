## Participer aux consultations d’autres sites

assurance-none = on ne sait rien de ce compte
assurance-email = son adresse e-mail est confirmée
assurance-list = il figure sur une liste d’électeurs
assurance-oidc = un service de connexion s’en porte garant
assurance-code = il détient un code à usage unique
elsewhere-assured = Avec votre vote, { $host } apprend ceci de votre compte : { $how }.
elsewhere-waiting = En attente de { $host }. Votre vote part dès que ce site répond.
elsewhere-sent = Envoyé à { $host }, qui n’a pas encore répondu.
elsewhere-accepted = { $host } compte ce vote. Son reçu est en cours de vérification.
elsewhere-signed = { $host } compte ce vote. Son reçu est signé par ce site.
elsewhere-in-log = { $host } compte ce vote. C’est l’entrée { $n } de son registre public : nous l’avons vérifié.
elsewhere-receipt-broken = { $host } dit compter ce vote, mais son reçu n’est pas valable. Prévenez ce site.
elsewhere-refused = { $host } ne compte pas votre dernier vote : { $why }
elsewhere-withdrawing = En attente de { $host }. Votre vote est retiré dès que ce site répond.
elsewhere-withdrawal-sent = Le retrait est envoyé à { $host }, qui n’a pas encore répondu.
elsewhere-hint-changeable = { $host } compte votre vote. Vous pouvez changer d’avis jusqu’à la clôture.
elsewhere-hint-fixed = { $host } compte votre vote. Un vote enregistré ne peut pas être changé.
elsewhere-guest = Vous êtes ici avec un compte d’un autre serveur : votez sur { $host }, ou depuis votre serveur.
elsewhere-verified = Nous avons recompté ces résultats d’après le registre public de { $host }, le { $moment }.
elsewhere-fault = Ce que { $host } a publié le { $moment } ne découle pas de son propre registre. Nous ne le montrons pas.
elsewhere-hidden = { $host } garde pour l’instant secrets les résultats de cette consultation.
elsewhere-uncounted = Les résultats de { $host } n’ont pas encore été recomptés ici : aucun n’est montré.
elsewhere-locked = Les modérateurs de { $host } ont fermé cette discussion.
elsewhere-comment-hint = Une idée par message, { $most } caractères au plus. Il est public et part vers { $host }.
elsewhere-note-waiting = En attente de { $host }
elsewhere-note-sent = Envoyé à { $host }, pas encore affiché là-bas
elsewhere-note-failed = { $host } n’a pas accepté ce commentaire
elsewhere-reply = Répondre
elsewhere-edit = Modifier mon commentaire
elsewhere-delete = Supprimer mon commentaire
elsewhere-before = Versions précédentes du texte
elsewhere-version = Version { $n },
elsewhere-until = jusqu’au { $date }

## Trouver des forums ailleurs

follow-find = Chercher un forum ou un débat d’un autre site
follow-look = Chercher
follow-languages = Langues : { $list }
follow-rules = Règles du site de { $name }
follow-latest = Derniers débats
follow-latest-none = Aucun n’est visible pour l’instant.
follow-found = Ce que nous connaissons
follow-found-none = Rien de connu ici ne contient ces mots.
follow-not = non suivi

## Les autres sites, pour l’administration

sites = Autres sites
sites-lead = Dites comment ce site traite chacun des autres, et pourquoi.
sites-network = Voir le réseau et les forums suivis
sites-saved = C’est enregistré.
sites-faults = Ce qui ne tient pas
sites-known = Sites dont quelque chose est dit
sites-none = Rien n’est dit d’aucun site : tous sont traités de la même façon.
sites-change = Modifier
sites-believed = Cru sur ses utilisateurs quand il dit : { $list }
sites-believed-never = jamais
sites-treat = Comment traiter un site
sites-host = Nom du site
sites-host-hint = Par exemple consultations.valmont.example
sites-policy = Ce site est
sites-admits = Un partenaire est cru sur ses utilisateurs quand il dit
sites-admits-hint = Les votes des personnes dont il ne dit rien de cela comptent avec ceux de tout autre serveur.
sites-public = Raison, pour tout le monde
sites-public-hint = Elle figure dans la liste publique.
sites-private = Notes, entre administrateurs
sites-save = Enregistrer
sites-forget = Le traiter de nouveau comme les autres
policy-allow = autorisé
policy-allow-hint = Il est traité comme les autres, et entendu même là où seuls les sites nommés le sont.
policy-silence = mis en retrait
policy-silence-hint = Ce qu’il envoie est reçu, et montré seulement à qui le demande.
policy-block = refusé
policy-block-hint = Rien n’est reçu de lui, rien ne lui est envoyé.
policy-partner = partenaire
policy-partner-hint = Sa parole sur ses utilisateurs est crue : ils votent comme ceux d’un site partenaire, là où une consultation l’admet.

## Ce qui a disparu, est refusé ou altéré

elsewhere-note-refused = Refusé par { $host } : { $why }
elsewhere-gone = Une consultation de { $host } qui n’existe plus
elsewhere-gone-deleted = { $host } a supprimé cette consultation.
elsewhere-gone-removed = La modération de { $host } a retiré cette consultation.
elsewhere-gone-why = La modération de { $host } a retiré cette consultation : { $reason }
elsewhere-gone-hint = Son texte n’est plus conservé ici.
elsewhere-gone-others = Voir d’autres consultations reçues
elsewhere-altered = Le { $moment }, ce qui est conservé ici n’était pas ce que { $host } a signé. Lisez l’original.
elsewhere-restored = Le { $moment }, ce qui était conservé ici n’était pas ce que { $host } a signé. Le texte signé est rétabli.
