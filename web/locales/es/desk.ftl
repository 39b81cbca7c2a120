## Redactar, concluir y responder

method-title-scale = Escala
method-hint-scale = Un número entre otros dos, por ejemplo un presupuesto.
method-title-ranking = Clasificación
method-hint-ranking = Respuestas por orden de preferencia.
method-title-articles = Voto por artículo
method-hint-articles = A favor, abstención o en contra de cada artículo del texto.
done-attached = Se ha añadido.
done-detached = Se ha retirado.
done-extended = El cierre se ha aplazado. Todo el mundo lee por qué.
done-cancelled = La consulta está anulada. Todo el mundo lee por qué.
done-concluded = La conclusión está publicada.
done-answered = Sus respuestas están publicadas.
done-deleted = El borrador está eliminado.
write-steps = Etapas
write-step-question = Pregunta
write-step-text = Texto
write-step-participation = Participación
write-step-calendar = Calendario
write-step-review = Revisión
write-next = Guardar y continuar
write-stay = Guardar el borrador
write-leave = Continuar más tarde
write-post-caption = Como mensaje en Mastodon
write-tags = Etiquetas
write-tags-hint = Separadas por comas, diez como máximo: movilidad, plaza
write-markdown = O un archivo
write-markdown-hint = Markdown o texto simple, en UTF-8. Sustituye al texto anterior.
write-preview = Guardar y previsualizar
write-brief = En resumen
write-brief-hint = Tres líneas que se leen primero.
write-asked = Lo que pide el foro
write-asked-required = (obligatorio)
write-yes = Sí
write-no = No
write-none = Ninguno
write-beside = Junto al texto
write-beside-hint = Una imagen de portada, imágenes, documentos y enlaces.
write-beside-cover = Imagen de portada
write-beside-picture = Imagen
write-beside-document = Documento (PDF)
write-beside-link = Enlace
write-beside-kind = De qué se trata
write-beside-title = Título
write-beside-title-hint = De una imagen: lo que se ve en ella, con palabras.
write-beside-file = Archivo
write-beside-file-hint = Diez megabytes como máximo. La imagen se reescribe, sin lugar ni autor de la toma.
write-beside-url = Dirección del enlace
write-beside-url-hint = Por ejemplo https://example.org/. Solo para un enlace.
write-attach-open = Añadir una imagen, un documento o un enlace
write-attach = Añadir
write-detach = Retirar
write-shown = Tal como se leerá
write-articles-none = Ningún título: el texto es una sola pieza, sin artículos que votar.
write-articles = 
    { $count ->
        [one] Un artículo:
       *[other] { $n } artículos:
    }
