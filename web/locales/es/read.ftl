## Pictures

chart-csv = Descargar en CSV

## The frame

nav-menu = Menú
nav-search = Buscar
nav-help = Ayuda
footer-modlog = Registro de moderación
footer-faq = Preguntas frecuentes
field-contrast = { $field }: este texto y este fondo se distinguen mal. Elija un contraste de al menos 4,5 a 1.
label-on-brand = Texto del encabezado
label-link = Enlaces y botones
label-brand-soft = Fondo de los recuadros

day = { $day } de { $month }

## Results and pictures

results-heading = Resultados:
results-of = Resultados: { $title }
results-choice = Opción
results-votes = Votos
results-table-choices = Votos de cada opción
results-more = Todos los resultados
results-no-vote = Es un debate sin voto: no hay resultados que mostrar.
pictures = En imágenes
picture-none = No hay nada que mostrar por ahora.
picture-scale = ¿Cómo se reparten las notas?
picture-tiers = ¿Quién votó qué, según el origen de la cuenta?
picture-days = La participación, día a día
picture-days-about = Votos recibidos cada día
picture-weeks-about = Votos recibidos cada semana
picture-days-finding = El máximo: { $most }, el { $day }.
picture-day = Día
picture-months = Los votos, mes a mes
picture-months-about = Votos recibidos cada mes, doce meses como máximo
picture-months-finding = El máximo: { $most }, en { $month }.
picture-month = Mes
picture-here = Este sitio y sus socios
agreement-heading = Lo que se comparte
agreement-title = ¿Qué argumentos reúnen acuerdo?
agreement-about = Un punto por argumento, situado según la parte de lectores de acuerdo.
agreement-share = { $percent } de acuerdo
agreement-finding = En cabeza: «{ $quote }», { $percent } de acuerdo.
agreement-argument = Argumento
agreement-for = Argumento a favor
agreement-against = Argumento en contra
agreement-other = Pregunta u observación
unites-title = Lo que une
unites-said = De acuerdo: { $for } de quienes votan a favor y { $against } de quienes votan en contra, entre quienes dieron su opinión sobre este argumento.

## What becomes of it

answer-awaited = Respuesta prometida para el { $date }.
answer-overdue = Respuesta pendiente desde el { $date }.
answer-given = Respuesta publicada el { $date }.
answer-read = Leer la respuesta
decision = Decisión:
home-changed = Lo que sus opiniones han cambiado

## The ballot alone

ballot-none = Debate sin voto
ballot-none-text = Aquí se dan argumentos; no se vota.
ballot-none-go = Ir al debate
ballot-number = Su nota
ranking-empty = Añada sus opciones una a una, primero la preferida. Puede dejar algunas fuera.
ranking-rest = Sin clasificar
ranking-add = Añadir
ranking-up = Subir { $label }
ranking-down = Bajar { $label }
ranking-drop = Quitar { $label } de la clasificación
ranking-placed = { $label }: puesto { $place }. Todavía no se ha registrado nada.
ranking-left = { $label } no está en la clasificación. Todavía no se ha registrado nada.

## Links out

more-title = Imprimir, reutilizar, integrar
more-print = Imprimir
more-data = Datos
more-embed = Integrar en un sitio
more-embed-code = Código para copiar
more-embed-hint = Sin cookies ni scripts. Muestra lo que todo el mundo puede ver.
embed-from = Consulta de { $name }
embed-go = Dar mi opinión
new-window = (ventana nueva)
print-of = Para imprimir: { $title }
print-hint = Imprima esta página con su navegador: no lleva menú ni botones.
print-at = Estado a { $moment }.
back-consultation = Volver a la consulta
data-json = Resultados (JSON)
data-ballots = Papeletas sin nombre (CSV)

## A forum

list-newest = Las más recientes
list-closing = Las que cierran antes
stats-link = El foro en cifras
stats-title = En cifras
stats-of = { $title }: el foro en cifras
stats-about = Contado sobre las consultas cuyos resultados puede ver todo el mundo.
stats-none = Por ahora ningún resultado es visible para todo el mundo.
stats-participants = participantes
stats-closed = consultas terminadas
stats-answered = plazo mediano de respuesta
stats-open = de los votos vienen del fediverso
stats-days = { $count ->
    [one] { $n } día
   *[other] { $n } días
}
