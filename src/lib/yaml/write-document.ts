import { DUMP_SCHEMA, NOT_RESOLVED, defineScalarTag, dump } from 'js-yaml';
import { resolvePlainScalar } from './resolve-plain-scalar.ts';

// Makes the writer quote every string that kubectl would read as something else, such as `0X1F`, or as the start of a
// document.
const READ_OTHERWISE = defineScalarTag('tag:cloister.dev,2026:read-otherwise', {
  implicit: true,
  resolve: (source) =>
    resolvePlainScalar(source) === source && !source.startsWith('---') ? NOT_RESOLVED : null,
  identify: () => false,
});
const SCHEMA = DUMP_SCHEMA.withTags(READ_OTHERWISE);

/** Writes a JSON value as one YAML document, without `---`, that kubectl reads back as the same value. */
export function writeDocument(value: unknown): string {
  return dump(value, { schema: SCHEMA, noRefs: true, lineWidth: -1 });
}
