import type { Volume } from '../pod/pod.ts';
import { changeSpec } from '../pod/change-pod.ts';
import type { Fix } from './fix.ts';
import { isScratch, scratchSize, usualSize } from '../pod/scratch-volume.ts';

/** Bounds scratch volumes; what a volume of another type is for has to be decided. */
export const volumeTypes: Fix = {
  check: 'volume-types',
  apply: (pod, { role }) => {
    const unbounded = (pod.spec?.volumes ?? []).filter(isUnbounded);
    const atScratch = unbounded.filter((volume) => isScratch(pod, volume));
    const size = scratchSize(pod, role, Math.max(atScratch.length, 1));
    return changeSpec(pod, (spec) => ({
      ...spec,
      volumes: (spec.volumes ?? []).map((volume) => {
        if (!unbounded.includes(volume)) return volume;
        return bound(volume, atScratch.includes(volume) ? size : usualSize);
      }),
    }));
  },
};

/** A volume that names no type is an `emptyDir` to the API server. */
function isUnbounded(volume: Volume): boolean {
  const types = Object.keys(volume).filter((name) => name !== 'name' && volume[name]);
  if (types.length === 0) return true;
  const size = volume.emptyDir?.sizeLimit ?? 0;
  return types.length === 1 && !!volume.emptyDir && (size === 0 || size === '0');
}

function bound(volume: Volume, sizeLimit: string | null): Volume {
  return sizeLimit === null ? volume : { ...volume, emptyDir: { ...volume.emptyDir, sizeLimit } };
}
