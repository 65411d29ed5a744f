import * as library from "@node-rs/argon2";
import { type Passwords, PasswordsBusy } from "../ports/people/passwords.ts";

/** The cost of one hash. The defaults are OWASP's first recommendation: 19 MiB, two passes, one lane. */
interface Cost {
  readonly memoryKib: number;
  readonly passes: number;
}

export const recommendedCost: Cost = { memoryKib: 19 * 1024, passes: 2 };

/** Each takes a thread for some 30 ms, of the four that Node also reads files with. */
const atOnce = 2;
/** Some two seconds of work. More than this is a flood. */
const maxWaiting = 100;

/** The algorithm, Argon2id, is the library's default. */
export function createPasswords(
  cost: Cost = recommendedCost,
  argon2: Pick<typeof library, "hash" | "verify"> = library,
): Passwords {
  const options = { memoryCost: cost.memoryKib, timeCost: cost.passes, parallelism: 1 };
  const inTurn = createTurns();
  const make = (password: string) => inTurn(() => argon2.hash(normal(password), options));
  let decoy: Promise<string> | null = null;

  return {
    hash: make,
    async check(password, stored) {
      decoy ??= make("nobody's password").catch((error: unknown) => {
        decoy = null;
        throw error;
      });
      const against = stored ?? (await decoy);
      const isRight = await inTurn(() => argon2.verify(against, normal(password)));
      const matches = isRight && stored !== null;
      return { matches, isOutdated: matches && isOutdated(against, cost) };
    },
  };
}

/** Keyboards write "é" as one code point or as two. */
const normal = (password: string) => password.normalize("NFC");

function isOutdated(stored: string, { memoryKib, passes }: Cost): boolean {
  const { memoryCost, timeCost, parallelism } = library.parseOptions(stored);
  return memoryCost !== memoryKib || timeCost !== passes || parallelism !== 1;
}

/** Limits how many run at once. The rest wait in order; those who come when too many wait are refused. */
function createTurns() {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async <T>(work: () => Promise<T>): Promise<T> => {
    if (running < atOnce) running++;
    else if (waiting.length >= maxWaiting) throw new PasswordsBusy();
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else running--;
    }
  };
}
