import express, { type Express } from 'express';
import { createHttpsServer, type HttpsServer, type HttpsServerOptions } from '../serve/https-server.ts';
import { type RequestProblem, sendProblem } from '../serve/problem.ts';
import { handleReview, type ReviewHandlerOptions } from './handle-review.ts';

export type WebhookServerOptions = HttpsServerOptions & ReviewHandlerOptions;

/** Creates the HTTPS server of the webhook, `POST /explain` and `POST /decide`, without starting it. */
export function createWebhookServer(options: WebhookServerOptions): HttpsServer {
  return createHttpsServer(options, createApp(options));
}

function createApp(options: ReviewHandlerOptions): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('query parser', false);
  app.post('/explain', (request, response) => handleReview('Explain', options, request, response));
  app.post('/decide', (request, response) => handleReview('Decide', options, request, response));
  app.use((_request, response) => sendProblem(response, UNKNOWN_PATH));
  app.use(((error, _request, response, _next) => {
    options.log.error({ err: error }, 'the request failed');
    sendProblem(response, FAULT);
  }) satisfies express.ErrorRequestHandler);
  return app;
}

const UNKNOWN_PATH: RequestProblem = Object.freeze({
  reason: 'Malformed',
  status: 404,
  text: 'the path is unknown; send reviews with POST to /explain or /decide',
});

const FAULT: RequestProblem = Object.freeze({
  reason: 'Fault',
  status: 500,
  text: 'the request failed; the log of the webhook has the cause',
});