write-fixed = Alguien ha votado: la forma, las respuestas y quién vota ya no cambian. Para preguntar otra cosa, anule esta consulta y publique otra.
write-how = Cómo se responde
write-options = Las respuestas
write-options-hint = De dos a veinte; diez como máximo para una clasificación. El orden puede cambiar hasta el primer voto.
write-option = Respuesta { $n }
write-option-up = Subir la respuesta { $n }
write-option-down = Bajar la respuesta { $n }
write-option-remove = Retirar la respuesta { $n }
write-option-add = Añadir una respuesta
write-of-poll = La encuesta
write-of-support = El apoyo
write-of-scale = La escala
write-scale-min = Número más bajo
write-scale-max = Número más alto
write-scale-step = Paso
write-scale-step-hint = De un número al siguiente. Vacío: 1.
write-of-articles = Cada título del texto empieza un artículo; se vota cada uno. La etapa del texto muestra la división.
write-tiers = Admitidos
write-tier-member = Las cuentas de este sitio
write-tier-partner = Las cuentas de sitios asociados
write-tier-open = Los demás, desde el fediverso
write-official = Resultado oficial
write-official-hint = El recuento que da fe. Los demás figuran aparte, cada uno con su total.
write-requires = Quién cuenta como cuenta de este sitio
write-requires-hint = Quien no lo cumple se cuenta con los demás, si están admitidos.
write-requires-account = Toda cuenta confirmada
write-requires-members = Los miembros del foro
write-requires-list = Quien figura en una lista
write-requires-oidc = Quien avala un proveedor de identidad
write-requires-codes = Quien tiene un código, sin cuenta
write-list = Lista
write-list-hint = Una de las listas de electores del foro.
write-provider = Proveedor
write-provider-hint = Ninguno: cualquiera de aquellos con los que se entra aquí.
write-codes-hint = Los códigos se crean una vez publicada la consulta, en una página para imprimir o en un archivo.
write-results = Resultados
write-named = Las papeletas llevan el nombre de los votantes
write-named-hint = Para un consejo que vota en público. La página lo dice antes de votar.
write-zone = Fechas y horas: { $zone }, horario de verano incluido.
write-extend = Aplazar el cierre
write-extend-text = Una respuesta prometida demasiado pronto se aplaza otro tanto. El motivo se publica en la página y en el fediverso.
write-extend-act = Aplazar
write-cancel = Anular la consulta
write-cancel-text = Ya no recibe votos ni comentarios. Lo expresado queda legible, como anulado.
write-cancel-act = Anular la consulta
write-reason = Motivo público
write-reason-hint = Todo el mundo lo lee.
write-missing = Antes de publicar
write-locks = Lo que después ya no cambia
write-elsewhere = Lo que verán los demás
write-stays-here = Esta consulta se queda en este sitio: nada sale al fediverso.
write-mail-caption = Como correo a quien sigue el foro
write-delete = Eliminar el borrador
write-delete-text = No queda nada de él.
write-delete-act = Eliminar
answers-title = Respuestas a los argumentos
answers-none = Ningún argumento todavía.
answers-lead = Estos argumentos encabezan cada lado. Sus respuestas salen en nombre de { $name }; deje vacío lo que responderá más tarde.
answers-see = En el debate
answers-agrees = 
    { $count ->
        [one] Una persona de acuerdo
       *[other] { $n } personas de acuerdo
    }
answers-reply = Respuesta oficial a { $name }
answers-given = Respuesta oficial
answers-waits = Todavía sin respuesta oficial.
answers-act = Publicar las respuestas
conclude-title = Concluir la consulta
conclude-figures = Cifras
conclude-choice = { $label }: { $count }
conclude-voters = 
    { $count ->
        [one] Un voto.
       *[other] { $n } votos.
    }
conclude-tier = { $tier }: { $told }
conclude-csv = Todos los resultados en CSV
conclude-overdue = Se esperaba una respuesta para el { $date }. Todo el mundo ve que falta.
conclude-say = Qué resulta de ello
conclude-hint = Publicado en la página, por correo a quien participó y en el fediverso.
conclude-decision = Decisión
conclude-decision-hint = Una frase: qué se decide, por quién.
conclude-text = Por qué, y cómo contaron las opiniones
conclude-text-hint = En Markdown. Las cifras ya están.
conclude-arguments = Respuestas a los principales argumentos
conclude-arguments-hint = De cada lado. Lo que escriba se convierte en respuesta oficial en el debate.
conclude-next = Lo que sigue
conclude-next-step = Próxima etapa
conclude-next-step-hint = Una frase, por ejemplo: empiezan las obras.
conclude-next-at = Fecha de la próxima etapa
conclude-act = Publicar la conclusión
conclude-again = Modificar la conclusión
label-markdown = Archivo
label-file = Archivo
label-next-at = Fecha de la próxima etapa
label-next-step = Próxima etapa

done-kept = Guardado.
done-test-mailed = Se le envía un correo de prueba.
done-held = Su comentario espera: la moderación lo lee antes de publicarlo.
done-decided = La decisión está tomada y comunicada a quien concierne.
done-undone = La decisión está anulada.
done-shown = El comentario está publicado.
done-rejected = El comentario no se publica, y su autor sabe por qué.
done-appeal-answered = El recurso tiene respuesta.

