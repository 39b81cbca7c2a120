## The ballot

ballot-vote = Votre vote
ballot-poll = Votre réponse
ballot-support = Votre soutien
ballot-scale = Votre note
ballot-ranking = Votre classement
ballot-articles = Votre vote, article par article
ballot-place = Choix n° { $n }
ballot-nothing = — sans avis —
ballot-cast = Voter
ballot-answer = Répondre
ballot-do-support = Soutenir
ballot-continue = Continuer
ballot-change = Changer d’avis
ballot-withdraw = Retirer mon vote
ballot-why = Dites pourquoi :
ballot-why-link = donner un argument
ballot-limit = { $count ->
    [one] { $n } choix au plus.
   *[other] { $n } choix au plus.
}
ballot-said = Votre choix :
ballot-recorded = Enregistré le { $moment }.
ballot-hint-visitor = Étape suivante : vous connecter ou créer un compte. Votre choix est gardé.
ballot-hint-changeable = Vous pouvez changer d’avis jusqu’à la clôture.
ballot-hint-fixed = Un vote donné ne peut pas être changé.
ballot-hint-unnamed = Votre nom n’apparaît pas à côté de votre vote.
ballot-hint-named = Votre nom figurera à côté de votre vote, lisible par tout le monde.
ballot-integrity = Chacun peut recompter à partir du registre public. Il prouve le décompte ; il ne cache pas votre vote à qui gère ce site.
ballot-kept = Votre choix a été gardé. Relisez-le, puis appuyez sur le bouton pour l’enregistrer.
ballot-withdrawn = Votre vote est retiré. Il ne compte plus.
ballot-not-open = La consultation ouvre le { $moment }.
ballot-draft = Ce brouillon n’est pas encore publié. Personne ne peut voter.
ballot-closed = La consultation est terminée depuis le { $moment }.

## Results

results-live = Résultats provisoires
results-final = Résultats définitifs
results-counting = Résultats, décompte en cours
results-hidden-until-close = Les résultats restent secrets jusqu’à la clôture, le { $moment }.
results-hidden-until-vote = Les résultats s’affichent une fois que vous avez voté, et pour tout le monde à la clôture.
results-others = Les autres votes
results-others-hint = Ils sont comptés à part et ne s’ajoutent pas au résultat ci-dessus.
results-figures = Voir les chiffres
results-table = Votes selon l’origine du compte
results-tier = Origine
results-voters = Votants
results-question = Résultats de la question : { $title }
results-goal = { $n } sur un objectif de { $goal }.
tier-member = Comptes de ce site
tier-partner = Sites partenaires
tier-open = Comptes du fédivers
tier-official = C’est le résultat officiel de cette consultation.
votes = { $count ->
    [one] { $n } vote
   *[other] { $n } votes
}
finding-part = { $label } { $percent }
finding-none = Aucun vote pour le moment
results-mean = Moyenne { $mean }, médiane { $median }.
results-winner = { $label } l’emporte.
results-tied = Égalité entre { $labels } : personne ne l’emporte.
results-round = Tour { $n } : { $counts }.
results-csv = Télécharger les résultats (CSV)
