import { isRecord } from '../../lib/is-record.ts';
import { show } from '../../lib/show.ts';
import { flag, list, object, type Shape, text } from './body-shape.ts';
import { findMisfit, type Misfit, refuseField } from './find-misfit.ts';
import type { Llm } from './model-rules.ts';
import { NAMED_TOOL, toolShapes, type ToolShapes } from './tool-shapes.ts';

type Path = readonly PropertyKey[];
type Body = Readonly<Record<string, unknown>>;

/** What refuses the tools of a body; null where nothing does. What the agent runs itself is its own affair. */
export function judgeTools(body: Body, { api, remoteURLs, hostedTools }: Llm): Misfit | null {
  const shapes = toolShapes(api, remoteURLs);
  const hosted = new Set(hostedTools);
  return (
    judgeOption(body, hosted) ??
    judgeList(body['tools'], (tool, path) => judgeTool(tool, path, { shapes, hosted })) ??
    judgeChoice(body['tool_choice'], { shapes, hosted })
  );
}

/** A tool that is asked for by a field of its own. It is listed under the name of the field. */
const TOOL_FIELD = 'web_search_options';

function judgeOption(body: Body, hosted: ReadonlySet<string>): Misfit | null {
  if ((body[TOOL_FIELD] ?? null) === null || hosted.has(TOOL_FIELD)) return null;
  return refuseTool([TOOL_FIELD], TOOL_FIELD);
}

function judgeList(tools: unknown, judge: (tool: unknown, path: Path) => Misfit | null): Misfit | null {
  if ((tools ?? null) === null) return null;
  if (!Array.isArray(tools)) return findMisfit(list(object({})), tools, ['tools']);
  for (const [index, tool] of tools.entries()) {
    const misfit = judge(tool, ['tools', index]);
    if (misfit !== null) return misfit;
  }
  return null;
}

interface Known {
  readonly shapes: ToolShapes;
  readonly hosted: ReadonlySet<string>;
}

function judgeTool(tool: unknown, path: Path, { shapes, hosted }: Known): Misfit | null {
  const type = isRecord(tool) ? (tool['type'] ?? shapes.untyped) : null;
  if (typeof type !== 'string') return findMisfit(NAMED_TOOL, tool, path);
  const own = shapes.own.find(([pattern]) => pattern.test(type));
  if (own !== undefined) {
    const misfit = findMisfit(own[1], tool, path);
    // Listed under the same type is what the vendor runs of it.
    if (misfit === null || !hosted.has(type)) return misfit;
  }
  if (!hosted.has(type)) return refuseTool([...path, 'type'], type);
  const known = shapes.hosted.find(([pattern]) => pattern.test(type));
  return findMisfit(known?.[1] ?? NAMED_TOOL, tool, path);
}

function refuseTool(path: Path, type: string): Misfit {
  return refuseField(path, {
    reason: 'HostedToolNotAllowed',
    found: show(type),
    required: 'must be the type of a tool that the agent runs, or that the role lists in hostedTools',
  });
}

/** Items of a response that tell of what the vendor ran, by the types of the tools that do. */
const RUN_BY: Readonly<Record<string, RegExp>> = {
  web_search_call: /^web_search/,
  file_search_call: /^file_search$/,
  code_interpreter_call: /^code_interpreter$/,
  image_generation_call: /^image_generation$/,
  mcp_list_tools: /^mcp$/,
  mcp_call: /^mcp$/,
  mcp_approval_request: /^mcp$/,
  mcp_approval_response: /^mcp$/,
};

/** What refuses the items of a body that fits its shape for the tools that they tell of; null where nothing does. */
export function judgeHostedCalls({ input }: Body, { api, hostedTools }: Llm): Misfit | null {
  if (api !== 'OpenAIResponses' || !Array.isArray(input)) return null;
  for (const [index, item] of input.entries()) {
    const type = String((item as Body)['type']);
    const pattern = Object.hasOwn(RUN_BY, type) ? RUN_BY[type] : undefined;
    if (pattern === undefined || hostedTools.some((tool) => pattern.test(tool))) continue;
    return refuseField(['input', index, 'type'], {
      reason: 'HostedToolNotAllowed',
      found: show(type),
      required: 'must tell of a tool that the role lists in hostedTools',
    });
  }
  return null;
}

/** Words that choose among the tools of the request, and the types of what does. */
const MODES: ReadonlySet<string> = new Set(['none', 'auto', 'required', 'any', 'tool', 'allowed_tools']);

const NAME: Shape = object({}, { name: text });
const CHOSEN = { name: text, server_label: text, function: NAME, custom: NAME };
const SOME: Shape = list(object({ type: text }, CHOSEN));
const CHOICE: Shape = object(
  { type: text },
  {
    ...CHOSEN,
    mode: text,
    tools: SOME,
    allowed_tools: object({ mode: text, tools: SOME }),
    disable_parallel_tool_use: flag,
  },
);

function judgeChoice(choice: unknown, known: Known): Misfit | null {
  const at = ['tool_choice'];
  if ((choice ?? null) === null) return null;
  if (typeof choice === 'string') return MODES.has(choice) ? null : refuseTool(at, choice);
  const misfit = findMisfit(CHOICE, choice, at);
  if (misfit !== null) return misfit;
  const { type, tools, allowed_tools: allowed } = choice as Body;
  const chosen = [tools, isRecord(allowed) ? allowed['tools'] : null].flatMap((one) => one ?? []);
  const types = [type, ...chosen.map((tool) => (tool as Body)['type'])] as string[];
  const unknown = types.find((one) => !isKnown(one, known));
  return unknown === undefined ? null : refuseTool(at, unknown);
}

function isKnown(type: string, { shapes, hosted }: Known): boolean {
  return MODES.has(type) || hosted.has(type) || shapes.own.some(([pattern]) => pattern.test(type));
}
