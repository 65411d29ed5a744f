import { setMaxListeners } from "node:events";

/**
 * One life of a server: everything that it asks of the world goes through here, so that it can be made to fail, or to
 * die at any moment, as by `kill -9`. What is left of a dead one waits for ever and reaches nothing any more.
 */
export interface FakeProcess {
  /** The same adapter, for this process. `name` comes before the names of its methods: "engine.createContainer". */
  adapter<Adapter extends object>(name: string, adapter: Adapter): Adapter;
  /** A step of the process by itself, such as a failpoint: as if it were a call that does nothing. */
  step(name: string): Promise<void>;
  kill(): void;
  readonly isDead: boolean;
  /** Aborted by `kill`: the daemon ends what it does for a client that has gone. */
  readonly signal: AbortSignal;
}

/** What may be told to happen to a call. */
export interface Faults {
  /** Every call and failpoint so far, of all processes, in order. */
  readonly calls: readonly string[];
  /** Calls of these names fail, and do nothing. */
  fail(call: string, error: () => Error, on?: Occasion): void;
  /** Calls of these names do what they do, and their answer is lost. */
  loseAnswer(call: string, error: () => Error, on?: Occasion): void;
  /** The process dies instead of the call, or right after it. */
  kill(call: string, moment: "before" | "after", on?: Occasion): void;
  /** Something else comes first. */
  before(call: string, act: () => unknown, on?: Occasion): void;
  /** Looks at the world before every call; healing ends no look. */
  watch(look: () => unknown): void;
  /** Nothing is to happen any more. */
  heal(): void;
  /** Calls that something was to happen to, and that have not come. */
  readonly waiting: readonly string[];
}

export interface Occasion {
  /** Which of the calls that match it begins with: 1 is the first, and what is meant when nothing is said. */
  readonly nth?: number;
  /** How many there are; 1 unless said otherwise. */
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

/** `*` at the end of a name stands for the rest: "engine.*" is the whole daemon. */
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

/** These answer at once, and are no questions to another process. */
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
/** What takes its time in another process, which ends it when its client is gone. */
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

/** The parts of a store; a map of rows is no adapter. */
function isPort(member: object): boolean {
  return (
    Object.getPrototypeOf(member) === Object.prototype && Object.values(member).some((one) => typeof one === "function")
  );
}
