## What the institution commits itself to

accessibility-title = Accesibilidad
accessibility-full = plenamente conforme
accessibility-partial = parcialmente conforme
accessibility-none = no conforme
footer-accessibility-full = Accesibilidad: plenamente conforme
footer-accessibility-partial = Accesibilidad: parcialmente conforme
footer-accessibility-none = Accesibilidad: no conforme
accessibility-is-full = Plenamente conforme: se cumplen todos los criterios.
accessibility-is-partial = Parcialmente conforme: se cumple al menos la mitad de los criterios.
accessibility-is-none = No conforme.
accessibility-no-audit = Ningún tercero ha realizado todavía una auditoría.
accessibility-audit = Auditoría del { $date }.
accessibility-audit-by = Auditoría del { $date }, por { $name }.
settings-registration = Quién puede registrarse
settings-registration-configured = Como en la configuración: { $mode }
settings-hours-hint = Avisos, comentarios retenidos y recursos: en cuántas horas responde usted. Todos lo leen.
settings-level-hint = Lo que constató una auditoría. Sin ella, la ley quiere «no conforme». El pie de cada página lo dice.
rules-delay = Plazo de respuesta
rules-delay-text = Un aviso, un comentario retenido o un recurso recibe respuesta en { $hours } horas como máximo.
label-audited-on = Fecha de la auditoría
label-auditor = Quién hizo la auditoría
label-moderation-hours = Plazo de moderación prometido, en horas
field-future = «{ $field }» aún está por llegar. Indique una fecha pasada.

## Work that takes long

works-title = Trabajos en curso
works-lead = Lo que dura: correos a muchas personas, hilos y registros de votos traídos de otros sitios, y lo que se importa, se exporta y se guarda desde la línea de comandos. La lista guarda una semana lo que ha terminado.
works-none = Ahora no se hace nada largo.
works-what = Trabajo
works-far = Avance
works-reached = { $done } de { $total }
works-since = En curso desde { $moment }
works-ended = Terminado { $moment }
works-mailing = Correos a quienes siguen
works-thread = Hilo traído
works-count = Registro de votos recontado
works-import = Archivo importado
works-export = Consulta exportada
works-backup = Copia de seguridad, en tablas
works-written = { $size } kB escritos
works-failed = Fallo { $moment }
works-silent = Sin noticias desde { $moment }

## A forum, and the last days

forum-tab = { $name } ({ $n })
lately-title = Los últimos treinta días
lately-about = Votos recibidos cada día, en las consultas cuyos resultados se ven
lately-here = participaciones de aquí
lately-elsewhere = de otros servidores
lately-arrivals = cuentas nuevas

## The words of each side

sides-title = Las palabras de cada lado
sides-about = Las palabras más usadas en los argumentos, según el lado que las usa
sides-word = Palabra
sides-rather-for = más bien a favor
sides-shared = compartida
sides-rather-against = más bien en contra
sides-finding = Más bien a favor: { $for }. Más bien en contra: { $against }.
