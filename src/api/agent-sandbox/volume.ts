import { z } from 'zod';
import { dnsLabel, dnsSubdomain } from '../shape/names.ts';
import { filePath } from '../shape/paths.ts';
import { byteQuantity } from '../shape/quantities.ts';
import { rules } from '../shape/rules.ts';

const ephemeral = z.object({
  storageClassName: dnsSubdomain().optional().describe("Storage class. Left out: the cluster's default."),
  size: byteQuantity('100Ti').describe('How much is claimed.'),
});

/** Something mounted into the agent's container. */
export const volume = z
  .object({
    name: dnsLabel().describe('Name of the volume.'),
    mountPath: filePath().describe("Where it is mounted: at or under a path that the role's tools allow."),
    persistentVolumeClaim: z
      .object({ claimName: dnsSubdomain().describe('Name of the claim in the namespace.') })
      .optional()
      .describe('A claim that exists.'),
    configMap: z
      .object({ name: dnsSubdomain().describe('Name of the ConfigMap in the namespace.') })
      .optional()
      .describe('Files of a ConfigMap, always read-only.'),
    ephemeral: ephemeral.optional().describe('A claim that lives as long as the pod.'),
  })
  .meta(
    rules({
      rule: '[has(self.persistentVolumeClaim), has(self.configMap), has(self.ephemeral)].filter(x, x).size() == 1',
      message: 'a volume has exactly one of persistentVolumeClaim, configMap and ephemeral',
    }),
  );
