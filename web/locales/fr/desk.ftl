## Rédiger, conclure et répondre

method-title-scale = Échelle
method-hint-scale = Un nombre entre deux autres, par exemple un budget.
method-title-ranking = Classement
method-hint-ranking = Des réponses par ordre de préférence.
method-title-articles = Vote par article
method-hint-articles = Pour, abstention ou contre chaque article du texte.
done-attached = C’est ajouté.
done-detached = C’est retiré.
done-extended = La clôture est repoussée. Tout le monde lit pourquoi.
done-cancelled = La consultation est annulée. Tout le monde lit pourquoi.
done-concluded = La conclusion est publiée.
done-answered = Vos réponses sont publiées.
done-deleted = Le brouillon est supprimé.
write-steps = Étapes
write-step-question = Question
write-step-text = Texte
write-step-participation = Participation
write-step-calendar = Calendrier
write-step-review = Relecture
write-next = Enregistrer et continuer
write-stay = Enregistrer le brouillon
write-leave = Continuer plus tard
write-post-caption = Comme message dans Mastodon
write-tags = Mots-clés
write-tags-hint = Séparés par des virgules, dix au plus : mobilité, place
write-markdown = Ou un fichier
write-markdown-hint = Markdown ou texte simple, en UTF-8. Il remplace le texte ci-dessus.
write-preview = Enregistrer et prévisualiser
write-brief = En bref
write-brief-hint = Trois lignes que l’on lit en premier.
write-asked = Ce que le forum demande
write-asked-required = (obligatoire)
write-yes = Oui
write-no = Non
write-none = Aucun
write-beside = À côté du texte
write-beside-hint = Une image de couverture, des images, des documents et des liens.
write-beside-cover = Image de couverture
write-beside-picture = Image
write-beside-document = Document (PDF)
write-beside-link = Lien
write-beside-kind = De quoi s’agit-il
write-beside-title = Titre
write-beside-title-hint = Pour une image : ce que l’on y voit, avec des mots.
write-beside-file = Fichier
write-beside-file-hint = Dix mégaoctets au plus. Une image est réécrite, sans lieu ni auteur de la prise de vue.
write-beside-url = Adresse du lien
write-beside-url-hint = Par exemple https://example.org/. Pour un lien seulement.
write-attach-open = Ajouter une image, un document ou un lien
write-attach = Ajouter
write-detach = Retirer
write-shown = Tel qu’il sera lu
write-articles-none = Aucun intertitre : le texte est d’un bloc, sans articles à voter.
write-articles = 
    { $count ->
        [one] Un article :
       *[other] { $n } articles :
    }
