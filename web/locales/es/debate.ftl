## The debate

debate-title = El debate
debate-sort = Ordenar por
debate-sort-button = Ordenar
debate-say = Escribir un comentario
debate-questions = Preguntas y observaciones
debate-more = Ver los comentarios siguientes
sort-newest = Más recientes
sort-oldest = Más antiguos
sort-agreement = Con más acuerdo
sort-divided = Los que más dividen
sort-unanswered = Sin respuesta
stance-legend = Su comentario es más bien
stance-for = a favor
stance-against = en contra
stance-question = una pregunta
side-for = A favor
side-against = En contra
comment-title = Escribir un comentario
comment-text = Su texto
comment-hint = Una idea por mensaje, { $most } caracteres como máximo. Es público y visible en el fediverso.
comment-hint-here = Una idea por mensaje, { $most } caracteres como máximo. Se queda en este sitio.
comment-publish = Publicar el comentario
comment-first = Su comentario se copia en otros servidores con el nombre { $handle } y puede permanecer allí, aunque usted lo borre aquí.
comment-official = respuesta oficial
comment-hidden = Ocultado por la moderación.
comment-hidden-why = Ocultado por la moderación: { $reason }
comment-deleted = Borrado por la persona que lo escribió.
comment-someone = Una persona
comment-published = Su comentario está publicado.
comment-closed = La consulta ha terminado: el debate ya no admite comentarios.
comment-not-open = El debate se abre con la consulta.
comment-members = Solo comentan los miembros de este foro.
reply = Responder
reply-to = a { $name }
reply-title = Responder a { $name }
reply-cancel = No responder, escribir un comentario
replies = { $count ->
    [one] { $n } respuesta
   *[other] { $n } respuestas
}
replies-to = a { $name }
answers-to = En respuesta a { $name }
thread-on = Ver cómo sigue este hilo
opinion-agree = De acuerdo
opinion-disagree = En desacuerdo
opinion-pass = Sin opinión
opinion-of = sobre el mensaje de { $name }
comment-sign-in = Inicie sesión o cree una cuenta para comentar.
comment-elsewhere = Usted escribe desde su servidor: responda allí, y sus palabras estarán aquí.
comment-official-tick = Respuesta oficial, en nombre de { $name }
debate-all = Ver todo el debate
debate-csv = Descargar los comentarios (CSV)