## La administración

today = Hoy
moderation = Moderación
today-title = Hoy, { $date }
today-todo = Por hacer
today-nothing = Nada le espera.
today-urgent = con retraso
today-no-consultation = Ninguna consulta todavía.
today-of-title = Título
today-of-state = Estado
today-of-end = Fin
today-of-comments = Comentarios
today-no-end = sin fijar
today-finish = Terminar el borrador
today-look = Ver
today-write = Rellenar
today-read = Leer
today-moderate = Moderar
today-conclude = «{ $title }» está cerrada: falta redactar su conclusión
today-conclude-act = Concluir
today-overdue = Respuesta esperada desde el { $date }. Todo el mundo lo ve.
today-promised = Respuesta prometida para el { $date }.
today-unpromised = No se prometió ninguna fecha.
today-closing = «{ $title }» se cierra el { $moment }
today-since = El más antiguo espera desde el { $moment }. Compromiso: { $hours } horas.
today-reports = 
    { $count ->
        [one] Una denuncia espera una decisión
       *[other] { $n } denuncias esperan una decisión
    }
today-held = 
    { $count ->
        [one] Un comentario espera ser leído
       *[other] { $n } comentarios esperan ser leídos
    }
today-appeals = 
    { $count ->
        [one] Un recurso espera respuesta
       *[other] { $n } recursos esperan respuesta
    }
today-newcomers = 
    { $count ->
        [one] Una cuenta nueva espera su aprobación
       *[other] { $n } cuentas nuevas esperan su aprobación
    }
today-pages = Faltan páginas que pide la ley
today-mails = 
    { $count ->
        [one] Un correo se guarda aquí en vez de salir
       *[other] { $n } correos se guardan aquí en vez de salir
    }
today-mails-hint = No hay servidor de correo: indique uno en la configuración.
today-domain = No hay nombre de dominio
today-domain-hint = Sin él, nada se intercambia con otros sitios.
health = El servidor
health-watch = (a vigilar)
health-backup = Copia de seguridad
health-backup-none = ninguna todavía
health-version = Versión
health-mails = 
    { $count ->
        [0] todos enviados
       *[other] { $n } guardados aquí
    }
health-sending = Envíos a otros sitios
health-silent = 
    { $count ->
        [0] todos los sitios responden
        [one] un sitio no responde
       *[other] { $n } sitios no responden
    }
health-jobs = Tareas de fondo
health-buried = 
    { $count ->
        [0] ninguna abandonada
       *[other] { $n } abandonadas
    }