write-fixed = Un vote est arrivé : la forme, les réponses et qui vote ne changent plus. Pour demander autre chose, annulez cette consultation et publiez-en une autre.
write-how = Comment on répond
write-options = Les réponses
write-options-hint = De deux à vingt ; dix au plus pour un classement. L’ordre peut changer jusqu’au premier vote.
write-option = Réponse { $n }
write-option-up = Monter la réponse { $n }
write-option-down = Descendre la réponse { $n }
write-option-remove = Retirer la réponse { $n }
write-option-add = Ajouter une réponse
write-of-poll = Le sondage
write-of-support = Le soutien
write-of-scale = L’échelle
write-scale-min = Nombre le plus bas
write-scale-max = Nombre le plus haut
write-scale-step = Pas
write-scale-step-hint = D’un nombre au suivant. Vide : 1.
write-of-articles = Chaque intertitre du texte commence un article ; on vote sur chacun. L’étape du texte montre le découpage.
write-tiers = Admis
write-tier-member = Les comptes de ce site
write-tier-partner = Les comptes des sites partenaires
write-tier-open = Tous les autres, depuis le fédivers
write-official = Résultat officiel
write-official-hint = Celui dont le décompte fait foi. Les autres figurent à part, chacun avec son total.
write-requires = Qui compte comme compte de ce site
write-requires-hint = Qui n’y répond pas est compté avec les autres, s’ils sont admis.
write-requires-account = Tout compte confirmé
write-requires-members = Les membres du forum
write-requires-list = Qui figure sur une liste
write-requires-oidc = Qui est reconnu par un fournisseur d’identité
write-requires-codes = Qui détient un code, sans compte
write-list = Liste
write-list-hint = L’une des listes d’électeurs du forum.
write-provider = Fournisseur
write-provider-hint = Aucun : n’importe lequel de ceux avec lesquels on se connecte ici.
write-codes-hint = Les codes se créent une fois la consultation publiée, sur une page à imprimer ou dans un fichier.
write-results = Résultats
write-named = Les bulletins portent le nom des votants
write-named-hint = Pour un conseil qui vote en public. La page le dit avant tout vote.
write-zone = Dates et heures : { $zone }, heure d’été comprise.
write-extend = Repousser la clôture
write-extend-text = Une réponse promise trop tôt se décale d’autant. Le motif est publié sur la page et dans le fédivers.
write-extend-act = Repousser
write-cancel = Annuler la consultation
write-cancel-text = Elle ne reçoit plus ni vote ni commentaire. Ce qui a été exprimé reste lisible, comme annulé.
write-cancel-act = Annuler la consultation
write-reason = Motif public
write-reason-hint = Tout le monde le lit.
write-missing = Avant de publier
write-locks = Ce qui ne change plus ensuite
write-elsewhere = Ce que les autres verront
write-stays-here = Cette consultation reste sur ce site : rien ne part dans le fédivers.
write-mail-caption = Comme courriel à qui suit le forum
write-delete = Supprimer le brouillon
write-delete-text = Il n’en reste rien.
write-delete-act = Supprimer
answers-title = Réponses aux arguments
answers-none = Aucun argument pour l’instant.
answers-lead = Ces arguments sont en tête de chaque côté. Vos réponses partent au nom de { $name } ; laissez vide ce que vous traiterez plus tard.
answers-see = Dans le débat
answers-agrees = 
    { $count ->
        [one] { $n } personne d’accord
       *[other] { $n } personnes d’accord
    }
answers-reply = Réponse officielle à { $name }
answers-given = Réponse officielle
answers-waits = Pas encore de réponse officielle.
answers-act = Publier les réponses
conclude-title = Conclure la consultation
conclude-figures = Chiffres
conclude-choice = { $label } : { $count }
conclude-voters = 
    { $count ->
        [one] { $n } vote.
       *[other] { $n } votes.
    }
conclude-tier = { $tier } : { $told }
conclude-csv = Tous les résultats en CSV
conclude-overdue = Une réponse était attendue pour le { $date }. Tout le monde voit qu’elle manque.
conclude-say = Ce qui en résulte
conclude-hint = Publié sur la page, par courriel à qui a participé, et dans le fédivers.
conclude-decision = Décision
conclude-decision-hint = Une phrase : ce qui est décidé, par qui.
conclude-text = Pourquoi, et comment les avis ont compté
conclude-text-hint = En Markdown. Les chiffres y sont déjà.
conclude-arguments = Réponses aux principaux arguments
conclude-arguments-hint = De chaque côté. Ce que vous écrivez devient une réponse officielle dans le débat.
conclude-next = La suite
conclude-next-step = Prochaine étape
conclude-next-step-hint = Une phrase, par exemple : les travaux commencent.
conclude-next-at = Date de la prochaine étape
conclude-act = Publier la conclusion
conclude-again = Modifier la conclusion
label-markdown = Fichier
label-file = Fichier
label-next-at = Date de la prochaine étape
label-next-step = Prochaine étape

done-kept = Enregistré.
done-test-mailed = Un courriel d’essai vous est envoyé.
done-held = Votre commentaire attend : la modération le lit avant de le publier.
done-decided = La décision est prise et communiquée à qui elle concerne.
done-undone = La décision est annulée.
done-shown = Le commentaire est publié.
done-rejected = Le commentaire n’est pas publié, et son auteur sait pourquoi.
done-appeal-answered = Le recours a sa réponse.

