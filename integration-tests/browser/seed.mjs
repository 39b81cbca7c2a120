// More to look at than the demonstration holds: every method, and every state that a consultation can be brought to at once.

const DAY = 86_400_000;
const TEXT = '## Scope\n\nThe square is closed to motor traffic on Saturdays.\n\n## Access\n\nCarers and people with a disabled badge may drive through.\n\n## Review\n\nFigures are published in November.';
const LONG = 'Extraordinarily-long-place-names-such-as-Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch';

const METHODS = {
    scale: { kind: 'scale', min: 0, max: 10 },
    steps: { kind: 'scale', min: 0, max: 100 },
    ranking: { kind: 'ranking', options: ['The station', 'The school', 'The pool', LONG] },
    articles: { kind: 'articles' },
    none: { kind: 'none' },
};

/** Fills the demonstration's first forum; answers the addresses of what was made, by method or state. */
export async function seed(node) {
    // The name is known to browsers alone; the node listens on loopback and looks at the Host header.
    const { host, port } = new URL(node.base);
    const root = `http://127.0.0.1:${port}/api/v1`;
    const call = async (path, body) => {
        const headers = { authorization: `Bearer ${node.token}`, 'content-type': 'application/json', host };
        const answer = await fetch(root + path, { method: body ? 'POST' : 'GET', headers, body: body && JSON.stringify(body) });
        if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
        return answer.status === 204 ? null : answer.json();
    };
    const vote = async (slug, choice) => {
        const headers = { authorization: `Bearer ${node.token}`, 'content-type': 'application/json', host };
        const answer = await fetch(`${root}/consultations/${slug}/ballot`, { method: 'PUT', headers, body: JSON.stringify({ choice }) });
        if (!answer.ok) throw new Error(`ballot of ${slug}: ${answer.status} ${await answer.text()}`);
    };
    const forums = await call('/forums');
    const forum = forums.items.find((it) => it.language === 'en').slug;
    const make = async (title, more) => {
        const draft = {
            title, text: TEXT, summary: `An example: ${title}`, language: 'en', results: 'live',
            brief: { what: 'The square changes.', why: 'Noise.', outcome: 'The council answers here.' },
            closes_at: new Date(Date.now() + 9 * DAY).toISOString(), answer_by: new Date(Date.now() + 30 * DAY).toISOString(),
            ...more,
        };
        const { slug } = await call(`/forums/${forum}/consultations`, draft);
        await call(`/consultations/${slug}/publish`, {});
        return slug;
    };
    const made = {};
    for (const [name, method] of Object.entries(METHODS)) made[name] = await make(`Which of these: ${name}?`, { method });
    await vote(made.scale, ['7']);
    await vote(made.ranking, ['o2', 'o1']);
    await vote(made.articles, ['a1:for', 'a2:against']);
    made.scheduled = await make('To come?', { method: { kind: 'vote' }, opens_at: new Date(Date.now() + 2 * DAY).toISOString() });
    made.sealed = await make('Sealed until closing?', { method: { kind: 'vote' }, results: 'after_close' });
    made.closed = await make('Closed, and the answer awaited?', { method: { kind: 'vote' } });
    await vote(made.closed, ['for']);
    await call(`/consultations/${made.closed}/close`, {});
    made.concluded = await make('Concluded?', { method: { kind: 'vote' } });
    await vote(made.concluded, ['for']);
    await call(`/consultations/${made.concluded}/close`, {});
    await call(`/consultations/${made.concluded}/outcome`, { text: 'The council has voted it.', decision: 'Adopted, but for one street.' });
    made.cancelled = await make('Cancelled?', { method: { kind: 'vote' } });
    await call(`/consultations/${made.cancelled}/cancel`, { reason: 'The works are put off.' });
    return { forum, made };
}