lately-delay = plazo mediano de moderación en 90 días; prometido: { $promised }
lately-decisions = decisiones de moderación en 90 días, demasiado pocas para un plazo mediano; prometido: { $promised }
delay-minutes = { $count ->
    [one] 1 minuto
   *[other] { $n } minutos
}
delay-hours = { $count ->
    [one] 1 hora
   *[other] { $n } horas
}
health-doctor = Lo mismo en la línea de comandos, y más:
texts-title = Páginas
texts-lead = Lo que la ley y la lealtad le piden decir. Cada una parte de un modelo; los visitantes ven lo que falta.
texts-page = Página
texts-languages = Idiomas
texts-unwritten = sin redactar
texts-unfinished = inacabada
texts-written = redactada
texts-one = { $page }, { $language }
texts-blanks = Lo que está entre { $blank } es para rellenar. La página está acabada cuando no queda ninguno.
prose-unwritten = { $site } aún no ha redactado esta página. Lo que sigue viene con el programa.
prose-unfinished = { $site } no ha terminado esta página: falta lo que está entre dobles corchetes.
faq-who = ¿Quién puede responder?
faq-who-text = Cada consulta lo dice junto a la papeleta.
faq-change = ¿Puedo cambiar de opinión?
faq-change-text = Sí hasta el cierre, salvo que la consulta diga otra cosa.
faq-elsewhere = ¿Puedo participar desde Mastodon?
faq-elsewhere-text = Sí: busque la dirección de la consulta en su servidor, o siga el foro.
look-title = Aspecto
look-name = El nombre de la institución se cambia en otro lugar:
look-colours = Colores
look-colours-hint = Las palabras deben leerse: un contraste inferior a 4,5 a 1 se rechaza y se propone un color cercano.
look-brand = La cabecera de cada página
look-on-brand = Las palabras de la cabecera
look-link = Los enlaces y el botón principal
look-soft = El fondo de los recuadros
look-pairs = Cómo se leen
look-pair-on-brand = Palabras sobre la cabecera
look-pair-link = Enlaces
look-pair-brand-soft = Palabras de los recuadros
look-contrast = { $n } a 1
look-correct = Usar los colores legibles más cercanos
look-logo = Logotipo
look-logo-file = Archivo de imagen
look-logo-hint = JPEG, PNG, WebP o GIF. Se reescribe y se reduce.
look-logo-remove = Retirar el logotipo
look-words = Palabras
look-font = Tipos de letra
look-font-system = Los del aparato
look-font-humanist = Letras más redondas
look-font-serif = Con remates
look-tagline = Línea bajo el nombre
look-tagline-hint = Vacío: la habitual.
look-sharing = Texto propuesto al compartir
look-sharing-hint = Vacío: solo el título de la página.
settings-title = Ajustes
settings-domain-permanent = El nombre de dominio { $host } es definitivo: los demás servidores conocen este sitio por él.
settings-registration-open = Todo el mundo puede inscribirse.
settings-registration-approval = Todo el mundo puede pedir una cuenta; usted la aprueba.
settings-registration-invite = Solo las personas invitadas pueden inscribirse.
settings-registration-closed = Nadie puede inscribirse.
admin-forums-lead = Los comentarios pueden leerse antes de publicarse, también los de otros servidores.
admin-forums-held = Los comentarios se leen antes.
admin-forums-shown = Los comentarios aparecen enseguida.
admin-forums-hold = Leer antes los comentarios
admin-forums-show = Publicar los comentarios enseguida
mails-test = Enviarme un correo de prueba
mail-test-subject = Correo de prueba de { $site }
mail-test-body = Este sitio puede escribirle. Si este correo ha llegado a su buzón, llegarán los de todos.
setup-lead = Una página, cinco minutos. Todo podrá cambiar, salvo el nombre de dominio.
setup-domain-warning = El nombre de dominio se vuelve definitivo con la primera publicación: los demás servidores del fediverso conocen este sitio por él para siempre.
setup-mail = Correo
setup-mail-hint = Sin servidor de correo en la configuración, los mensajes se guardan y se ven en Correos.
setup-mail-test = Enviarme un correo de prueba
setup-look-hint = Un color basta: los demás se derivan de él, todos legibles.
setup-forum = El primer foro
setup-forum-hint = Un foro reúne las consultas de un asunto y puede seguirse desde fuera.
setup-forum-title-hint = Por ejemplo Movilidad. Vacío: más tarde.
setup-forum-slug-hint = En las direcciones, para siempre. Vacío: sacado del título.
setup-example = Con un ejemplo
setup-example-hint = El borrador de una consulta, que solo usted ve: modifíquelo, publíquelo o elimínelo.
example-question = Ejemplo: ¿hay que cerrar la plaza a los coches?
example-summary = Un ejemplo para probar el sitio.
example-text = La plaza sería peatonal durante un año, a prueba.
example-what = Desaparecen cuarenta plazas de aparcamiento.
example-why = El ruido y el calor.
example-outcome = El consejo decide en primavera y responde aquí.

## Moderar

