## Pages of text

legal-who = Qui publie ce site
legal-who-text = { $site } publie ce site. Ses mentions légales complètes n’ont pas encore été saisies.
privacy-what = Ce que ce site garde
privacy-what-text = Votre adresse électronique, votre nom public, vos votes et vos commentaires. Le mot de passe n’est gardé que sous forme d’empreinte. Aucun service extérieur ne mesure votre visite.
privacy-votes = Vos votes
privacy-votes-text = Votre nom n’apparaît jamais à côté d’un vote. Seuls les totaux sont publiés.
privacy-comments = Vos commentaires
privacy-comments-text = Un commentaire est public. Il est copié sur d’autres serveurs sous votre nom public et peut y rester.
privacy-cookies = Témoins de connexion
privacy-cookies-text = Un témoin pour rester connecté, un pour la langue et un pour les couleurs. Aucun autre.
rules-talk = Débattre
rules-talk-text = On critique les idées, pas les personnes. Les insultes, les menaces, la haine et la publicité sont masquées.
rules-vote = Voter
rules-vote-text = Une personne, un vote. L’heure qui compte est celle où le vote arrive sur ce site.
accessibility-level = Niveau
accessibility-level-text = Non conforme : aucun audit n’a encore été fait par un tiers.
accessibility-done = Ce qui est fait
accessibility-done-text = Les pages s’emploient au clavier, sans script, sur un écran étroit et agrandies deux fois. Un outil automatique les vérifie à chaque changement.
accessibility-tell = Une difficulté
accessibility-tell-text = Écrivez à { $site } : dites la page et ce qui ne va pas.
source-what = Un logiciel libre
source-what-text = Ce site emploie Palabre { $version }, sous licence AGPL-3.0-or-later. Chaque personne qui s’en sert a droit au code source de la version employée : demandez-le à { $site }.
data-what = Ce qui est ouvert
data-what-text = Chaque consultation publique donne ses commentaires et, une fois visibles, ses résultats en CSV et en JSON. Les fichiers sont proposés sur la page de la consultation.
