## What the institution commits itself to

accessibility-title = Accessibilité
accessibility-full = totalement conforme
accessibility-partial = partiellement conforme
accessibility-none = non conforme
footer-accessibility-full = Accessibilité : totalement conforme
footer-accessibility-partial = Accessibilité : partiellement conforme
footer-accessibility-none = Accessibilité : non conforme
accessibility-is-full = Totalement conforme : tous les critères sont respectés.
accessibility-is-partial = Partiellement conforme : la moitié des critères au moins sont respectés.
accessibility-is-none = Non conforme.
accessibility-no-audit = Aucun audit n’a encore été fait par un tiers.
accessibility-audit = Audit du { $date }.
accessibility-audit-by = Audit du { $date }, par { $name }.
settings-registration = Qui peut s’inscrire
settings-registration-configured = Comme dans la configuration : { $mode }
settings-hours-hint = Signalements, commentaires retenus et recours : en combien d’heures vous répondez. Chacun le lit.
settings-level-hint = Ce qu’un audit a constaté. Sans audit, la loi veut « non conforme ». Le pied de chaque page le dit.
rules-delay = Délai de réponse
rules-delay-text = Un signalement, un commentaire retenu ou un recours reçoit une réponse en { $hours } heures au plus.
label-audited-on = Date de l’audit
label-auditor = Qui a fait l’audit
label-moderation-hours = Délai de modération promis, en heures
field-future = « { $field } » est encore à venir. Indiquez une date passée.

## Work that takes long

works-title = Travaux en cours
works-lead = Ce qui dure : courriels à beaucoup de monde, fils de discussion et registres de votes apportés d’autres sites, et ce qui est importé, exporté et sauvegardé en ligne de commande. La liste garde une semaine ce qui est fini.
works-none = Rien de long ne se fait en ce moment.
works-what = Travail
works-far = Avancement
works-reached = { $done } sur { $total }
works-since = En cours depuis { $moment }
works-ended = Fini { $moment }
works-mailing = Courriels à ceux qui suivent
works-thread = Fil de discussion apporté
works-count = Registre de votes recompté
works-import = Fichier importé
works-export = Consultation exportée
works-backup = Sauvegarde, en tables
works-written = { $size } ko écrits
works-failed = Échec { $moment }
works-silent = Sans nouvelles depuis { $moment }

## A forum, and the last days

forum-tab = { $name } ({ $n })
lately-title = Trente derniers jours
lately-about = Votes reçus chaque jour, dans les consultations dont les résultats se voient
lately-here = participations d’ici
lately-elsewhere = d’autres serveurs
lately-arrivals = nouveaux comptes

## The words of each side

sides-title = Les mots des deux camps
sides-about = Mots les plus employés dans les arguments, selon le camp qui les emploie
sides-word = Mot
sides-rather-for = plutôt pour
sides-shared = partagé
sides-rather-against = plutôt contre
sides-finding = Plutôt pour : { $for }. Plutôt contre : { $against }.
