import { createSharedCall } from "../../async/shared-call.ts";

/**
 * Looks things up by name, once for all who ask for the same name at the same time: a forge delivers a thousand webhooks
 * of one product at once. Nothing is remembered longer than somebody waits for it.
 */
export function createSharedLookup<Name extends string, T>(look: (name: Name) => Promise<T>) {
  const open = new Map<Name, { readonly ask: () => Promise<T>; waiting: number }>();

  return async (name: Name): Promise<T> => {
    const one = open.get(name) ?? { ask: createSharedCall(() => look(name)), waiting: 0 };
    open.set(name, one);
    one.waiting += 1;
    try {
      return await one.ask();
    } finally {
      one.waiting -= 1;
      if (one.waiting === 0) open.delete(name);
    }
  };
}
