// A server of the fediverse that is made with Fedify: one person, whose acts the test commands.
//
//   node peer.mjs HOST HOSTS DIALECT UNDERSTANDS
//
// HOSTS is JSON, {host: port}. DIALECT is what it signs with first, UNDERSTANDS the one dialect that its inbox takes, or
// `both`. `POST /do` does what the test says, `GET /received` tells what came. Writes "ready" when it answers.
import { Temporal } from '@js-temporal/polyfill';
import { createServer } from 'node:http';
import { isDeepStrictEqual } from 'node:util';
import { createFederation, generateCryptoKeyPair, MemoryKvStore, verifyProof, verifyRequestDetailed } from '@fedify/fedify';
import * as v from '@fedify/fedify/vocab';
import { collected, flat, install } from './net.mjs';

const [host, table, dialect, understands] = process.argv.slice(2);
const hosts = JSON.parse(table);
install(hosts);

const origin = `http://${host}`;
const received = [];
const objects = new Map();
const pairs = [await generateCryptoKeyPair('RSASSA-PKCS1-v1_5'), await generateCryptoKeyPair('Ed25519')];
const federation = createFederation({ kv: new MemoryKvStore(), origin, allowPrivateAddress: true, firstKnock: dialect });

federation
  .setActorDispatcher('/users/{identifier}', async (ctx, identifier) => {
    if (identifier !== 'fay') return null;
    const keys = await ctx.getActorKeyPairs(identifier);
    return new v.Person({
      id: ctx.getActorUri(identifier),
      preferredUsername: identifier,
      name: 'Fay',
      inbox: ctx.getInboxUri(identifier),
      endpoints: new v.Endpoints({ sharedInbox: ctx.getInboxUri() }),
      publicKey: keys[0].cryptographicKey,
      assertionMethods: keys.map((key) => key.multikey),
    });
  })
  .setKeyPairsDispatcher(() => pairs);
federation.setObjectDispatcher(v.Note, '/notes/{id}', (ctx, { id }) => objects.get(ctx.getObjectUri(v.Note, { id }).href) ?? null);

const inbox = federation.setInboxListeners('/users/{identifier}/inbox', '/inbox');
for (const kind of [v.Accept, v.Reject, v.Announce, v.Create, v.Update, v.Delete, v.Undo]) {
  inbox.on(kind, async (_, activity) => {
    received.find((one) => one.id === activity.id?.href).handled = true;
  });
}

const context = () => federation.createContext(new URL(origin));
const loaders = () => ({ documentLoader: context().documentLoader, contextLoader: context().contextLoader });

/// Whether each proof in a document, and in what it carries, is that of whoever it says made it.
async function proofs(document) {
  if (document === null || typeof document !== 'object') return [];
  const inner = await proofs(document.object);
  // What it said itself comes back with the signature that Fedify put in after its proof, which that breaks.
  if (!document.proof || document.actor === fay.href) return inner;
  const proof = await v.DataIntegrityProof.fromJsonLd({ '@context': 'https://w3id.org/security/data-integrity/v1', ...document.proof }, loaders());
  const key = await verifyProof(document, proof, loaders());
  return [{ type: document.type, by: key?.controllerId?.href ?? null }, ...inner];
}

async function arrive(request) {
  const spoken = request.headers.has('signature-input') ? 'rfc9421' : 'draft-cavage-http-signatures-12';
  if (understands !== 'both' && spoken !== understands) return new Response(null, { status: 401 });
  const verified = await verifyRequestDetailed(request.clone(), { ...loaders(), spec: spoken });
  const activity = await request.clone().json();
  const key = verified.verified ? verified.key.id.href : null;
  received.push({ id: activity.id, dialect: spoken, key, reason: verified.reason?.type, activity, proofs: await proofs(activity), handled: false });
  return await federation.fetch(request, { contextData: undefined });
}

let made = 0;
const identity = (of) => new URL(`${origin}/${of}/${++made}`);
const fay = new URL(`${origin}/users/fay`);

/// The activity that the test asks for.
async function activity(asked) {
  const object = asked.on && new URL(asked.on);
  const common = { id: identity('activities'), actor: fay, to: v.PUBLIC_COLLECTION };
  switch (asked.act) {
    case 'follow':
      return new v.Follow({ ...common, object, to: object });
    case 'like':
      return new v.Like({ ...common, object });
    case 'vote': {
      const vote = new v.Note({ id: identity('votes'), attribution: fay, name: asked.name, replyTarget: object, to: new URL(asked.to) });
      return new v.Create({ ...common, object: vote, to: new URL(asked.to) });
    }
    case 'comment': {
      const id = context().getObjectUri(v.Note, { id: String(++made) });
      const note = new v.Note({ id, attribution: fay, content: asked.html, replyTarget: object, to: v.PUBLIC_COLLECTION, published: Temporal.Now.instant() });
      objects.set(id.href, note);
      return new v.Create({ ...common, object: note });
    }
    case 'edit': {
      const note = objects.get(asked.note).clone({ content: asked.html, updated: Temporal.Now.instant() });
      objects.set(asked.note, note);
      return new v.Update({ ...common, object: note });
    }
    case 'delete':
      objects.delete(asked.note);
      return new v.Delete({ ...common, object: new v.Tombstone({ id: new URL(asked.note) }) });
    default:
      throw new Error(`no such act: ${asked.act}`);
  }
}

async function act(asked) {
  const recipient = await context().lookupObject(asked.to);
  if (!recipient?.inboxId) throw new Error(`${asked.to} has no inbox`);
  const made = await activity(asked);
  await context().sendActivity({ identifier: 'fay' }, recipient, made);
  return { id: made.id.href, object: made.objectId?.href };
}

/// A document of another server as Fedify reads it, whole; null if it cannot.
async function look(url) {
  const loaded = await loaders().documentLoader(url);
  const object = await v.Object.fromJsonLd(loaded.document, loaders());
  const written = await object.toJsonLd({ ...loaders(), format: 'compact' });
  return { type: object.constructor.name, proofs: await proofs(loaded.document), same: isDeepStrictEqual(written.id, loaded.document.id) };
}

async function answer(request) {
  const { pathname } = new URL(request.url);
  if (pathname === '/received') return Response.json(received);
  if (pathname === '/do') return Response.json(await act(await request.json()));
  if (pathname === '/look') return Response.json(await look((await request.json()).url));
  if (request.method === 'POST') return await arrive(request);
  return await federation.fetch(request, { contextData: undefined });
}

const server = createServer(async (asked, answered) => {
  const body = asked.method === 'POST' ? await collected(asked) : undefined;
  const request = new Request(`${origin}${asked.url}`, { method: asked.method, headers: flat(asked.headers), body });
  let response;
  try {
    response = await answer(request);
  } catch (error) {
    process.stdout.write(`${error.stack}\n`);
    response = new Response(String(error), { status: 500 });
  }
  answered.writeHead(response.status, Object.fromEntries(response.headers));
  answered.end(Buffer.from(await response.arrayBuffer()));
});
server.listen(hosts[host], '127.0.0.1', () => process.stdout.write('ready\n'));
