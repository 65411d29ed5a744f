import type { ReadStore } from "../../ports/store/read-store.ts";

type Parts = { readonly [Part in keyof ReadStore]?: readonly (keyof ReadStore[Part])[] };

/**
 * What pages ask again and again. Who may do what and the backups are asked each time, because other processes of this
 * Baton write them. So are events, of which there are many, and values that only a command needs.
 */
const keptQuestions: Parts = {
  environments: ["list", "get", "variableEntries"],
  products: ["bySlug", "get", "variableNames", "variableNamesOf", "variableEntries"],
  installations: [
    ...(["get", "installedProduct", "installedProducts", "ofProduct", "serviceSettings", "serviceSettingsOf"] as const),
    ...(["variableNames", "variableScopes", "buildMarks", "variableEntries"] as const),
  ],
  deployments: ["get", "getAll", "outlines", "list", "undecided", "queue", "lastReady", "lastReadyOf"],
  domains: ["list", "custom", "customOf"],
  settings: ["get"],
  sources: ["get"],
  deliveries: ["list", "get", "newestFromForge"],
  reports: ["trouble"],
  audit: ["list", "choices"],
};

/** What an administrator writes to the database by hand shows after this time. */
const keptMs = 10_000;
/** Some 50 pages of products. */
const mostKept = 1_000;

/**
 * Asks the store each of these questions once, until something is written. Nobody but this process writes what they ask
 * for, because it has the leadership; the answers are the store's own, which nobody changes.
 */
export function createKeptReads(store: ReadStore, { nowMs }: { nowMs(): number }): ReadStore {
  const answers = new Map<string, Promise<unknown>>();
  let madeOf = store.changes();
  let sinceMs = nowMs();

  function forgetWhatIsOld(): void {
    const changes = store.changes();
    if (changes === madeOf && nowMs() - sinceMs < keptMs && answers.size < mostKept) return;
    answers.clear();
    madeOf = changes;
    sinceMs = nowMs();
  }

  function keep(question: string, ask: () => Promise<unknown>): Promise<unknown> {
    forgetWhatIsOld();
    const known = answers.get(question);
    if (known !== undefined) return known;
    const answer = ask();
    answers.set(question, answer);
    answer.catch(() => answers.get(question) === answer && answers.delete(question));
    return answer;
  }

  function keeping(partName: string, part: object, names: readonly string[]): object {
    const asked = names.map((name) => {
      const ask = (...args: readonly unknown[]): unknown => {
        // Looked up when it is called, like every other method.
        const answer = () => Reflect.apply(Reflect.get(part, name) as Ask, part, args);
        return args.every(isPlain) ? keep(`${partName}.${name} ${JSON.stringify(args)}`, answer) : answer();
      };
      return [name, ask] as const;
    });
    return withOthers(part, new Map(asked));
  }

  const parts = Object.entries(keptQuestions as Readonly<Record<string, readonly string[]>>).map(
    ([name, names]) => [name, keeping(name, Reflect.get(store, name), names)] as const,
  );
  return withOthers(store, new Map(parts));
}

type Ask = (...args: readonly unknown[]) => Promise<unknown>;

/** The object with these properties instead of its own. */
function withOthers<T extends object>(object: T, others: ReadonlyMap<string | symbol, unknown>): T {
  return new Proxy(object, { get: (_, name) => others.get(name) ?? Reflect.get(object, name) });
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
