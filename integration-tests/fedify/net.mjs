// Host names without DNS: whatever Fedify fetches goes to the port that the test gave its host, over plain HTTP.
import { request as ask } from 'node:http';

export function install(hosts) {
  globalThis.fetch = async (input, init) => {
    const request = new Request(input, init);
    const url = new URL(request.url);
    const port = hosts[url.host];
    if (!port) throw new TypeError(`${url.host} is not on this net`);
    const body = request.body ? Buffer.from(await request.arrayBuffer()) : undefined;
    const headers = { ...Object.fromEntries(request.headers), host: url.host };
    if (body) headers['content-length'] = String(body.length);
    const path = url.pathname + url.search;
    const answer = await new Promise((resolve, reject) => {
      const sent = ask({ host: '127.0.0.1', port, method: request.method, path, headers, agent: false }, resolve);
      sent.on('error', reject);
      sent.end(body);
    });
    const bytes = await collected(answer);
    const empty = [101, 204, 205, 304].includes(answer.statusCode);
    const response = new Response(empty ? null : bytes, { status: answer.statusCode, headers: flat(answer.headers) });
    Object.defineProperty(response, 'url', { value: url.href });
    return response;
  };
}

export async function collected(stream) {
  const chunks = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}

export const flat = (headers) =>
  Object.entries(headers).flatMap(([name, value]) => [value].flat().map((one) => [name, String(one)]));
