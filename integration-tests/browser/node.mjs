// Real `palabre` processes for the browser.

import { execFileSync, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const START = 60_000;

/** A port nobody listens on. */
async function freePort() {
    const server = createServer();
    await new Promise((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
    const { port } = server.address();
    await new Promise((resolve) => server.close(resolve));
    return port;
}

/** Starts `palabre` with these arguments in an empty folder, and waits until its output holds `ready`. */
async function start(program, parameters, environment, ready) {
    const folder = await mkdtemp(join(tmpdir(), 'palabre-browser-'));
    const child = spawn(program, parameters, { cwd: folder, env: { ...environment, NO_COLOR: '1' }, stdio: ['ignore', 'pipe', 'pipe'] });
    const node = { folder, child, output: '', running: true };
    const heard = new Promise((resolve, reject) => {
        const timer = setTimeout(() => reject(new Error(`no ${ready} within ${START} ms:\n${node.output}`)), START);
        const hear = (chunk) => {
            node.output += chunk;
            const found = node.output.match(ready);
            if (found) {
                clearTimeout(timer);
                resolve(found);
            }
        };
        child.stdout.on('data', hear);
        child.stderr.on('data', hear);
        child.once('error', reject);
        child.once('exit', (code) => {
            node.running = false;
            clearTimeout(timer);
            reject(new Error(`palabre ended with ${code}:\n${node.output}`));
        });
    });
    node.stop = async () => {
        if (node.running) {
            const gone = new Promise((resolve) => child.once('exit', resolve));
            child.kill('SIGTERM');
            await gone;
        }
        await rm(folder, { recursive: true, force: true });
    };
    try {
        node.found = await heard;
        return node;
    } catch (error) {
        await node.stop();
        throw error;
    }
}

/** A node with no configuration at all, and the one-time address of its set-up. */
export async function fresh(program) {
    const port = await freePort();
    // Plain http lets a domain carry a port, and every browser finds *.localhost on this machine.
    const environment = { PALABRE_NODE__LISTEN: `127.0.0.1:${port}`, PALABRE_FEDERATION__ALLOW_HTTP: 'true' };
    const node = await start(program, ['serve'], environment, /https?:\/\/\S*\/setup\/[\w-]+/);
    const base = `http://town.localhost:${port}`;
    const mails = () => JSON.parse(execFileSync(program, ['mail', 'list', '--json'], { cwd: node.folder, env: environment, encoding: 'utf8' }));
    return { ...node, base, setup: base + new URL(node.found[0]).pathname, mails };
}

/** The demonstration, filled, and whom one signs in as there: the administrator, then the citizen. */
export async function demo(program) {
    const port = await freePort();
    const greeting = /(http:\S+)\/login\s+as the administrator (\w+) or the citizen (\w+), password: (.+)[^]*Ctrl-C/;
    const node = await start(program, ['demo', '--port', String(port)], {}, greeting);
    const [, base, administrator, citizen, password] = node.found;
    const token = node.output.match(/Bearer (\S+?)'/)[1];
    return { ...node, base, token, accounts: [{ name: citizen, password }, { name: administrator, password }] };
}
