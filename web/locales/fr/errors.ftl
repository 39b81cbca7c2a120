## What went wrong

error-prefix = Erreur :
errors-title = { $count ->
    [one] Un point à corriger
   *[other] { $n } points à corriger
}
error-back = Revenir à l’accueil
error-not-found = Page introuvable
error-not-found-text = Rien ne se trouve à cette adresse. Elle a peut-être changé, ou elle n’est pas publique.
error-refused = Cela n’est pas possible
error-failed = Le site rencontre une difficulté
error-failed-text = Rien n’a été enregistré. Recommencez dans un moment.
error-cross-site = Ce formulaire vient d’un autre site : il n’a pas été pris en compte. Ouvrez la page ici et recommencez.
error-malformed = L’envoi n’est pas un formulaire lisible. Rechargez la page et recommencez.
error-too-large = L’envoi est trop grand. Raccourcissez le texte.
error-method = Cette adresse ne s’emploie pas ainsi.

refusal-not-signed-in = Connectez-vous d’abord.
refusal-wrong-credentials = Le nom ou l’adresse et le mot de passe ne vont pas ensemble. Vérifiez les deux.
refusal-not-confirmed = L’adresse de ce compte n’est pas encore confirmée. Ouvrez le lien reçu par courriel, ou demandez-en un nouveau.
refusal-account-disabled = Ce compte est désactivé. Écrivez à l’institution.
refusal-not-allowed = Votre rôle ne permet pas cela. Demandez-le à une personne qui administre le site.
refusal-not-eligible = Cette consultation ne compte pas les votes de ce compte.
refusal-not-open-yet = La consultation n’a pas encore ouvert. Revenez à la date d’ouverture.
refusal-closed = La consultation est terminée : elle ne prend plus rien.
refusal-not-open = La consultation n’est pas ouverte.
refusal-not-published = La consultation est un brouillon. Publiez-la d’abord.
refusal-already-published = La consultation est déjà publiée.
refusal-not-closed = La consultation n’est pas encore terminée.
refusal-cancelled = La consultation est annulée ; le motif est indiqué sur sa page.
refusal-archived = La consultation est archivée : plus rien n’y change.
refusal-minimum-duration = Dans ce forum, une consultation reste ouverte plus longtemps que cela.
refusal-text-changed = Le texte a changé depuis que vous l’avez lu. Relisez-le, puis votez.
refusal-too-many-changes = Cette consultation a trop souvent changé pour changer encore.
refusal-already-closed = La consultation est déjà terminée.
refusal-wrong-method = Cette consultation ne prend pas de vote de cette forme.
refusal-unknown-choice = Ce choix n’est pas dans la liste. Choisissez parmi ceux qui sont proposés.
refusal-nothing-chosen = Choisissez une réponse, puis appuyez sur le bouton.
refusal-too-many-choices = Vous avez choisi trop de réponses. Décochez-en.
refusal-repeated-choice = Une réponse est choisie deux fois. Gardez-la une fois.
refusal-ambiguous-option = Une réponse porte un nom comme « o1 », que le site emploie lui-même. Écrivez-la autrement.
refusal-already-voted = Votre vote est déjà enregistré, et cette consultation ne permet pas d’en changer.
refusal-ballot-removed = Une personne de la modération a retiré le vote de ce compte ; la raison figure dans le registre public.
refusal-superseded = Un vote plus récent de ce compte est déjà compté.
refusal-results-hidden = Les résultats sont encore secrets.
refusal-too-long = Le texte est trop long. Raccourcissez-le.
refusal-parent-elsewhere = Le message auquel vous répondez n’est plus là, ou il est d’un autre débat.
refusal-unknown-article = Le texte n’a pas cet article. Choisissez-en un dans le texte.
refusal-name-taken = Ce nom est pris ou réservé. Choisissez-en un autre.
refusal-registration-closed = Ce site ne prend pas de nouveaux comptes.
refusal-link-invalid = Ce lien ne vaut plus : il est incomplet, déjà employé ou trop ancien. Demandez-en un nouveau.
refusal-already-set-up = Ce site est déjà installé.
refusal-domain-permanent = Le nom de domaine ne change plus : d’autres serveurs connaissent ce site sous ce nom.
refusal-federation-off = Les échanges avec les autres serveurs ne sont pas en service sur ce site.
refusal-peer-blocked = Ce serveur est bloqué ici.
refusal-not-reachable = Cette adresse ne répond pas. Vérifiez-la, puis recommencez.
refusal-not-a-forum = Cette adresse n’est pas celle d’un forum.
refusal-too-many-requests = Trop d’essais en peu de temps. Attendez une minute, puis recommencez.
refusal-last-administrator = C’est la dernière personne qui administre le site. Donnez d’abord ce rôle à une autre.
refusal-already-signed-in = Vous êtes connecté avec un compte. Déconnectez-vous d’abord.
refusal-idempotency-mismatch = Cet envoi porte la marque d’un autre.
refusal-empty-import = Il n’y a rien à importer.
refusal-import-collides = Autre chose porte déjà une clé de cet import : il a été modifié, ou inventé.
refusal-import-differs = Ce qui a été importé ne donne pas les résultats qui l’accompagnent.
refusal-archive-broken = Le registre des votes de cette archive ne tient pas.
refusal-backup-damaged = Ce n’est pas une sauvegarde, ou elle a été tronquée ou modifiée.
refusal-backup-newer = Cette sauvegarde vient d’une version plus récente du programme : installez d’abord cette version.
refusal-not-empty = Une sauvegarde se restaure dans une base vide : indiquez-en une autre, ou supprimez d’abord celle-ci.
refusal-invalid = Un champ n’est pas rempli comme il faut.
refusal-locked = Cela ne change plus : la consultation est publiée, ou un vote est enregistré. Elle peut être prolongée, corrigée ou annulée, avec un motif que chacun lit.

field-required = Remplissez « { $field } ».
field-too-long = « { $field } » est trop long. Raccourcissez.
field-too-short = « { $field } » est trop court. Écrivez dix caractères au moins.
field-length = « { $field } » compte de 2 à 60 caractères.
field-format = « { $field } » n’a pas la forme attendue. Suivez l’exemple.
field-articles = « { $field } » n’a pas d’articles, ou en a trop. Donnez-lui des titres, un par article.
field-same = « { $field } » n’a pas changé. Corrigez quelque chose.
field-one-line = « { $field } » doit tenir sur une ligne.
field-range = « { $field } » est hors des limites.
field-past = « { $field } » est déjà passé. Choisissez une date à venir.
field-taken = « { $field } » est pris ou réservé. Choisissez autre chose.
field-unknown = « { $field } » n’existe pas ici. Vérifiez.
field-repeated = « { $field } » contient deux fois la même chose.

field-permanent = « { $field } » ne change plus ainsi : ce qui a quitté le site ne peut pas être rappelé. Créez un autre forum.
home-not-set-up = Ce site n’est pas encore installé. Ouvrez le lien que le programme a écrit dans son terminal, ou employez la commande « palabre setup ».
