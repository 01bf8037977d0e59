import { request as requestHTTP } from 'node:http';
import { request as requestHTTPS } from 'node:https';

/** Tells whether the URL answers 200 now; a refused connection or any other answer is false. */
export function answersOK(url: string, options: { ca?: string; token?: string } = {}): Promise<boolean> {
  const send = url.startsWith('https:') ? requestHTTPS : requestHTTP;
  const headers = options.token === undefined ? {} : { authorization: `Bearer ${options.token}` };
  return new Promise((resolve) => {
    const request = send(url, { ca: options.ca, headers, agent: false, timeout: 1000 }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    request.once('timeout', () => request.destroy());
    request.once('error', () => resolve(false));
    request.end();
  });
}
