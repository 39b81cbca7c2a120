// Adds to a page that stays open what happens meanwhile. Without it there is a link that loads the page again.
'use strict';
for (const place of document.querySelectorAll('[data-live]')) {
  const told = place.querySelector('[role=status]');
  const written = new Intl.NumberFormat(document.documentElement.lang);
  const seen = { comments: 0, votes: null };
  let source = null;
  let over = false;

  const tell = () => {
    const parts = [];
    const say = (words, number) => parts.push(words.replace('0', written.format(number)));
    if (seen.comments) say(place.dataset.comments, seen.comments);
    if (seen.votes !== null) say(place.dataset.votes, seen.votes);
    told.textContent = parts.join(' ');
  };
  // Each number and bar is replaced where it stands: what is open stays open, and the focus where it is.
  const fill = (html) => {
    const fresh = new DOMParser().parseFromString(html, 'text/html');
    let changed = false;
    for (const spot of document.querySelectorAll('#results [data-count]')) {
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
  const leave = () => {
    source?.close();
    source = null;
  };
  // Only the page that is looked at listens: a browser opens few connections to one host.
  const listen = () => {
    if (document.hidden || over) return leave();
    if (source) return;
    source = new EventSource(place.dataset.live);
    source.addEventListener('comment', () => { seen.comments += 1; tell(); });
    source.addEventListener('tally', count);
    source.addEventListener('close', () => { over = true; leave(); });
  };
  document.addEventListener('visibilitychange', listen);
  addEventListener('pagehide', leave);
  addEventListener('pageshow', listen);
  listen();
}
