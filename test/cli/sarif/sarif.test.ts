import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { describe, expect, test } from 'vitest';
import type { SarifResult } from '../../../src/cli/sarif/sarif-results.ts';
import { SARIF_RULES } from '../../../src/cli/sarif/sarif-rules.ts';
import { CHECKS } from '../../../src/policy/admission/checks/index.ts';
import { runCommand, SAMPLES, writeFiles } from '../run-command.ts';
import { SARIF_LOG } from './sarif-log-schema.ts';

interface Log {
  readonly runs: readonly [
    {
      readonly tool: { readonly driver: { readonly rules: readonly { readonly id: string }[] } };
      readonly results: readonly SarifResult[];
      readonly invocations: readonly [
        {
          readonly executionSuccessful: boolean;
          readonly toolExecutionNotifications: readonly { readonly message: { readonly text: string } }[];
        },
      ];
    },
  ];
}

const isLog = new Ajv({ allErrors: true }).compile(SARIF_LOG);

async function review(args: readonly string[], stdin?: string) {
  const { code, out } = await runCommand(['review', ...args, '-o', 'sarif'], { stdin });
  const log = JSON.parse(out) as Log;
  expect(isLog(log), JSON.stringify(isLog.errors)).toBe(true);
  const [run] = log.runs;
  return { code, run, results: run.results, invocation: run.invocations[0] };
}

const POD = `apiVersion: v1
kind: Pod
metadata:
  name: bad
  annotations:
    example.com/dotted.name: x
spec:
  hostNetwork: true
  containers:
    - name: agent
      image: example.com/agent
      securityContext: { privileged: true }
`;

/** File, line, column and the text there, of the results of a rule. */
function placesOf(results: readonly SarifResult[], ruleId: string, text: string) {
  const lines = text.split('\n');
  return results
    .filter((result) => result.ruleId === ruleId)
    .map(({ locations }) => {
      const { region } = locations[0]?.physicalLocation ?? {};
      const { startLine = 0, startColumn = 0 } = region ?? {};
      return { startLine, startColumn, at: lines[startLine - 1]?.slice(startColumn - 1) };
    });
}

describe('cloister review -o sarif', () => {
  test('has one rule for each check, with what it asks for and why', async () => {
    const { run } = await review(['-f', '-'], POD);
    const ids = run.tool.driver.rules.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { name, summary, rationale } of CHECKS) {
      expect(SARIF_RULES.find(({ id }) => id === name)).toMatchObject({
        shortDescription: { text: summary },
        fullDescription: { text: rationale },
        help: { text: expect.stringContaining(rationale), markdown: expect.stringContaining(rationale) },
      });
    }
  });

  test('points at the value in YAML', async () => {
    const { code, results } = await review(['-f', '-'], POD);
    expect(code).toBe(1);
    expect(placesOf(results, 'host-namespaces', POD)).toEqual([
      { startLine: 8, startColumn: 16, at: 'true' },
    ]);
    expect(placesOf(results, 'privileged', POD)).toEqual([{ startLine: 12, startColumn: 38, at: 'true }' }]);
    expect(placesOf(results, 'annotations', POD)).toEqual([{ startLine: 6, startColumn: 30, at: 'x' }]);
  });

  test('points at the value in JSON, and in a template of the second document of a List', async () => {
    const json =
      '{"apiVersion":"v1","kind":"Pod","metadata":{"name":"a"},\n "spec":{"hostPID":true,"containers":[{"name":"a","image":"b"}]}}';
    const { results } = await review(['-f', '-'], json);
    const [place] = placesOf(results, 'host-namespaces', json);
    expect(place?.at?.startsWith('true') || place?.at?.startsWith('"hostPID"')).toBe(true);

    const list = `kind: ConfigMap\napiVersion: v1\nmetadata: { name: a }\n---\napiVersion: v1\nkind: List\nitems:\n  - apiVersion: apps/v1\n    kind: Deployment\n    metadata: { name: d }\n    spec:\n      selector: { matchLabels: { a: b } }\n      template:\n        metadata: { labels: { a: b } }\n        spec:\n          hostIPC: true\n          containers: [{ name: a, image: b }]\n`;
    expect(placesOf((await review(['-f', '-'], list)).results, 'host-namespaces', list)).toEqual([
      { startLine: 16, startColumn: 20, at: 'true' },
    ]);
  });

  test('of what is missing points at what is nearest', async () => {
    const { results } = await review(['-f', '-'], POD);
    expect(placesOf(results, 'resource-limits', POD)[0]).toMatchObject({ startLine: 10 });
  });

  test('names files below the working folder relative to it, as GitHub wants them, and others by their URL', async () => {
    const { results } = await review(['-f', `${SAMPLES}/refused/host-network.yaml`]);
    const uriOf = (result?: SarifResult) => result?.locations[0]?.physicalLocation.artifactLocation.uri;
    expect(uriOf(results[0])).toBe('manifests/samples/refused/host-network.yaml');
    const folder = writeFiles({ 'a pod #1.yaml': POD });
    expect(uriOf((await review(['-f', folder])).results[0])).toMatch(/^file:\/\/\/.*\/a%20pod%20%231\.yaml$/);
    expect(uriOf((await review(['-f', '-'], POD)).results[0])).toBe('stdin');
  });

  test('fingerprints each result once, whatever is written above it', async () => {
    const prints = (results: readonly SarifResult[]) =>
      results.map(({ partialFingerprints }) => JSON.stringify(partialFingerprints));
    const before = prints((await review(['-f', '-'], POD)).results);
    expect(new Set(before).size).toBe(before.length);
    expect(prints((await review(['-f', '-'], `# A comment.\n\n${POD}`)).results)).toEqual(before);
    const other = POD.replace('name: bad', 'name: worse');
    expect(prints((await review(['-f', '-'], other)).results).filter((one) => before.includes(one))).toEqual(
      [],
    );
  });

  test('makes a result of what cannot be read, and says that the run was not complete', async () => {
    const { code, results, invocation } = await review(['-f', '-'], 'apiVersion: v1\nkind: [\n');
    expect(code).toBe(2);
    expect(results).toMatchObject([{ ruleId: 'unreadable', level: 'error' }]);
    expect(invocation.executionSuccessful).toBe(false);
  });

  test('notes what was not evaluated', async () => {
    const { invocation } = await review(['-f', '-'], POD);
    expect(invocation.executionSuccessful).toBe(true);
    expect(invocation.toolExecutionNotifications[0]?.message.text).toContain('not evaluated: ');
  });

  test('is a log without results where nothing is wrong', async () => {
    const files = ['role-data-analyst.yaml', 'tenant-acme.yaml', 'workloads/compliant-pod.yaml'];
    const { code, results } = await review(files.flatMap((file) => ['-f', join(SAMPLES, file)]));
    expect({ code, results }).toEqual({ code: 0, results: [] });
  });

  test('names a rule of the log in every result of all samples, and a line that is in the file', async () => {
    const { run, results } = await review(['-f', SAMPLES]);
    expect(results.length).toBeGreaterThan(15);
    for (const { ruleId, ruleIndex, locations } of results) {
      expect(run.tool.driver.rules[ruleIndex]?.id).toBe(ruleId);
      const { artifactLocation, region } = locations[0]?.physicalLocation ?? {};
      const lines = readFileSync(artifactLocation?.uri ?? '', 'utf8').split('\n');
      expect(lines.length).toBeGreaterThanOrEqual(region?.startLine ?? Infinity);
      expect(lines[(region?.startLine ?? 0) - 1]?.length).toBeGreaterThanOrEqual(region?.startColumn ?? 0);
    }
  });
});
