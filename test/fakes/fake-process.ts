import { setMaxListeners } from "node:events";

/**
 * One life of a server. Every call that it makes goes through here, so that calls can fail and the process can die at
 * any moment, as by `kill -9`. What remains of a dead process waits forever and reaches nothing.
 */
export interface FakeProcess {
  /** The same adapter, for this process. `name` is the prefix of its methods' names: "engine.createContainer". */
  adapter<Adapter extends object>(name: string, adapter: Adapter): Adapter;
  /** A step of the process itself, such as a failpoint, which acts like a call that does nothing. */
  step(name: string): Promise<void>;
  kill(): void;
  readonly isDead: boolean;
  /** Aborted by `kill`: the daemon ends what it does for a client that is gone. */
  readonly signal: AbortSignal;
}

/** What can happen to a call. */
export interface Faults {
  /** Every call and failpoint so far, of all processes, in order. */
  readonly calls: readonly string[];
  /** Makes calls of this name fail without doing anything. */
  fail(call: string, error: () => Error, on?: Occasion): void;
  /** Makes calls of this name succeed, but loses their answer. */
  loseAnswer(call: string, error: () => Error, on?: Occasion): void;
  /** Kills the process instead of the call, or right after it. */
  kill(call: string, moment: "before" | "after", on?: Occasion): void;
  /** Does something else first. */
  before(call: string, act: () => unknown, on?: Occasion): void;
  /** Calls `look` before every call, until the end; healing does not remove it. */
  watch(look: () => unknown): void;
  /** Removes all faults. */
  heal(): void;
  /** Calls that a fault still waits for. */
  readonly waiting: readonly string[];
}

export interface Occasion {
  /** The first matching call that is affected, counted from 1, which is the default. */
  readonly nth?: number;
  /** The number of affected calls; 1 by default. */
  readonly times?: number;
  /** Only calls with such arguments. */
  readonly when?: (...args: never[]) => boolean;
}

interface Fault {
  readonly call: string;
  readonly when: (...args: never[]) => boolean;
  skip: number;
  left: number;
  struck: boolean;
  readonly act: Act;
}

type Act =
  | { readonly type: "fail" | "lose-answer"; readonly error: () => Error }
  | { readonly type: "kill-before" | "kill-after" }
  | { readonly type: "before"; readonly act: () => unknown };

export interface FaultPlan extends Faults {
  take(call: string, args: readonly unknown[]): readonly Act[];
  look(): Promise<void>;
}

/** `*` at the end of a name matches the rest: "engine.*" is the whole daemon. */
export function createFaults(): FaultPlan {
  const calls: string[] = [];
  const looks: (() => unknown)[] = [];
  let faults: Fault[] = [];
  const add = (call: string, act: Act, { nth = 1, times = 1, when = () => true }: Occasion = {}) =>
    void faults.push({ call, act, when, skip: nth - 1, left: times, struck: false });
  return {
    calls,
    fail: (call, error, on) => add(call, { type: "fail", error }, on),
    loseAnswer: (call, error, on) => add(call, { type: "lose-answer", error }, on),
    kill: (call, moment, on) => add(call, { type: `kill-${moment}` }, on),
    before: (call, act, on) => add(call, { type: "before", act }, on),
    watch: (look) => void looks.push(look),
    heal() {
      faults = [];
    },
    get waiting() {
      return faults.filter(({ struck }) => !struck).map(({ call }) => call);
    },
    async look() {
      for (const look of looks) await look();
    },
    take(call, args) {
      calls.push(call);
      return faults
        .filter((fault) => fault.left > 0 && matches(fault.call, call) && fault.when(...(args as never[])))
        .filter((fault) => fault.skip-- <= 0)
        .map((fault) => {
          fault.left -= 1;
          fault.struck = true;
          return fault.act;
        });
    },
  };
}

function matches(pattern: string, call: string): boolean {
  return pattern.endsWith("*") ? call.startsWith(pattern.slice(0, -1)) : pattern === call;
}

/** These return at once and are no requests to another process. */
const immediate = new Set([
  "archive",
  "newDeployKey",
  "answerPush",
  "subscribe",
  "subscribeAll",
  "state",
  "ownAddresses",
]);
const streams = new Set(["logs", "events"]);
/** Calls that take time in another process, which ends them when its client is gone. */
const longCalls = new Set(["build", "pull", "importImage", "fillVolume", "fetch", ...streams]);

export function createFakeProcess(plan: FaultPlan, options: { readonly pause: () => Promise<void> }): FakeProcess {
  const dying = new AbortController();
  const { signal } = dying;
  setMaxListeners(0, signal);
  const never = () => new Promise<never>(() => {});

  async function call<Result>(name: string, args: readonly unknown[], act: () => Promise<Result>): Promise<Result> {
    if (signal.aborted) return never();
    await plan.look();
    const acts = plan.take(name, args);
    await options.pause();
    for (const one of acts) if (one.type === "before") await one.act();
    if (acts.some(({ type }) => type === "kill-before")) dying.abort();
    if (signal.aborted) return never();
    for (const one of acts) if (one.type === "fail") throw one.error();
    try {
      const result = await act();
      if (acts.some(({ type }) => type === "kill-after")) dying.abort();
      if (signal.aborted) return never();
      for (const one of acts) if (one.type === "lose-answer") throw one.error();
      await options.pause();
      return signal.aborted ? never() : result;
    } catch (error) {
      return signal.aborted ? never() : Promise.reject(error);
    }
  }

  async function* stream<Item>(name: string, args: readonly unknown[], items: AsyncIterable<Item>) {
    await call(name, args, async () => {});
    for await (const item of items) {
      if (signal.aborted) await never();
      yield item;
    }
  }

  function adapter<Adapter extends object>(name: string, target: Adapter): Adapter {
    return new Proxy(target, {
      get(_, key) {
        const member: unknown = Reflect.get(target, key);
        const path = `${name}.${String(key)}`;
        if (typeof member === "object" && member !== null && isPort(member)) return adapter(path, member);
        if (typeof member !== "function" || immediate.has(String(key))) return member;
        if (streams.has(String(key))) {
          return (...args: unknown[]) => stream(path, args, member.apply(target, withDeath(args)));
        }
        const isLong = longCalls.has(String(key));
        return (...args: unknown[]) => call(path, args, () => member.apply(target, isLong ? withDeath(args) : args));
      },
    });
  }

  /** A connection ends with its process. */
  function withDeath(args: readonly unknown[]): readonly unknown[] {
    const last = args.at(-1);
    return last instanceof AbortSignal ? [...args.slice(0, -1), AbortSignal.any([last, signal])] : args;
  }

  return {
    adapter,
    step: (name) => call(name, [], async () => {}),
    kill: () => dying.abort(),
    signal,
    get isDead() {
      return signal.aborted;
    },
  };
}

/** Whether a member is a part of a store; a map of rows is not. */
function isPort(member: object): boolean {
  return (
    Object.getPrototypeOf(member) === Object.prototype && Object.values(member).some((one) => typeof one === "function")
  );
}
