## Pages of text

legal-who = Quién publica este sitio
legal-who-text = { $site } publica este sitio. Su aviso legal completo aún no se ha introducido.
privacy-what = Lo que guarda este sitio
privacy-what-text = Su correo electrónico, su nombre público, sus votos y sus comentarios. De la contraseña solo se guarda una huella. Ningún servicio externo mide su visita.
privacy-votes = Sus votos
privacy-votes-text = Su nombre solo aparece junto a un voto cuando las papeletas de una consulta son públicas, y su página lo dice. En las demás, el registro público nombra a los votantes con seudónimos propios de esa consulta. Quien gestiona este sitio puede saber quién votó qué: el registro prueba que el recuento es correcto, no le oculta los votos.
privacy-comments = Sus comentarios
privacy-comments-text = Un comentario es público. Se copia en otros servidores con su nombre público y puede permanecer allí.
privacy-cookies = Cookies
privacy-cookies-text = Una para mantener la sesión, una para el idioma y una para los colores. Ninguna más.
rules-talk = Debatir
rules-talk-text = Se critican las ideas, no las personas. Los insultos, las amenazas, el odio y la publicidad se ocultan.
rules-vote = Votar
rules-vote-text = Una persona, un voto. La hora que cuenta es aquella en que el voto llega a este sitio.
accessibility-level = Nivel
accessibility-done = Qué está hecho
accessibility-done-text = Las páginas funcionan con teclado, sin script, en una pantalla estrecha y ampliadas al doble. Una herramienta automática las comprueba en cada cambio.
accessibility-tell = Una dificultad
accessibility-tell-text = Escriba a { $site }: diga qué página y qué falla.
source-what = Software libre
source-what-text = Este sitio usa Palabre { $version }, con licencia AGPL-3.0-or-later. Toda persona que lo utiliza tiene derecho al código fuente de la versión en uso: pídalo a { $site }.
data-what = Qué está abierto
data-what-text = Cada consulta da sus comentarios, las opiniones y, una vez visibles, sus votos y resultados en CSV, todo en JSON, y un archivo con el que alojar y contar de nuevo sin este nodo. El catálogo para recolectores (DCAT) está en /data/catalog.jsonld y /data/catalog.ttl.
archive-debate = Debate
archive-files = Archivos
archive-count = Para contar de nuevo los votos: palabre verify, con este archivo.
