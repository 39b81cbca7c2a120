// Adds to a page that stays open what happens meanwhile. Without it there is a link that loads the page again.
'use strict';
for (const place of document.querySelectorAll('[data-live]')) {
  const told = place.querySelector('[role=status]');
  const seen = { comments: 0, votes: 0 };
  let source = null;
  let over = false;

  const tell = () => {
    const parts = [];
    if (seen.comments) parts.push(place.dataset.comments.replace('0', seen.comments));
    if (seen.votes) parts.push(place.dataset.votes.replace('0', seen.votes));
    told.textContent = parts.join(' ');
  };
  const count = (event) => {
    const tally = JSON.parse(event.data);
    seen.votes = tally.tiers[tally.official].voters;
    for (const [name, tier] of Object.entries(tally.tiers)) {
      for (const choice of tier.choices) {
        for (const spot of document.querySelectorAll(`[data-count="${name}:${choice.id}"]`)) spot.textContent = choice.count;
      }
    }
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
