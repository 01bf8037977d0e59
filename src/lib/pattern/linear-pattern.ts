import { parsePattern, PatternError, type PatternNode } from './parse-pattern.ts';

/** A regular expression that is matched in a time that grows with the length of the text only. */
export interface LinearPattern {
  /**
   * Whether the pattern is found anywhere in the text, as `RegExp.prototype.test` says. Throws a {@link PatternError} where that
   * would take too long: an answer would be wrong, also under `not`.
   */
  test(text: string): boolean;
}

/** How many steps a pattern may have with its bounded repetitions written out: that is what one character may cost. */
export const MAX_PATTERN_STEPS = 1_000;

/** How many steps one match may take in all: about a sixth of a second. */
const MAX_STEPS_OF_MATCH = 2_000_000;

type Step =
  | { readonly type: 'Character'; readonly has: (character: string) => boolean }
  | { readonly type: 'Split'; readonly next: number[] }
  | { readonly type: 'Start' | 'End' | 'Match' };

/**
 * Compiles a regular expression of JSON Schema into an automaton that never backtracks (Thompson's construction), so that no
 * text makes it slow. Throws a {@link PatternError} for what it cannot do: look around, refer back, too many repetitions.
 */
export function compileLinearPattern(source: string): LinearPattern {
  const steps: Step[] = [];
  emit(parsePattern(source), steps);
  push(steps, { type: 'Match' });
  return { test: (text) => run(steps, text) };
}

/** Adds the steps of a node. Each goes on with the one behind it, but for a split, which goes on where it says. */
function emit(node: PatternNode, steps: Step[]): void {
  if (node.type === 'Sequence') emitSequence(node.parts, steps);
  else if (node.type === 'Choice') emitChoice(node.options, steps);
  else if (node.type === 'Repeat') emitRepeat(node, steps);
  else if (node.type === 'Character') push(steps, { type: 'Character', has: compileCharacter(node.source) });
  else push(steps, node);
}

function emitSequence(parts: readonly PatternNode[], steps: Step[]): void {
  // Also nothing is a step, or nothing could be repeated for ever within the bound.
  if (parts.length === 0) push(steps, { type: 'Split', next: [steps.length + 1] });
  for (const part of parts) emit(part, steps);
}

function emitChoice(options: readonly PatternNode[], steps: Step[]): void {
  const choice: number[] = [];
  push(steps, { type: 'Split', next: choice });
  const exits = options.map((option) => {
    choice.push(steps.length);
    emit(option, steps);
    const exit: number[] = [];
    push(steps, { type: 'Split', next: exit });
    return exit;
  });
  for (const exit of exits) exit.push(steps.length);
}

function emitRepeat(node: PatternNode & { type: 'Repeat' }, steps: Step[]): void {
  if (node.min > MAX_PATTERN_STEPS || (node.max !== Infinity && node.max > MAX_PATTERN_STEPS))
    throw tooLarge();
  for (let count = 0; count < node.min; count += 1) emit(node.part, steps);
  if (node.max === Infinity) {
    const loop = [steps.length + 1];
    const start = steps.length;
    push(steps, { type: 'Split', next: loop });
    emit(node.part, steps);
    push(steps, { type: 'Split', next: [start] });
    loop.push(steps.length);
    return;
  }
  const exits: number[][] = [];
  for (let count = node.min; count < node.max; count += 1) {
    const exit = [steps.length + 1];
    exits.push(exit);
    push(steps, { type: 'Split', next: exit });
    emit(node.part, steps);
  }
  for (const exit of exits) exit.push(steps.length);
}

function push(steps: Step[], step: Step): void {
  if (steps.length >= MAX_PATTERN_STEPS) throw tooLarge();
  steps.push(step);
}

function tooLarge(): PatternError {
  return new PatternError(
    `has more than ${MAX_PATTERN_STEPS} steps with its repetitions written out; use maxLength for the length of a text`,
  );
}

const ASCII = 128;

/** Classes and escapes mean what they mean to JavaScript. ASCII is looked up, since nearly every text is. */
function compileCharacter(source: string): (character: string) => boolean {
  // A letter that stands for itself, as most do. What stands for another is longer, but for the dot.
  if (source.length === 1 && source !== '.') return (character) => character === source;
  const pattern = new RegExp(`^(?:${source})$`, 'u');
  const table = Array.from({ length: ASCII }, (_, code) => pattern.test(String.fromCharCode(code)));
  return (character) => {
    const code = character.charCodeAt(0);
    return code < ASCII ? table[code]! : pattern.test(character);
  };
}

/** The steps that the automaton is at between two characters, each once. */
interface Places {
  readonly steps: readonly Step[];
  /** The character steps. */
  readonly waiting: number[];
  /** By step, at which position it was last entered. */
  readonly seen: Float64Array;
  matched: boolean;
}

function run(steps: readonly Step[], text: string): boolean {
  const seen = new Float64Array(steps.length).fill(-1);
  let waiting: readonly number[] = [];
  let position = 0;
  let taken = 0;
  for (const character of [...Array.from(text), '']) {
    const places: Places = { steps, waiting: [], seen, matched: false };
    const isEnd = character === '';
    for (const step of waiting) enter(places, step, { position, isEnd });
    // The pattern may begin anywhere.
    enter(places, 0, { position, isEnd });
    if (places.matched) return true;
    waiting = places.waiting.filter((step) => accepts(steps[step], character)).map((step) => step + 1);
    position += 1;
    taken += 1 + waiting.length;
    if (taken > MAX_STEPS_OF_MATCH) throw new PatternError('takes too long for this text; set maxLength');
  }
  return false;
}

function accepts(step: Step | undefined, character: string): boolean {
  return step?.type === 'Character' && character !== '' && step.has(character);
}

/** Follows what needs no character. */
function enter(
  places: Places,
  first: number,
  { position, isEnd }: { readonly position: number; readonly isEnd: boolean },
): void {
  const open = [first];
  for (let index = open.pop(); index !== undefined; index = open.pop()) {
    if (places.seen[index] === position) continue;
    places.seen[index] = position;
    const step = places.steps[index]!;
    if (step.type === 'Character') places.waiting.push(index);
    else if (step.type === 'Split') open.push(...step.next);
    else if (step.type === 'Match') places.matched = true;
    else if (step.type === 'Start' ? position === 0 : isEnd) open.push(index + 1);
  }
}
