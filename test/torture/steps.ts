import type { ReplyManner } from "../e2e/support/apps/reply-app.ts";

export const products = ["shop", "blog", "wiki"] as const;
export type Product = (typeof products)[number];

/** What is done to Baton. All of it follows from the seed alone, so that a run can be repeated. */
export type Step =
  | { readonly type: "push"; readonly product: Product; readonly manner: ReplyManner }
  | { readonly type: "redeploy" | "go back" | "cancel" | "stop" | "change a variable"; readonly product: Product }
  | { readonly type: "remove a container" | "stop a container" | "kill a container"; readonly product: Product }
  | { readonly type: "remove a route"; readonly product: Product }
  | { readonly type: "kill Baton" | "hang Docker" | "fill the disk"; readonly ms: number }
  | { readonly type: "kill Caddy" | "kill Postgres" | "restart Docker" | "kill Docker" }
  | { readonly type: "pause"; readonly ms: number };

/** Mulberry32: small, and the same everywhere. */
export function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** How often each kind comes, against the others. */
const weights: Readonly<Record<Step["type"], number>> = {
  push: 20,
  redeploy: 4,
  "go back": 4,
  cancel: 4,
  stop: 2,
  "change a variable": 4,
  "kill Baton": 6,
  "kill Caddy": 3,
  "kill Postgres": 3,
  "hang Docker": 3,
  "restart Docker": 2,
  "kill Docker": 1,
  "remove a container": 3,
  "stop a container": 3,
  "kill a container": 3,
  "remove a route": 2,
  "fill the disk": 2,
  pause: 12,
};

const manners: Readonly<Record<ReplyManner, number>> = {
  serve: 10,
  "fail to build": 2,
  "answer 500": 2,
  exit: 2,
  "keep data": 1,
  // A test of its own does these: they take long.
  "fill the disk": 0,
  "leave cache": 0,
};

export function* stepsOf(seed: number): Generator<Step, never> {
  const random = createRandom(seed);
  const upTo = (max: number) => Math.floor(random() * max);
  const pick = <Name extends string>(choices: Readonly<Record<Name, number>>): Name => {
    const entries = Object.entries(choices) as [Name, number][];
    const all = entries.flatMap(([name, weight]) => Array.from({ length: weight }, () => name));
    return all[upTo(all.length)] as Name;
  };
  for (;;) {
    const type = pick(weights);
    const product = products[upTo(products.length)] ?? products[0];
    const ms = upTo(3_000);
    switch (type) {
      case "push": {
        // Only one product keeps data: it is replaced in place, while requests wait.
        const manner = pick(manners);
        yield { type, product, manner: manner === "keep data" && product !== "wiki" ? "serve" : manner };
        break;
      }
      case "hang Docker":
        yield { type, ms: 1_000 + 5 * ms };
        break;
      case "fill the disk":
        yield { type, ms: 2_000 + ms };
        break;
      case "kill Baton":
      case "pause":
        yield { type, ms };
        break;
      case "kill Caddy":
      case "kill Postgres":
      case "restart Docker":
      case "kill Docker":
        yield { type };
        break;
      default:
        yield { type, product };
    }
  }
}

export function nameOf(step: Step): string {
  const { type, ...more } = step;
  return [type, ...Object.values(more)].join(" ");
}
