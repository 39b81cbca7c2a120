## The frame of every page

tagline = La palabra a los vecinos
skip = Ir al contenido
nav-main = Navegación principal
nav-crumb = Ruta de navegación
nav-page = En esta página
nav-states = Consultas por estado
home = Inicio
consultations = Consultas
consultation = Consulta
forums = Foros
forum = Foro
federation = Federación
admin = Administración
sign-in = Iniciar sesión
sign-out = Cerrar sesión
cancel = Cancelar
save = Guardar
list-more = Ver más
banner-no-domain = No hay ningún dominio configurado: este sitio no intercambia nada con otros servidores.
banner-example = Ejemplo: esta consulta sirve para probar el sitio. Las personas y los lugares son inventados.

## Footer

footer-legal = Aviso legal
footer-privacy = Datos personales
footer-rules = Reglas de moderación
footer-data = Datos abiertos
footer-source = Código fuente
footer-languages = Idioma
footer-theme = Colores
theme-light = Claro
theme-dark = Oscuro
theme-system = Como mi dispositivo
footer-node-alone = { $host }. Software libre.
footer-node = { $host }, conectado al fediverso. Software libre.

## Home and lists

home-lead = Lea, debata, vote. Cada consulta dice qué pasa con su opinión.
home-open = Puede participar ahora
home-none-open = No hay ninguna consulta abierta en este momento.
home-soon = Terminan pronto
home-closed = Terminadas
forums-none = Todavía no hay ningún foro.
forum-handle = En Mastodon:
forum-empty = Ninguna consulta aquí por ahora.
forum-tagged = Con la etiqueta #{ $tag }
forum-open = Abiertas
forum-soon = Próximas
forum-closed = Terminadas
forum-drafts = Borradores
forum-part = { $part }: { $title }
forum-new = Crear una consulta
forum-edit = Modificar el foro
forum-create = Crear un foro

## What a consultation is

state-draft = Borrador
state-scheduled = Programada
state-open = Abierta
state-closed = Terminada
state-concluded = Concluida
state-cancelled = Anulada
state-archived = Archivada
method-vote = voto a favor o en contra
method-poll = encuesta
method-support = apoyo
method-scale = escala
method-ranking = clasificación
method-articles = voto por artículo
method-none = debate sin voto
comments-count = { $count ->
    [one] { $n } comentario
   *[other] { $n } comentarios
}
voters = { $count ->
    [one] { $n } votante
   *[other] { $n } votantes
}
closed-on = Terminada el { $date }
opens-on = Se abre el { $date }
open-until = Abierta hasta el
opens-at = Se abre el
closed-at = Terminada el
proposed-by = Propuesto por { $name }
published-on = Texto del { $date }
edited-on = modificado el { $date }
change-extended = Prorrogada el { $date }: { $reason }
change-cancelled = Anulada el { $date }: { $reason }
change-corrected = Corregida el { $date }: { $reason }
answer-by = Respuesta prometida para el { $date }
moved-from = Procede de { $host }
moved-on = Procede de { $host }, acogida aquí el { $date }
brief = En resumen
brief-what = Qué cambia
brief-why = Por qué
brief-outcome = Qué pasará con su opinión
jump-read = Leer
jump-vote = Votar
jump-results = Resultados
jump-debate = Debatir ({ $n })
text-title = El texto sometido a debate
fediverse-title = Desde Mastodon
fediverse-how = Cómo hacerlo
fediverse-vote = Busque esta dirección en su aplicación y sígala, luego responda a la encuesta o comente. Mastodon no permite cambiar un voto: para cambiarlo, vote aquí.
fediverse-support = Busque esta dirección en su aplicación y sígala. Marcar la consulta como favorita vale como apoyo.
fediverse-talk = Busque esta dirección en su aplicación y sígala, luego comente.

## Dates and numbers

date = 
    { $day } de { $month } de { $year }
moment = { $weekday } { $day } de { $month } de { $year } a las { $hour2 }:{ $minute } ({ $zone })
zone-consonant = hora de { $city }
zone-vowel = hora de { $city }
percent = { $n } %
left-days = { $count ->
    [one] Queda { $n } día
   *[other] Quedan { $n } días
}
left-hours = { $count ->
    [one] Queda { $n } hora
   *[other] Quedan { $n } horas
}
left-less-than-an-hour = Queda menos de una hora
weekday-1 = lunes
weekday-2 = martes
weekday-3 = miércoles
weekday-4 = jueves
weekday-5 = viernes
weekday-6 = sábado
weekday-7 = domingo
month-1 = enero
month-2 = febrero
month-3 = marzo
month-4 = abril
month-5 = mayo
month-6 = junio
month-7 = julio
month-8 = agosto
month-9 = septiembre
month-10 = octubre
month-11 = noviembre
month-12 = diciembre
nav-new = Crear
