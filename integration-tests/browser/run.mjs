// Browser tests, run by ./check: PALABRE_BIN is the program, PALABRE_OUT where pictures go. With an argument,
// `flows` or `pages`, only that part.

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import { audit, examine } from './audit.mjs';
import { launch, signIn, visitor } from './browser.mjs';
import { flows, rankWithKeys } from './flows.mjs';
import { finish, test } from './harness.mjs';
import { demo, fresh } from './node.mjs';
import { seed } from './seed.mjs';

const program = process.env.PALABRE_BIN;
const out = process.env.PALABRE_OUT;
const only = process.argv[2];

async function folder(name) {
    const path = join(out, name);
    await mkdir(path, { recursive: true });
    return path;
}

async function runFlows(browser) {
    const node = await fresh(program);
    try {
        await flows(browser, node, await folder('flows'));
    } finally {
        await node.stop();
    }
}

async function runAudit(browser) {
    const node = await demo(program);
    try {
        const { forum, made } = await seed(node);
        const anyone = await visitor(browser, node.base);
        const parts = ['', '/ballot', '/results', '/print', '/embed'];
        const looked = Object.values(made).flatMap((slug) => parts.map((part) => `/c/${slug}${part}`));
        const out = await folder('visitor');
        for (const path of looked) await examine(anyone, 'visitor', path, out);
        await audit(anyone, 'visitor', ['/', '/f', `/f/${forum}/stats`, '/login', '/reset'], out);
        await inOthersLanguages(browser, node, made);
        const ranks = 'a ranking by buttons, without JavaScript and with the keyboard alone';
        await test(ranks, () => rankWithKeys(node.base, node.accounts[0], made.ranking));
        for (const who of node.accounts) {
            const page = await visitor(browser, node.base);
            await signIn(page, who.name, who.password);
            await audit(page, who.name, ['/', '/me'], await folder(who.name));
        }
    } finally {
        await node.stop();
    }
}

/** What overflows does so first in the longest words: the pages that people vote on, in the other languages. */
async function inOthersLanguages(browser, node, made) {
    for (const locale of ['fr-FR', 'es-ES']) {
        const page = await visitor(browser, node.base, { locale });
        const out = await folder(locale);
        for (const name of ['ranking', 'articles', 'scale', 'concluded']) await examine(page, locale, `/c/${made[name]}`, out);
        await examine(page, locale, '/', out);
        await page.context().close();
    }
}

// Side by side, each with a node and a browser of its own: one waits while the other is drawn.
await Promise.all(
    Object.entries({ flows: runFlows, pages: runAudit }).map(async ([name, part]) => {
        if (only && only !== name) return;
        const browser = await launch();
        await test(name, () => part(browser));
        await browser.close();
    }),
);
process.exit(finish());
