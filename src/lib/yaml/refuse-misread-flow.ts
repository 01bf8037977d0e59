import { COLLECTION_STYLE, type Event, EVENT_ID, SCALAR_STYLE, type ScalarEvent } from 'js-yaml';
import { YamlFault } from './yaml-fault.ts';

const SUSPICIOUS = /\?\S|:[,[\]{}]|[\s,[{]:\S/;
const COLON_AND_BRACKET = /\s*:[,[\]{}]/y;

/**
 * Throws a {@link YamlFault} for unquoted text inside brackets that libyaml and js-yaml read differently:
 * `{?privileged: true}` has the key `privileged` for kubectl and `?privileged` for YAML 1.2, and `[a:]` holds the
 * string `a:` for kubectl and a mapping for YAML 1.2.
 */
export function refuseMisreadFlow(text: string, events: readonly Event[]): void {
  if (!SUSPICIOUS.test(text)) return;
  const flow: boolean[] = [];
  for (const event of events) {
    if (event.type === EVENT_ID.POP) flow.pop();
    else if (event.type === EVENT_ID.DOCUMENT) flow.push(false);
    else if (event.type === EVENT_ID.SCALAR) {
      if (flow.at(-1) === true && event.style === SCALAR_STYLE.PLAIN) refuseMisread(text, event);
    } else if (event.type !== EVENT_ID.ALIAS)
      flow.push(flow.at(-1) === true || event.style === COLLECTION_STYLE.FLOW);
  }
}

function refuseMisread(text: string, { valueStart, valueEnd }: ScalarEvent): void {
  if (valueStart === -1) return;
  const shown = JSON.stringify(text.slice(valueStart, valueEnd));
  if (text[valueStart] === '?' || text[valueStart] === ':') {
    throw new YamlFault(
      `${shown} starts with ${text[valueStart]} inside brackets, which kubectl takes apart: quote it`,
      valueStart,
    );
  }
  COLON_AND_BRACKET.lastIndex = valueEnd;
  if (COLON_AND_BRACKET.test(text)) {
    throw new YamlFault(
      `${shown} is followed by : and no blank, which kubectl takes into the text: put a blank after it or quote it`,
      valueStart,
    );
  }
}
