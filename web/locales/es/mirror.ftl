## Participar en consultas de otros sitios

assurance-none = no se sabe nada de esta cuenta
assurance-email = su dirección de correo está confirmada
assurance-list = figura en una lista de electores
assurance-oidc = un servicio de acceso responde por ella
assurance-code = tiene un código de un solo uso
elsewhere-assured = Con su voto, { $host } sabe esto de su cuenta: { $how }.
elsewhere-waiting = En espera de { $host }. Su voto sale en cuanto ese sitio responda.
elsewhere-sent = Enviado a { $host }, que todavía no ha respondido.
elsewhere-accepted = { $host } cuenta este voto. Su recibo se está comprobando.
elsewhere-signed = { $host } cuenta este voto. Su recibo está firmado por ese sitio.
elsewhere-in-log = { $host } cuenta este voto. Es la entrada { $n } de su registro público: lo hemos comprobado.
elsewhere-receipt-broken = { $host } dice que cuenta este voto, pero su recibo no es válido. Avise a ese sitio.
elsewhere-refused = { $host } no cuenta su último voto: { $why }
elsewhere-withdrawing = En espera de { $host }. Su voto se retira en cuanto ese sitio responda.
elsewhere-withdrawal-sent = La retirada se ha enviado a { $host }, que todavía no ha respondido.
elsewhere-hint-changeable = { $host } cuenta su voto. Puede cambiar de opinión hasta el cierre.
elsewhere-hint-fixed = { $host } cuenta su voto. Un voto emitido no se puede cambiar.
elsewhere-guest = Está aquí con una cuenta de otro servidor: vote en { $host } o desde su servidor.
elsewhere-verified = Hemos vuelto a contar estos resultados con el registro público de { $host } el { $moment }.
elsewhere-fault = Lo que { $host } publicó el { $moment } no se deduce de su propio registro. No se muestra.
elsewhere-hidden = { $host } mantiene por ahora en secreto los resultados de esta consulta.
elsewhere-uncounted = Los resultados de { $host } todavía no se han vuelto a contar aquí: no se muestra ninguno.
elsewhere-locked = Los moderadores de { $host } cerraron este debate.
elsewhere-comment-hint = Una idea por mensaje, { $most } caracteres como máximo. Es público y se envía a { $host }.
elsewhere-note-waiting = En espera de { $host }
elsewhere-note-sent = Enviado a { $host }, todavía no se muestra allí
elsewhere-note-failed = { $host } no aceptó este comentario
elsewhere-reply = Responder
elsewhere-edit = Editar mi comentario
elsewhere-delete = Borrar mi comentario
elsewhere-before = Versiones anteriores del texto
elsewhere-version = Versión { $n },
elsewhere-until = hasta el { $date }

## Encontrar foros en otros sitios

follow-find = Buscar un foro o un debate de otro sitio
follow-look = Buscar
follow-languages = Idiomas: { $list }
follow-rules = Reglas del sitio de { $name }
follow-latest = Últimos debates
follow-latest-none = Todavía no se ve ninguno.
follow-found = Lo que conocemos
follow-found-none = Nada de lo conocido aquí contiene estas palabras.
follow-not = sin seguir

## Los otros sitios, para la administración

sites = Otros sitios
sites-lead = Diga cómo trata este sitio a cada uno de los demás, y por qué.
sites-network = Ver la red y los foros seguidos
sites-saved = Está guardado.
sites-faults = Lo que no se sostiene
sites-known = Sitios de los que se dice algo
sites-none = No se dice nada de ningún sitio: todos reciben el mismo trato.
sites-change = Modificar
sites-believed = Se le cree sobre sus usuarios cuando dice: { $list }
sites-believed-never = nunca
sites-treat = Cómo tratar a un sitio
sites-host = Nombre del sitio
sites-host-hint = Por ejemplo consultations.valmont.example
sites-policy = Este sitio está
sites-admits = Se cree a un socio sobre sus usuarios cuando dice
sites-admits-hint = Los votos de las personas de las que no dice nada de esto cuentan con los de cualquier otro servidor.
sites-public = Razón, para todo el mundo
sites-public-hint = Figura en la lista pública.
sites-private = Notas, entre administradores
sites-save = Guardar
sites-forget = Tratarlo de nuevo como a los demás
policy-allow = permitido
policy-allow-hint = Se le trata como a los demás, y se le escucha incluso donde solo se escucha a los sitios nombrados.
policy-silence = silenciado
policy-silence-hint = Lo que envía se recibe, y se muestra solo a quien lo pide.
policy-block = rechazado
policy-block-hint = No se recibe nada de él ni se le envía nada.
policy-partner = asociado
policy-partner-hint = Se cree su palabra sobre sus usuarios: votan como los de un sitio asociado, donde una consulta lo admite.

## Lo que ya no existe, se rechaza o está alterado

elsewhere-note-refused = Rechazado por { $host }: { $why }
elsewhere-gone = Una consulta de { $host } que ya no existe
elsewhere-gone-deleted = { $host } ha borrado esta consulta.
elsewhere-gone-removed = La moderación de { $host } ha retirado esta consulta.
elsewhere-gone-why = La moderación de { $host } ha retirado esta consulta: { $reason }
elsewhere-gone-hint = Su texto ya no se conserva aquí.
elsewhere-gone-others = Ver otras consultas recibidas
elsewhere-altered = El { $moment }, lo que se conserva aquí no era lo que { $host } ha firmado. Lea el original.
elsewhere-restored = El { $moment }, lo que se conservaba aquí no era lo que { $host } ha firmado. El texto firmado está de nuevo aquí.
