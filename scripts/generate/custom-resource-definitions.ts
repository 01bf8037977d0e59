import { kinds } from '../../src/api/kinds.ts';
import { GROUP } from '../../src/api/names.ts';
import { customResourceDefinition } from '../../src/api/structural/custom-resource-definition.ts';
import type { GeneratedFile } from './generated-file.ts';
import { toYAML } from './to-yaml.ts';

/** Where the same files are needed: to apply by hand, and for the chart, which renders them so that they upgrade with it. */
const FOLDERS = ['crds', 'charts/cloister/files/crds'];

/** One CustomResourceDefinition for each kind. */
export const customResourceDefinitions = (): GeneratedFile[] =>
  kinds.flatMap((definition) => {
    const content = toYAML(customResourceDefinition(definition));
    return FOLDERS.map((folder) => ({ path: `${folder}/${GROUP}_${definition.plural}.yaml`, content }));
  });
