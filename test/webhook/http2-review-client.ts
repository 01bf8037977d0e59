import { type ClientHttp2Session, type ClientHttp2Stream, connect, constants } from 'node:http2';
import { type Answer, type ReviewClient, type ReviewResponse, SendError } from './review-client.ts';

/** Sends reviews over one HTTP/2 connection, as the API server does to a webhook on its own host. */
export interface Http2ReviewClient extends ReviewClient {
  /** Begins a request and leaves the rest to the test. */
  begin(path: string, headers?: Record<string, string>): Promise<ClientHttp2Stream>;
}

/** A client that, told by GOAWAY that a connection ends, opens another for its next request, as Go's does. */
export function createHttp2ReviewClient(port: number, authorities: string): Http2ReviewClient {
  let current: Promise<ClientHttp2Session> | null = null;
  const session = (): Promise<ClientHttp2Session> => (current ??= open());
  const open = (): Promise<ClientHttp2Session> =>
    new Promise((resolve, reject) => {
      const opened = connect(`https://127.0.0.1:${port}`, { ca: authorities, minVersion: 'TLSv1.3' });
      const forget = (): void => void (current = null);
      opened.on('connect', () => resolve(opened));
      opened.on('goaway', forget);
      opened.on('close', forget);
      opened.on('error', (error) => {
        forget();
        reject(new SendError(error.message, false, error));
      });
    });
  const begin: Http2ReviewClient['begin'] = async (path, headers = {}) =>
    (await session()).request({
      ':method': 'POST',
      ':path': path,
      'content-type': 'application/json',
      ...headers,
    });
  const send: ReviewClient['send'] = async (path, body, headers) => {
    const stream = await begin(path, headers);
    const answer = readAnswer(stream);
    stream.end(body);
    return answer;
  };
  return {
    begin,
    send,
    async review(path, review) {
      const { status, text } = await send(path, JSON.stringify(review));
      return { status, response: (JSON.parse(text) as { response: ReviewResponse }).response };
    },
    close: () => void current?.then((opened) => opened.destroy()),
  };
}

/** What a stream is answered with. */
export function readAnswer(stream: ClientHttp2Stream): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let head: { status: number; headers: Answer['headers'] } | null = null;
    stream.on('response', (headers) => {
      head = { status: Number(headers[constants.HTTP2_HEADER_STATUS]), headers };
    });
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    stream.on('error', (error) => {
      // Nothing of such a stream was processed (RFC 9113 §8.7), and Go's client sends it again.
      const accepted = stream.rstCode !== constants.NGHTTP2_REFUSED_STREAM;
      reject(new SendError(error.message, accepted, error));
    });
    stream.on('end', () => {
      if (head !== null) resolve({ ...head, text: Buffer.concat(chunks).toString('utf8') });
    });
    stream.on('close', () => reject(new SendError('the stream ended without an answer', true, null)));
  });
}
