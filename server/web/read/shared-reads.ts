import { AsyncLocalStorage } from "node:async_hooks";
import type { ReadStore } from "../../ports/store/read-store.ts";

export interface SharedReads {
  /** Asks the store each question once within `during`, and whenever it is asked outside of it. */
  readonly store: ReadStore;
  during<T>(work: () => Promise<T>): Promise<T>;
}

interface Reading {
  readonly of: ReadStore;
  readonly answers: Map<string, unknown>;
  isOver: boolean;
}

/** One for the process: each that is in use makes every promise slower. */
const readings = new AsyncLocalStorage<Reading>();

/**
 * The parts of a page ask for the same product and the same deployments, and who checks rights has asked before them.
 * Not for streams, which read again because something has changed.
 */
export function createSharedReads(store: ReadStore): SharedReads {
  function shared(part: object, partName: string): object {
    return new Proxy(part, {
      get(_, name) {
        const method: unknown = Reflect.get(part, name);
        if (typeof method !== "function") return method;
        return (...args: readonly unknown[]) => {
          const reading = readings.getStore();
          const ask = (): unknown => method.apply(part, args);
          if (reading?.of !== store || reading.isOver || !args.every(isPlain)) return ask();
          const question = `${partName}.${String(name)} ${JSON.stringify(args)}`;
          if (!reading.answers.has(question)) reading.answers.set(question, ask());
          return reading.answers.get(question);
        };
      },
    });
  }

  return {
    store: new Proxy(store, {
      get(_, name) {
        const part: unknown = Reflect.get(store, name);
        return isObject(part) ? shared(part, String(name)) : part;
      },
    }),
    async during(work) {
      const reading: Reading = { of: store, answers: new Map(), isOver: false };
      try {
        return await readings.run(reading, work);
      } finally {
        // What goes on in the background reads anew.
        reading.isOver = true;
      }
    },
  };
}

const isObject = (value: unknown): value is object => typeof value === "object" && value !== null;

/** Whether JSON tells it from all others. A property that is undefined is as good as none. */
function isPlain(value: unknown): boolean {
  if (typeof value === "number") return Number.isFinite(value);
  if (!isObject(value)) return value === null || typeof value === "string" || typeof value === "boolean";
  if (Array.isArray(value)) return value.every(isPlain);
  const isRecord = Object.getPrototypeOf(value) === Object.prototype;
  return isRecord && Object.values(value).every((part) => part === undefined || isPlain(part));
}