## L’administration

today = Aujourd’hui
moderation = Modération
today-title = Aujourd’hui, { $date }
today-todo = À faire
today-nothing = Rien ne vous attend.
today-urgent = en retard
today-no-consultation = Aucune consultation pour l’instant.
today-of-title = Titre
today-of-state = État
today-of-end = Fin
today-of-comments = Commentaires
today-no-end = non fixée
today-finish = Finir le brouillon
today-look = Voir
today-write = Remplir
today-read = Lire
today-moderate = Modérer
today-conclude = « { $title } » est close : sa conclusion est à rédiger
today-conclude-act = Conclure
today-overdue = Réponse attendue depuis le { $date }. Tout le monde le voit.
today-promised = Réponse promise pour le { $date }.
today-unpromised = Aucune date n’était promise.
today-closing = « { $title } » se termine { $moment }
today-since = Le plus ancien attend depuis { $moment }. Engagement : { $hours } heures.
today-reports = 
    { $count ->
        [one] { $n } signalement attend une décision
       *[other] { $n } signalements attendent une décision
    }
today-held = 
    { $count ->
        [one] { $n } commentaire attend d’être lu
       *[other] { $n } commentaires attendent d’être lus
    }
today-appeals = 
    { $count ->
        [one] { $n } recours attend une réponse
       *[other] { $n } recours attendent une réponse
    }
today-newcomers = 
    { $count ->
        [one] { $n } nouveau compte attend votre accord
       *[other] { $n } nouveaux comptes attendent votre accord
    }
today-pages = Des pages demandées par la loi ne sont pas finies
today-mails = 
    { $count ->
        [one] { $n } courriel est gardé ici au lieu de partir
       *[other] { $n } courriels sont gardés ici au lieu de partir
    }
today-mails-hint = Aucun serveur de courriel n’est réglé : indiquez-en un dans la configuration.
today-domain = Aucun nom de domaine n’est réglé
today-domain-hint = Sans lui, rien n’est échangé avec d’autres sites.
health = Le serveur
health-watch = (à surveiller)
health-backup = Sauvegarde
health-backup-none = aucune pour l’instant
health-version = Version
health-mails = 
    { $count ->
        [0] tous partis
       *[other] { $n } gardés ici
    }
health-sending = Envois aux autres sites
health-silent = 
    { $count ->
        [0] tous les sites répondent
        [one] { $n } site ne répond pas
       *[other] { $n } sites ne répondent pas
    }
health-jobs = Travaux de fond
health-buried = 
    { $count ->
        [0] aucun abandonné
       *[other] { $n } abandonnés
    }
