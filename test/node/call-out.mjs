// Runs in the container of an agent, with what its environment says of the gateway, and prints one line of JSON for each call
// of the first argument: {authority, calls}. `authority` signed the certificates of the hosts outside.
import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { request as requestHTTPS } from 'node:https';
import { connect } from 'node:net';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';

const CONNECT_MILLISECONDS = 2_000;
const { authority, calls } = JSON.parse(process.argv[1]);
setDefaultCACertificates([...getCACertificates('default'), authority]);
const proxy = new URL(process.env.HTTPS_PROXY);

const textOf = async (response) => {
  let text = '';
  for await (const chunk of response.setEncoding('utf8')) text += chunk;
  return text;
};

/** What `fetch` makes of a URL, which goes through the proxy by itself. */
async function fetchURL({ url }) {
  const response = await fetch(url);
  return { status: response.status, answer: JSON.parse(await response.text()) };
}

/** Reads a response until it ends, however it does. */
async function stream({ url }) {
  const began = performance.now();
  let bytes = 0;
  let end = 'Ended';
  try {
    const response = await fetch(url);
    for await (const chunk of response.body) bytes += chunk.length;
  } catch (error) {
    end = String(error.cause?.code ?? error.message);
  }
  return { bytes, end, milliseconds: Math.round(performance.now() - began) };
}

const basic = `Basic ${Buffer.from(`${proxy.username}:${proxy.password}`).toString('base64')}`;

/** What the proxy answers to a CONNECT, with the credentials of its URL where it has some. */
function tunnel({ target }) {
  return new Promise((resolve, reject) => {
    request({
      host: proxy.hostname,
      port: proxy.port,
      agent: false,
      method: 'CONNECT',
      path: target,
      headers: { Host: target, ...(proxy.username === '' ? {} : { 'Proxy-Authorization': basic }) },
    })
      .on('connect', (response, socket, head) => {
        let body = head.toString('utf8');
        if (response.statusCode === 200) {
          socket.destroy();
          return resolve({ status: 200 });
        }
        socket.setEncoding('utf8').on('data', (text) => (body += text));
        socket.on('end', () => resolve({ status: response.statusCode, answer: JSON.parse(body) }));
        return undefined;
      })
      .on('error', reject)
      .end();
  });
}

/** Whether an address can be connected to past the gateway. */
function dial({ address, port }) {
  return new Promise((resolve) => {
    const socket = connect({ host: address, port, timeout: CONNECT_MILLISECONDS });
    const end = (state) => {
      socket.destroy();
      resolve({ state });
    };
    socket.on('connect', () => end('Open')).on('timeout', () => end('Closed'));
    socket.on('error', () => end('Closed'));
  });
}

/** Asks the gateway about a tool, with the token in a file or with the secret of the pod. */
async function authorize({ tool, arguments: given, tokenFile }) {
  const proof = tokenFile === undefined ? basic : `Bearer ${readFileSync(tokenFile, 'utf8').trim()}`;
  const response = await new Promise((resolve, reject) => {
    requestHTTPS(`https://${proxy.hostname}:8443/v1/authorize`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Authorization: proof },
    })
      .on('response', resolve)
      .on('error', reject)
      .end(JSON.stringify({ tool, arguments: given }));
  });
  return { status: response.statusCode, answer: JSON.parse(await textOf(response)) };
}

const KINDS = { fetch: fetchURL, stream, tunnel, dial, authorize };

for (const { kind, ...call } of calls) {
  const result = await KINDS[kind](call).catch((error) => ({ error: String(error.cause ?? error) }));
  process.stdout.write(`${JSON.stringify(result)}\n`);
}
process.exit(0);
