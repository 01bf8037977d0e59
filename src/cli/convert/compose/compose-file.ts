import { z } from 'zod';
import { coreQuantity } from '../../../api/shape/quantities.ts';
import { filePath } from '../../../api/shape/paths.ts';
import { DOCKER_SIZE } from './sizes.ts';

const TMPFS =
  /^\/[\w./-]{1,250}(:(size=[1-9][0-9]{0,8}[kmgKMG]|[a-z]{1,16})(,(size=[1-9][0-9]{0,8}[kmgKMG]|[a-z]{1,16})){0,7})?$/;

const text = (pattern: RegExp, words: string) => z.string().regex(pattern, words);

const name = () => text(/^[\w.-]{1,63}$/, 'must be a name');

const volume = z.object({
  type: z.enum(['bind', 'volume']).default('bind'),
  source: text(/^[\w./-]{1,256}$/, 'must be a path or the name of a volume').optional(),
  target: filePath().optional(),
  read_only: z.boolean().default(false),
});

const limits = z.object({
  memory: text(DOCKER_SIZE, 'must be a size, such as "2G"').optional(),
  cpus: coreQuantity('256').optional(),
});

const service = z.object({
  image: text(/^[\w./:@-]{1,512}$/, 'must be an image').optional(),
  security_opt: z
    .array(
      text(
        /^(no-new-privileges:true|seccomp:[\w./-]{1,253})$/,
        'must be "no-new-privileges:true", or "seccomp:" and a file',
      ),
    )
    .default([]),
  read_only: z.boolean().optional(),
  tmpfs: z
    .array(text(TMPFS, 'must be an absolute path and options, such as "/tmp:size=100m,noexec"'))
    .default([]),
  user: text(/^[1-9][0-9]{0,8}(:[0-9]{1,9})?$/, 'must be the number of a user above 0').optional(),
  cap_drop: z.array(text(/^[A-Z_]{1,32}$/, 'must be ALL, or a capability')).default([]),
  deploy: z.object({ resources: z.object({ limits: limits.prefault({}) }).prefault({}) }).prefault({}),
  networks: z.array(name()).default([]),
  volumes: z.array(volume).default([]),
  secrets: z.array(name()).default([]),
});

/** The chapter's file for Docker Compose. */
export const composeSchema = z.object({
  version: text(/^[0-9.]{1,8}$/, 'must be a version').optional(),
  services: z.record(z.string(), service).default({}),
  networks: z
    .record(
      z.string(),
      z.object({ driver: z.enum(['bridge', 'overlay']).optional(), internal: z.boolean().default(false) }),
    )
    .default({}),
  secrets: z.record(z.string(), z.object({ external: z.boolean().default(false) })).default({}),
});

export type ComposeFile = z.infer<typeof composeSchema>;
