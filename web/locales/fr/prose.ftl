## Pages of text

legal-who = Qui publie ce site
legal-who-text = { $site } publie ce site. Ses mentions légales complètes n’ont pas encore été saisies.
privacy-what = Ce que ce site garde
privacy-what-text = Votre adresse électronique, votre nom public, vos votes et vos commentaires. Le mot de passe n’est gardé que sous forme d’empreinte. Aucun service extérieur ne mesure votre visite.
privacy-votes = Vos votes
privacy-votes-text = Votre nom n’apparaît à côté d’un vote que si les bulletins d’une consultation sont publics, et sa page le dit. Ailleurs, le registre public nomme les votants par des pseudonymes propres à cette consultation. Qui gère ce site peut savoir qui a voté quoi : le registre prouve que le décompte est juste, il ne lui cache pas les votes.
privacy-comments = Vos commentaires
privacy-comments-text = Un commentaire est public. Il est copié sur d’autres serveurs sous votre nom public et peut y rester.
privacy-cookies = Témoins de connexion
privacy-cookies-text = Un témoin pour rester connecté, un pour la langue et un pour les couleurs. Aucun autre.
rules-talk = Débattre
rules-talk-text = On critique les idées, pas les personnes. Les insultes, les menaces, la haine et la publicité sont masquées.
rules-vote = Voter
rules-vote-text = Une personne, un vote. L’heure qui compte est celle où le vote arrive sur ce site.
accessibility-level = Niveau
accessibility-done = Ce qui est fait
accessibility-done-text = Les pages s’emploient au clavier, sans script, sur un écran étroit et agrandies deux fois. Un outil automatique les vérifie à chaque changement.
accessibility-tell = Une difficulté
accessibility-tell-text = Écrivez à { $site } : dites la page et ce qui ne va pas.
source-what = Un logiciel libre
source-what-text = Ce site emploie Palabre { $version }, sous licence AGPL-3.0-or-later. Chaque personne qui s’en sert a droit au code source de la version employée : demandez-le à { $site }.
data-what = Ce qui est ouvert
data-what-text = Chaque consultation donne ses contributions, les avis et, une fois visibles, ses votes et ses résultats en CSV, le tout en JSON, et une archive qui permet d’héberger et de recompter sans ce site. Le catalogue pour les moissonneurs (DCAT) est à /data/catalog.jsonld et /data/catalog.ttl.
archive-debate = Débat
archive-files = Fichiers
archive-count = Pour recompter les votes : palabre verify, avec cette archive.
