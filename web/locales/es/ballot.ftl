## The ballot

ballot-vote = Su voto
ballot-poll = Su respuesta
ballot-support = Su apoyo
ballot-scale = Su nota
ballot-ranking = Su clasificación
ballot-articles = Su voto, artículo por artículo
ballot-place = Opción n.º { $n }
ballot-nothing = — sin opinión —
ballot-cast = Votar
ballot-answer = Responder
ballot-do-support = Apoyar
ballot-continue = Continuar
ballot-change = Cambiar de opinión
ballot-withdraw = Retirar mi voto
ballot-why = Diga por qué:
ballot-why-link = dar un argumento
ballot-limit = { $count ->
    [one] { $n } opción como máximo.
   *[other] { $n } opciones como máximo.
}
ballot-said = Su elección:
ballot-recorded = Registrado el { $moment }.
ballot-hint-visitor = Paso siguiente: iniciar sesión o crear una cuenta. Su elección se conserva.
ballot-hint-changeable = Puede cambiar de opinión hasta el cierre.
ballot-hint-fixed = Un voto emitido no se puede cambiar.
ballot-hint-unnamed = Su nombre no aparece junto a su voto.
ballot-hint-named = Su nombre figurará junto a su voto, a la vista de todo el mundo.
ballot-integrity = Cualquiera puede volver a contar a partir del registro público. Este prueba el recuento; no oculta su voto a quien gestiona este sitio.
ballot-kept = Su elección se ha conservado. Revísela y pulse el botón para registrarla.
ballot-withdrawn = Su voto se ha retirado. Ya no cuenta.
ballot-not-open = La consulta se abre el { $moment }.
ballot-draft = Este borrador aún no está publicado. Nadie puede votar.
ballot-closed = La consulta terminó el { $moment }.

## Results

results-live = Resultados provisionales
results-final = Resultados definitivos
results-counting = Resultados, recuento en curso
results-hidden-until-close = Los resultados permanecen en secreto hasta el cierre, el { $moment }.
results-hidden-until-vote = Los resultados se muestran cuando usted ha votado, y a todo el mundo al cierre.
results-others = Los otros votos
results-others-hint = Se cuentan aparte y no se suman al resultado anterior.
results-figures = Ver las cifras
results-table = Votos según el origen de la cuenta
results-tier = Origen
results-voters = Votantes
results-question = Resultados de la pregunta: { $title }
results-goal = { $n } de un objetivo de { $goal }.
tier-member = Cuentas de este sitio
tier-partner = Sitios asociados
tier-open = Cuentas del fediverso
tier-official = Este es el resultado oficial de esta consulta.
votes = { $count ->
    [one] { $n } voto
   *[other] { $n } votos
}
finding-part = { $label } { $percent }
finding-none = Ningún voto por ahora
results-mean = Media { $mean }, mediana { $median }.
results-winner = { $label } gana.
results-tied = Empate entre { $labels }: nadie gana.
results-round = Ronda { $n }: { $counts }.
results-csv = Descargar los resultados (CSV)
