import { Agent as AgentHTTP, request as requestHTTP } from 'node:http';
import { Agent as AgentHTTPS, request as requestHTTPS } from 'node:https';

// Connections are kept: a new TLS handshake for each of many probes would slow the server that is waited for.
const agents = { http: new AgentHTTP({ keepAlive: true }), https: new AgentHTTPS({ keepAlive: true }) };

/** Tells whether the URL answers 200 now; a refused connection or any other answer is false. */
export function answersOK(url: string, options: { ca?: string; token?: string } = {}): Promise<boolean> {
  const secure = url.startsWith('https:');
  const send = secure ? requestHTTPS : requestHTTP;
  const agent = secure ? agents.https : agents.http;
  const headers = options.token === undefined ? {} : { authorization: `Bearer ${options.token}` };
  return new Promise((resolve) => {
    const request = send(url, { ca: options.ca, headers, agent, timeout: 1000 }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    request.once('timeout', () => request.destroy());
    request.once('error', () => resolve(false));
    request.end();
  });
}