mod-promise = Compromiso: una decisión en { $hours } horas. Lo más antiguo primero.
mod-reports = Denuncias
mod-held = Comentarios por leer
mod-appeals = Recursos
mod-none = Nada espera.
mod-look = Decidir
mod-log = Decisiones tomadas
mod-log-lead = Una decisión puede anularse durante treinta días.
mod-waits = 
    { $count ->
        [0] menos de una hora
        [one] { $n } hora
       *[other] { $n } horas
    }
mod-approve = Publicar
mod-reject = No publicar
mod-rule = Regla
mod-rule-hint = De las reglas publicadas. Se envía al autor y consta en el registro público.
mod-why = Con sus palabras
mod-why-hint = Opcional, y público como la regla.
mod-answer = Su respuesta
mod-answer-hint = Se envía a quien recurre.
mod-uphold = La decisión se mantiene
mod-undo = Anular la decisión
mod-report = Una denuncia
mod-reporter = Denunciado por { $name }
mod-somebody = una cuenta desaparecida
mod-thread = El mensaje en su hilo
mod-this = denunciado
mod-decide = Decidir
mod-decide-act = Tomar la decisión
mod-author = Escrito por { $name }
mod-what = Lo que decide
mod-decided = { $what }: { $reason }
mod-keep = Dejar
mod-keep-hint = No hay nada que objetar. Se informa a quien denuncia.
mod-hide = Ocultar el mensaje
mod-hide-hint = Nadie lo lee ya, aquí y en los servidores que lo acepten.
mod-suspend = Suspender a la persona
mod-suspend-hint = Sin acceso, comentario ni voto desde ahora. Los votos emitidos siguen contando.
mod-block = Rechazar todo el servidor
mod-block-hint = Ya no se recibe nada de él. Para un servidor que no modera.
mod-reason-spam = Publicidad
mod-reason-abuse = Insulto o amenaza
mod-reason-illegal = Contrario a la ley
mod-reason-off-topic = Fuera del asunto
mod-reason-other = Otra cosa
mod-state-open = Pendiente
mod-state-removed = Mensaje ocultado
mod-state-resolved = Tratado
mod-state-dismissed = Dejado en su sitio
mod-whom = A quién concierne
mod-by = por { $name }
decided-keep = Mensaje dejado en su sitio
decided-hide = Mensaje ocultado
decided-reject = Mensaje no publicado
decided-ban = Persona excluida de un foro
decided-suspend = Persona suspendida
decided-block = Servidor rechazado
modlog-title = Registro de moderación
modlog-lead = Lo que decidió la moderación, y por qué. No se nombra a nadie.
modlog-none = Ninguna decisión todavía.
modlog-date = Fecha
modlog-everywhere = Todo el sitio
modlog-undone = Anulada el { $date }
modlog-upheld = Mantenida tras recurso el { $date }
modlog-appealed = Recurrida el { $date }
appeal-title = Pedir otra lectura
appeal-of = { $what }, el { $date }
appeal-lead = Otra persona distinta de quien decidió revisa esta decisión. Recibe la respuesta por correo.
appeal-text = Por qué la decisión es incorrecta
appeal-text-hint = { $most } caracteres como máximo.
appeal-act = Enviar
appeal-done = Su recurso está en manos de la moderación. La respuesta llega por correo.
rule-respect = Respetar a las personas
rule-law = Respetar la ley
rule-matter = Ceñirse al asunto
rule-advertising = Sin publicidad

## Rechazos

refusal-already-suspended = Esta persona ya está suspendida.
refusal-not-undoable = Esta decisión no puede anularse: no queda nada que volver a publicar.
refusal-already-undone = Esta decisión ya está anulada.
refusal-undo-too-late = Una decisión puede anularse durante treinta días. Ya han pasado.
refusal-already-appealed = Ya hay un recurso contra esta decisión.
refusal-own-decision = Usted tomó esta decisión: otra persona responde al recurso.
label-brand = La cabecera de cada página
