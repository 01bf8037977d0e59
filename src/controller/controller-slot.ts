import type { Controller } from './controller.ts';

/** Where the subscribers of caches find a controller, of which there is one only while this process leads. */
export interface ControllerSlot extends Pick<Controller, 'add' | 'addAll'> {
  /** Puts a controller in, or takes it out with null. */
  readonly hold: (controller: Controller | null) => void;
}

/** Without a controller keys are dropped: one begins with all keys that there are. */
export function createControllerSlot(): ControllerSlot {
  let current: Controller | null = null;
  return {
    add: (key) => current?.add(key),
    addAll: () => current?.addAll(),
    hold: (controller) => {
      current = controller;
    },
  };
}
