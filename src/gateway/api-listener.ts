import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { GATE_PROTOCOL } from '../lib/gate-protocol.ts';
import { type RequestProblem, sendJsonProblem } from '../serve/problem.ts';
import { type GateHandlerOptions, handleGateRequest } from './handle-gate-request.ts';
import { handleToolRequest, type ToolHandlerOptions } from './tool-api/handle-tool-request.ts';
import { TOOL_ROUTES } from './tool-api/tool-routes.ts';
import {
  handleUpstreamRequest,
  type UpstreamHandlerOptions,
  UPSTREAMS_PATH,
} from './upstreams/handle-upstream-request.ts';

export interface ApiOptions {
  readonly gate: GateHandlerOptions;
  readonly tools: ToolHandlerOptions;
  readonly upstreams: UpstreamHandlerOptions;
}

/**
 * Serves what the API has by path. A connection carries one request at a time: what is sent before the answer to the one before
 * is not read as a request of its own.
 */
export function createApiListener({ gate, tools, upstreams }: ApiOptions): RequestListener {
  const current = new WeakMap<Socket, ServerResponse>();
  const followed = new WeakSet<ServerResponse>();
  return (request: IncomingMessage, response: ServerResponse) => {
    const { socket, url = '' } = request;
    const before = current.get(socket);
    if (before !== undefined) {
      // Node keeps each request that waits, whatever their number.
      if (followed.has(before)) return void socket.destroy();
      followed.add(before);
      return endAfter(before, socket);
    }
    current.set(socket, response);
    response.once('close', () => current.delete(socket));
    const path = url.split('?', 1)[0] ?? '';
    const route = TOOL_ROUTES.get(path);
    if (path === GATE_PROTOCOL.path) handleGateRequest(gate, request, response);
    else if (route !== undefined) void handleToolRequest(tools, route, request, response);
    else if (path.startsWith(UPSTREAMS_PATH)) void handleUpstreamRequest(upstreams, request, response);
    else {
      sendJsonProblem(response, UNKNOWN_PATH);
      gate.onResult(UNKNOWN_PATH.reason);
    }
    return undefined;
  };
}

/** The answer in progress is the last one of its connection. */
function endAfter(response: ServerResponse, socket: Socket): void {
  if (response.headersSent) response.once('close', () => socket.destroy());
  else response.setHeader('Connection', 'close');
}

const UNKNOWN_PATH: RequestProblem = Object.freeze({
  reason: 'UnknownPath',
  status: 404,
  text: `the path is unknown; this gateway serves ${[GATE_PROTOCOL.path, ...TOOL_ROUTES.keys(), `${UPSTREAMS_PATH}<name>`].join(', ')}`,
  close: true,
});