lately-delay = délai médian de modération en 90 jours ; promis : { $promised }
lately-decisions = décisions de modération en 90 jours, trop peu pour un délai médian ; promis : { $promised }
delay-minutes = { $count ->
    [one] { $n } minute
   *[other] { $n } minutes
}
delay-hours = { $count ->
    [one] { $n } heure
   *[other] { $n } heures
}
health-doctor = Les mêmes contrôles en ligne de commande, et d’autres :
texts-title = Pages
texts-lead = Ce que la loi et la loyauté vous demandent de dire. Chacune part d’un modèle ; les visiteurs voient ce qui n’est pas rempli.
texts-page = Page
texts-languages = Langues
texts-unwritten = non rédigée
texts-unfinished = inachevée
texts-written = rédigée
texts-one = { $page }, { $language }
texts-blanks = Ce qui est entre { $blank } est à remplir. La page est finie quand il n’en reste plus.
prose-unwritten = { $site } n’a pas encore rédigé cette page. Ce qui suit vient du logiciel.
prose-unfinished = { $site } n’a pas fini cette page : ce qui est entre doubles crochets manque.
faq-who = Qui peut répondre ?
faq-who-text = Chaque consultation le dit à côté du bulletin.
faq-change = Puis-je changer d’avis ?
faq-change-text = Oui jusqu’à la clôture, sauf si la consultation dit le contraire.
faq-elsewhere = Puis-je participer depuis Mastodon ?
faq-elsewhere-text = Oui : cherchez l’adresse de la consultation sur votre serveur, ou suivez le forum.
look-title = Apparence
look-name = Le nom de l’institution se change ailleurs :
look-colours = Couleurs
look-colours-hint = Les mots doivent rester lisibles : un contraste sous 4,5 pour 1 est refusé, et une couleur proche proposée.
look-brand = L’en-tête de chaque page
look-on-brand = Les mots de l’en-tête
look-link = Les liens et le bouton principal
look-soft = Le fond des encadrés
look-pairs = Comment ils se lisent
look-pair-on-brand = Mots sur l’en-tête
look-pair-link = Liens
look-pair-brand-soft = Mots des encadrés
look-contrast = { $n } pour 1
look-correct = Prendre les couleurs lisibles les plus proches
look-logo = Logo
look-logo-file = Fichier image
look-logo-hint = JPEG, PNG, WebP ou GIF. Il est réécrit et réduit.
look-logo-remove = Retirer le logo
look-words = Mots
look-font = Polices
look-font-system = Celles de l’appareil
look-font-humanist = Lettres plus rondes
look-font-serif = Avec empattements
look-tagline = Ligne sous le nom
look-tagline-hint = Vide : celle d’usage.
look-sharing = Texte proposé au partage
look-sharing-hint = Vide : le titre de la page seul.
settings-title = Réglages
settings-domain-permanent = Le nom de domaine { $host } est définitif : les autres serveurs connaissent ce site par lui.
settings-registration-open = Tout le monde peut s’inscrire.
settings-registration-approval = Tout le monde peut demander un compte ; vous approuvez.
settings-registration-invite = Seules les personnes invitées peuvent s’inscrire.
settings-registration-closed = Personne ne peut s’inscrire.
admin-forums-lead = Les commentaires peuvent être lus avant d’être publiés, ceux d’autres serveurs aussi.
admin-forums-held = Les commentaires sont lus d’abord.
admin-forums-shown = Les commentaires paraissent aussitôt.
admin-forums-hold = Lire les commentaires d’abord
admin-forums-show = Publier les commentaires aussitôt
mails-test = M’envoyer un courriel d’essai
mail-test-subject = Courriel d’essai de { $site }
mail-test-body = Ce site peut vous écrire. Si ce courriel est arrivé dans votre boîte, ceux de tous arriveront.
setup-lead = Une page, cinq minutes. Tout pourra changer, sauf le nom de domaine.
setup-domain-warning = Le nom de domaine devient définitif à la première publication : les autres serveurs du fédivers connaissent ce site par lui, pour toujours.
setup-mail = Courriel
setup-mail-hint = Sans serveur de courriel dans la configuration, les messages sont gardés et visibles sous Courriels.
setup-mail-test = M’envoyer un courriel d’essai
setup-look-hint = Une couleur suffit : les autres en découlent, toutes lisibles.
setup-forum = Le premier forum
setup-forum-hint = Un forum réunit les consultations d’un sujet et peut être suivi d’ailleurs.
setup-forum-title-hint = Par exemple Mobilités. Vide : plus tard.
setup-forum-slug-hint = Dans les adresses, définitivement. Vide : tiré du titre.
setup-example = Avec un exemple
setup-example-hint = Le brouillon d’une consultation, visible de vous seul : modifiez-le, publiez-le ou supprimez-le.
example-question = Exemple : faut-il fermer la place aux voitures ?
example-summary = Un exemple pour essayer le site.
example-text = La place serait piétonne pendant un an, à l’essai.
example-what = Quarante places de stationnement disparaissent.
example-why = Le bruit et la chaleur.
example-outcome = Le conseil décide au printemps et répond ici.

