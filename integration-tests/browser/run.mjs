// Browser tests, run by ./check: PALABRE_BIN is the program, PALABRE_OUT where pictures go. With an argument,
// `flows` or `pages`, only that part.

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import { audit } from './audit.mjs';
import { launch, signIn, visitor } from './browser.mjs';
import { flows } from './flows.mjs';
import { finish, test } from './harness.mjs';
import { demo, fresh } from './node.mjs';

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
        const anyone = await visitor(browser, node.base);
        await audit(anyone, 'visitor', ['/', '/f', '/login', '/reset'], await folder('visitor'));
        for (const who of node.accounts) {
            const page = await visitor(browser, node.base);
            await signIn(page, who.name, who.password);
            await audit(page, who.name, ['/', '/me'], await folder(who.name));
        }
    } finally {
        await node.stop();
    }
}

const browser = await launch();
for (const [name, part] of Object.entries({ flows: runFlows, pages: runAudit })) {
    if (!only || only === name) await test(name, () => part(browser));
}
await browser.close();
process.exit(finish());
