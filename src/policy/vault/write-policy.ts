/** What one path of a policy allows. */
export interface PolicyRule {
  readonly path: string;
  readonly capabilities: readonly Capability[];
  /** The values that a parameter may have, by its name; `[]` is every value. No other parameter is allowed then. */
  readonly allowed?: Parameters;
  /** The values that it must not have, which win. */
  readonly denied?: Parameters;
}

type Capability = 'create' | 'read' | 'update' | 'delete' | 'list' | 'sudo';
type Parameters = Readonly<Record<string, readonly (string | boolean)[]>>;

/** A part of the policy, with what it is for. */
export interface PolicySection {
  readonly comment: string;
  readonly rules: readonly PolicyRule[];
  /** Whether only `cloister doctor` asks for it, so that sandboxes do without. */
  readonly isForDoctor?: true;
}

/** Returns the text of a part of a policy. */
export function writeSection({ comment, rules }: PolicySection): string {
  return [`# ${comment}`, ...rules.map(writeRule)].join('\n');
}

function writeRule({ path, capabilities, allowed, denied }: PolicyRule): string {
  return [
    `path "${path}" {`,
    `  capabilities = ${writeList(capabilities)}`,
    ...writeParameters('allowed_parameters', allowed),
    ...writeParameters('denied_parameters', denied),
    '}',
  ].join('\n');
}

function writeParameters(name: string, parameters: Parameters | undefined): readonly string[] {
  if (parameters === undefined) return [];
  const lines = Object.entries(parameters).map(([key, values]) => `    ${key} = ${writeList(values)}`);
  return [`  ${name} = {`, ...lines, '  }'];
}

function writeList(values: readonly (string | boolean)[]): string {
  return `[${values.map((value) => JSON.stringify(value)).join(', ')}]`;
}