## Modérer

mod-promise = Engagement : une décision sous { $hours } heures. Le plus ancien d’abord.
mod-reports = Signalements
mod-held = Commentaires à lire
mod-appeals = Recours
mod-none = Rien n’attend.
mod-look = Décider
mod-log = Décisions prises
mod-log-lead = Une décision peut être annulée pendant trente jours.
mod-waits = 
    { $count ->
        [0] moins d’une heure
        [one] { $n } heure
       *[other] { $n } heures
    }
mod-approve = Publier
mod-reject = Ne pas publier
mod-rule = Règle
mod-rule-hint = Parmi les règles publiées. Elle est envoyée à l’auteur et figure au journal public.
mod-why = Avec vos mots
mod-why-hint = Facultatif, et public comme la règle.
mod-answer = Votre réponse
mod-answer-hint = Elle est envoyée à l’auteur du recours.
mod-uphold = La décision est maintenue
mod-undo = Annuler la décision
mod-report = Un signalement
mod-reporter = Signalé par { $name }
mod-somebody = un compte disparu
mod-thread = Le message dans son fil
mod-this = signalé
mod-decide = Décider
mod-decide-act = Prendre la décision
mod-author = Écrit par { $name }
mod-what = Ce que vous décidez
mod-decided = { $what } : { $reason }
mod-keep = Laisser
mod-keep-hint = Rien à redire. La personne qui signale en est informée.
mod-hide = Masquer le message
mod-hide-hint = Plus personne ne le lit, ici et sur les serveurs qui l’acceptent.
mod-suspend = Suspendre la personne
mod-suspend-hint = Plus de connexion, de commentaire ni de vote. Les votes exprimés restent comptés.
mod-block = Refuser tout le serveur
mod-block-hint = Plus rien n’en est reçu. Pour un serveur qui ne modère pas.
mod-reason-spam = Publicité
mod-reason-abuse = Insulte ou menace
mod-reason-illegal = Contraire à la loi
mod-reason-off-topic = Hors sujet
mod-reason-other = Autre chose
mod-state-open = À traiter
mod-state-removed = Message masqué
mod-state-resolved = Traité
mod-state-dismissed = Laissé en place
mod-whom = Qui est concerné
mod-by = par { $name }
decided-keep = Message laissé en place
decided-hide = Message masqué
decided-reject = Message non publié
decided-ban = Personne exclue d’un forum
decided-suspend = Personne suspendue
decided-block = Serveur refusé
modlog-title = Journal de modération
modlog-lead = Ce que la modération a décidé, et pourquoi. Personne n’est nommé.
modlog-none = Aucune décision pour l’instant.
modlog-date = Date
modlog-everywhere = Tout le site
modlog-undone = Annulée le { $date }
modlog-upheld = Maintenue après recours le { $date }
modlog-appealed = Recours du { $date }
appeal-title = Demander une autre lecture
appeal-of = { $what }, le { $date }
appeal-lead = Une autre personne que celle qui a décidé relit cette décision. Vous recevez la réponse par courriel.
appeal-text = Pourquoi la décision est mauvaise
appeal-text-hint = { $most } caractères au plus.
appeal-act = Envoyer
appeal-done = Votre recours est transmis à la modération. La réponse arrive par courriel.
rule-respect = Respecter les personnes
rule-law = Rester dans la loi
rule-matter = Rester dans le sujet
rule-advertising = Pas de publicité

## Refus

refusal-already-suspended = Cette personne est déjà suspendue.
refusal-not-undoable = Cette décision ne peut pas être annulée : il ne reste rien à republier.
refusal-already-undone = Cette décision est déjà annulée.
refusal-undo-too-late = Une décision peut être annulée pendant trente jours. Ils sont passés.
refusal-already-appealed = Un recours contre cette décision est déjà déposé.
refusal-own-decision = Vous avez pris cette décision : une autre personne répond au recours.
label-brand = L’en-tête de chaque page
