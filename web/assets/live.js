// Adds to a page that stays open what happens meanwhile. Without it there is a link that loads the page again.
'use strict';
/** A rush of comments is told once, after this many milliseconds. */
const REST = 1000;

for (const place of document.querySelectorAll('[data-live]')) {
  const told = place.querySelector('[role=status]');
  // The way to comments that are not on the page yet; no page without comments has one.
  const way = place.querySelector('[data-new]');
  const written = new Intl.NumberFormat(document.documentElement.lang);
  const seen = { comments: 0, votes: null };
  let source = null;
  let over = false;
  let waits = null;

  const tell = () => {
    waits = null;
    const parts = [];
    if (seen.comments === 1) parts.push(place.dataset.one);
    if (seen.comments > 1) parts.push(place.dataset.more.replace('2', written.format(seen.comments)));
    if (seen.votes !== null) parts.push(place.dataset.votes.replace('0', written.format(seen.votes)));
    told.textContent = parts.join(' ');
    if (way) way.hidden = seen.comments === 0;
  };
  const soon = () => { waits ??= setTimeout(tell, REST); };
  // Each number and bar is replaced where it stands: what is open stays open, and the focus where it is.
  const fill = (html) => {
    const fresh = new DOMParser().parseFromString(html, 'text/html');
    let changed = false;
    for (const spot of document.querySelectorAll('[data-count]')) {
      const now = fresh.querySelector(`[data-count="${CSS.escape(spot.dataset.count)}"]`);
      if (!now || now.innerHTML === spot.innerHTML) continue;
      spot.replaceChildren(...now.childNodes);
      changed = true;
    }
    return changed;
  };
  const count = (event) => {
    const tally = JSON.parse(event.data);
    if (!fill(tally.html)) return;
    seen.votes = tally.tiers[tally.official].voters;
    tell();
  };
  const comment = () => {
    if (!way) return;
    seen.comments += 1;
    soon();
  };
  const leave = () => {
    source?.close();
    source = null;
  };
  // Only the page that is looked at listens: a browser opens few connections to one host.
  const listen = () => {
    if (document.hidden || over) return leave();
    if (source) return;
    source = new EventSource(place.dataset.live);
    source.addEventListener('comment', comment);
    source.addEventListener('tally', count);
    source.addEventListener('close', () => { over = true; leave(); });
  };
  // Where the page already shows the newest first, its link would only move to the place: it is to be loaded again.
  way?.addEventListener('click', (event) => {
    if (way.pathname + way.search !== location.pathname + location.search) return;
    event.preventDefault();
    location.hash = way.hash;
    location.reload();
  });
  document.addEventListener('visibilitychange', listen);
  addEventListener('pagehide', leave);
  addEventListener('pageshow', listen);
  listen();
}
