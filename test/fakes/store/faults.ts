import { type Store, StoreUnavailable } from "../../../server/ports/store/store.ts";

/** "deployments.claim", "events.append" … */
export type StoreMethod = {
  [Part in keyof Store]: Store[Part] extends (...given: never[]) => unknown
    ? Part
    : Store[Part] extends object
      ? `${Part}.${keyof Store[Part] & string}`
      : never;
}[keyof Store];

/** Tells the fake store how to fail. What is said here counts from the next call on. */
export interface StoreFaults {
  /** The database is away: calls (of the method, or of any) have no effect and reject with StoreUnavailable. */
  loseConnection(calls?: number, method?: StoreMethod): void;
  /** The commit is made and its answer is lost: calls have their effect, and reject with StoreUnavailable. */
  loseAnswer(calls?: number, method?: StoreMethod): void;
  /** Something else happens first: `act` is awaited before the next call of the method is made. */
  before(method: StoreMethod, act: () => unknown): void;
  /** Nothing fails any more. */
  heal(): void;
  /** Every call that was made, in order. */
  readonly calls: StoreMethod[];
}

interface Fault {
  readonly type: "connection" | "answer";
  readonly method: StoreMethod | undefined;
  left: number;
}

export interface FaultGate extends StoreFaults {
  /** The same methods, behind the faults. Those that answer at once (subscriptions) are left as they are. */
  guard<Part extends object>(name: string, part: Part): Part;
}

const subscriptions = new Set(["events.subscribe", "events.subscribeAll"]);

export function createFaults(): FaultGate {
  const faults: Fault[] = [];
  const interruptions: { readonly method: StoreMethod; readonly act: () => unknown }[] = [];
  const calls: StoreMethod[] = [];

  const take = (method: StoreMethod): Fault["type"] | null => {
    const fault = faults.find((one) => one.left > 0 && (one.method === undefined || one.method === method));
    if (!fault) return null;
    fault.left--;
    return fault.type;
  };

  async function call(method: StoreMethod, act: () => unknown): Promise<unknown> {
    calls.push(method);
    const interruption = interruptions.findIndex((one) => one.method === method);
    if (interruption >= 0) for (const one of interruptions.splice(interruption, 1)) await one.act();
    const fault = take(method);
    if (fault === "connection") throw new StoreUnavailable("The database is not responding: connection refused");
    const answer = await act();
    if (fault === "answer") throw new StoreUnavailable("The database is not responding: connection reset");
    return answer;
  }

  return {
    calls,
    loseConnection: (left = Number.POSITIVE_INFINITY, method) => void faults.push({ type: "connection", method, left }),
    loseAnswer: (left = Number.POSITIVE_INFINITY, method) => void faults.push({ type: "answer", method, left }),
    before: (method, act) => void interruptions.push({ method, act }),
    heal: () => void faults.splice(0),
    guard: <Part extends object>(name: string, part: Part) =>
      Object.fromEntries(
        Object.entries(part).map(([key, act]) => {
          const method = (name === "" ? key : `${name}.${key}`) as StoreMethod;
          const isPlain = subscriptions.has(method) || typeof act !== "function";
          return [key, isPlain ? act : (...given: unknown[]) => call(method, () => act(...given))];
        }),
      ) as Part,
  };
}
