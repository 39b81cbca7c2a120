## The debate

debate-title = Le débat
debate-sort = Trier par
debate-sort-button = Trier
debate-say = Écrire un commentaire
debate-questions = Questions et remarques
debate-more = Voir les commentaires suivants
sort-newest = Les plus récents
sort-oldest = Les plus anciens
sort-agreement = Les plus partagés
sort-divided = Les plus débattus
sort-unanswered = Sans réponse
stance-legend = Votre commentaire est plutôt
stance-for = pour
stance-against = contre
stance-question = une question
side-for = Pour
side-against = Contre
comment-title = Écrire un commentaire
comment-text = Votre texte
comment-hint = Une idée par message, { $most } caractères au plus. Il est public et visible dans le fédivers.
comment-hint-here = Une idée par message, { $most } caractères au plus. Il reste sur ce site.
comment-publish = Publier le commentaire
comment-first = Votre commentaire est copié sur d’autres serveurs sous le nom { $handle } et peut y rester, même si vous le supprimez ici.
comment-official = réponse officielle
comment-hidden = Masqué par la modération.
comment-hidden-why = Masqué par la modération : { $reason }
comment-deleted = Supprimé par la personne qui l’a écrit.
comment-someone = Une personne
comment-published = Votre commentaire est publié.
comment-closed = La consultation est terminée : le débat ne prend plus de commentaires.
comment-not-open = Le débat ouvre avec la consultation.
comment-members = Seuls les membres de ce forum commentent.
reply = Répondre
reply-to = à { $name }
reply-title = Répondre à { $name }
reply-cancel = Ne pas répondre, écrire un commentaire
replies = { $count ->
    [one] { $n } réponse
   *[other] { $n } réponses
}
replies-to = à { $name }
answers-to = En réponse à { $name }
thread-on = Suite de cet échange
opinion-agree = D’accord
opinion-disagree = Pas d’accord
opinion-pass = Sans avis
opinion-of = sur le message de { $name }
comment-sign-in = Connectez-vous ou créez un compte pour commenter.
comment-elsewhere = Vous écrivez depuis votre serveur : répondez là-bas, et vos mots sont ici.
comment-official-tick = Réponse officielle, au nom de { $name }
debate-all = Voir tout le débat
debate-csv = Télécharger les commentaires (CSV)
