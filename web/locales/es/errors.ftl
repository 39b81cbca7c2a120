## What went wrong

error-prefix = Error:
errors-title = { $count ->
    [one] Un punto que corregir
   *[other] { $n } puntos que corregir
}
error-back = Volver al inicio
error-not-found = Página no encontrada
error-not-found-text = No hay nada en esta dirección. Puede que haya cambiado o que no sea pública.
error-refused = Esto no es posible
error-failed = El sitio tiene una dificultad
error-failed-text = No se ha registrado nada. Vuelva a intentarlo en un momento.
error-cross-site = Este formulario viene de otro sitio: no se ha aceptado. Abra la página aquí y vuelva a intentarlo.
error-malformed = Lo enviado no es un formulario legible. Recargue la página y vuelva a intentarlo.
error-too-large = Lo enviado es demasiado grande. Acorte el texto.
error-method = Esta dirección no se usa así.

refusal-not-signed-in = Inicie sesión primero.
refusal-wrong-credentials = El nombre o la dirección y la contraseña no coinciden. Compruebe ambos.
refusal-not-confirmed = La dirección de esta cuenta aún no está confirmada. Abra el enlace recibido por correo o pida uno nuevo.
refusal-account-disabled = Esta cuenta está desactivada. Escriba a la institución.
refusal-not-allowed = Su papel no permite esto. Pídalo a quien administra el sitio.
refusal-not-eligible = Esta consulta no cuenta los votos de esta cuenta.
refusal-not-open-yet = La consulta aún no se ha abierto. Vuelva en la fecha de apertura.
refusal-closed = La consulta ha terminado: ya no admite nada.
refusal-not-open = La consulta no está abierta.
refusal-not-published = La consulta es un borrador. Publíquela primero.
refusal-already-published = La consulta ya está publicada.
refusal-not-closed = La consulta todavía no ha terminado.
refusal-cancelled = La consulta está anulada; el motivo figura en su página.
refusal-archived = La consulta está archivada: ya nada cambia en ella.
refusal-minimum-duration = En este foro una consulta permanece abierta más tiempo.
refusal-text-changed = El texto ha cambiado desde que usted lo leyó. Vuelva a leerlo y vote.
refusal-too-many-changes = Esta consulta ha cambiado demasiadas veces para cambiar otra vez.
refusal-already-closed = La consulta ya ha terminado.
refusal-wrong-method = Esta consulta no admite un voto de esta forma.
refusal-unknown-choice = Esta opción no está en la lista. Elija entre las propuestas.
refusal-nothing-chosen = Elija una respuesta y luego pulse el botón.
refusal-too-many-choices = Ha elegido demasiadas respuestas. Desmarque alguna.
refusal-repeated-choice = Una respuesta está elegida dos veces. Déjela una sola vez.
refusal-ambiguous-option = Una respuesta se llama como «o1», que el sitio usa internamente. Escríbala de otra forma.
refusal-already-voted = Su voto ya está registrado y esta consulta no permite cambiarlo.
refusal-ballot-removed = La moderación retiró el voto de esta cuenta; el motivo consta en el registro público.
refusal-superseded = Ya se cuenta un voto más reciente de esta cuenta.
refusal-results-hidden = Los resultados aún son secretos.
refusal-too-long = El texto es demasiado largo. Acórtelo.
refusal-parent-elsewhere = El mensaje al que responde ya no está o pertenece a otro debate.
refusal-unknown-article = El texto no tiene ese artículo. Elija uno en el texto.
refusal-name-taken = Este nombre está ocupado o reservado. Elija otro.
refusal-registration-closed = Este sitio no admite cuentas nuevas.
refusal-link-invalid = Este enlace ya no vale: está incompleto, usado o es demasiado antiguo. Pida uno nuevo.
refusal-already-set-up = Este sitio ya está instalado.
refusal-domain-permanent = El dominio ya no puede cambiar: otros servidores conocen este sitio por él.
refusal-federation-off = El intercambio con otros servidores está desactivado en este sitio.
refusal-peer-blocked = Este servidor está bloqueado aquí.
refusal-not-reachable = Esta dirección no responde. Compruébela y vuelva a intentarlo.
refusal-not-a-forum = Esta dirección no es la de un foro.
refusal-too-many-requests = Demasiados intentos en poco tiempo. Espere un minuto y vuelva a intentarlo.
refusal-last-administrator = Es la última persona que administra el sitio. Dé primero ese papel a otra.
refusal-already-signed-in = Ha iniciado sesión con una cuenta. Cierre la sesión primero.
refusal-idempotency-mismatch = Este envío lleva la marca de otro.
refusal-empty-import = No hay nada que importar.
refusal-import-collides = Otra cosa tiene ya una clave de esta importación: fue modificada o inventada.
refusal-import-differs = Lo importado no da los resultados que lo acompañan.
refusal-archive-broken = El registro de votos de este archivo no se sostiene.
refusal-backup-damaged = No es una copia de seguridad, o está cortada o modificada.
refusal-backup-newer = Una versión posterior del programa hizo esta copia: instale antes esa versión.
refusal-not-empty = Una copia se restaura en una base vacía: indique otra, o elimine antes esta.
refusal-invalid = Un campo no está bien rellenado.
refusal-locked = Esto ya no cambia: la consulta está publicada o hay un voto registrado. Se puede prorrogar, corregir o anular, con un motivo que todos leen.

field-required = Rellene «{ $field }».
field-too-long = «{ $field }» es demasiado largo. Acórtelo.
field-too-short = «{ $field }» es demasiado corto. Escriba al menos diez caracteres.
field-length = «{ $field }» tiene de 2 a 60 caracteres.
field-format = «{ $field }» no tiene la forma esperada. Siga el ejemplo.
field-articles = «{ $field }» no tiene artículos, o tiene demasiados. Póngale títulos, uno por artículo.
field-same = «{ $field }» no ha cambiado. Corrija algo.
field-one-line = «{ $field }» debe caber en una sola línea.
field-range = «{ $field }» está fuera de los límites.
field-past = «{ $field }» ya ha pasado. Elija una fecha futura.
field-taken = «{ $field }» está ocupado o reservado. Elija otro.
field-unknown = «{ $field }» no existe aquí. Compruébelo.
field-repeated = «{ $field }» contiene dos veces lo mismo.

field-permanent = «{ $field }» ya no cambia así: lo que ha salido del sitio no se puede retirar. Cree otro foro.
home-not-set-up = Este sitio aún no está instalado. Abra el enlace que el programa escribió en su terminal, o use la orden «palabre setup».
