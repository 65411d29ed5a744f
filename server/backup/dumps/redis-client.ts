import { type Inside, run, textOf, variableOf } from "./dump-tool.ts";
import { optionOf, shellWords, wordsOf } from "./server-options.ts";

/** The names of their programs begin with it. */
const kinds = ["redis", "valkey", "keydb"] as const;

export interface RedisClient {
  readonly kind: (typeof kinds)[number];
  /** A program request of the command-line client, logged in. */
  command(words: readonly string[]): { readonly command: readonly string[]; readonly environment: object };
  /** Rejects with what the server says when it says an error. */
  ask(words: readonly string[], signal: AbortSignal): Promise<string>;
}

interface Login {
  readonly user: string | null;
  readonly password: string | null;
}

/** The command-line client of Redis, Valkey or KeyDB in its container, as a user that the server lets in. */
export async function connect(inside: Inside, signal: AbortSignal) {
  const kind = await kindOf(inside, signal);
  const options = await optionsOf(inside, signal);
  const { port, logins } = await waysIn(inside, options, signal);
  let refusal: unknown;
  for (const login of logins) {
    const client = clientFor(inside, kind, port, login);
    try {
      await client.ask(["ping"], signal);
      return client;
    } catch (error) {
      if (!(error instanceof RedisError) || !/^(?:NOAUTH|WRONGPASS|ERR|NOPERM)/.test(error.message)) throw error;
      refusal = error;
    }
  }
  const said = refusal instanceof Error ? refusal.message : "";
  throw new Error(
    `The server does not let Baton in: give it its password as REDIS_PASSWORD, and its user as REDIS_USERNAME where it is not the default one (${said})`,
    { cause: refusal },
  );
}

/** An error that the server answers with: its client prints it, but ends as if all were well. */
class RedisError extends Error {
  override readonly name = "RedisError";
}

function clientFor(inside: Inside, kind: RedisClient["kind"], port: string | null, { user, password }: Login) {
  const environment = password === null ? {} : { REDISCLI_AUTH: password, VALKEYCLI_AUTH: password };
  const login = [...(user === null ? [] : ["--user", user]), ...(port === null ? [] : ["-p", port])];
  const command = (words: readonly string[]) => ({
    command: [`${kind}-cli`, "--no-auth-warning", ...login, ...words],
    environment,
  });
  const ask = async (words: readonly string[], signal: AbortSignal) => {
    const answer = await textOf(inside, command(words), signal);
    const [, error] =
      /^(?:AUTH failed: |\(error\) )?((?:NOAUTH|ERR|WRONGPASS|NOPERM|LOADING|MISCONF)\b.*)/.exec(answer) ?? [];
    if (error !== undefined) throw new RedisError(error);
    return answer;
  };
  return { kind, command, ask };
}

async function kindOf(inside: Inside, signal: AbortSignal): Promise<RedisClient["kind"]> {
  for (const kind of kinds) {
    const isThere = await run(inside, { command: [`${kind}-cli`, "--version"] }, signal).then(
      () => true,
      () => false,
    );
    if (isThere) return kind;
    signal.throwIfAborted();
  }
  throw new Error("Its image has no command-line client of Redis, Valkey or KeyDB");
}

/** Looks an option up as the server does: on its command line first, then in its file. */
async function optionsOf(inside: Inside, signal: AbortSignal): Promise<(name: string) => string | null> {
  const words = wordsOf(inside);
  const at = words.findIndex((word) => /(?:^|\/)(?:redis|valkey|keydb)-server$/.test(word));
  const file = at === -1 ? undefined : words[at + 1];
  const hasFile = file !== undefined && !file.startsWith("-");
  const lines = hasFile ? await textOf(inside, { command: ["cat", file] }, signal).catch(() => "") : "";
  const inFile = new Map(
    lines.split("\n").map((line) => {
      const [name = "", value = ""] = shellWords(line.trim(), {});
      return [name.toLowerCase(), value] as const;
    }),
  );
  return (name) => optionOf(inside, `--${name}`) ?? (inFile.get(name) || null);
}

async function waysIn(inside: Inside, option: (name: string) => string | null, signal: AbortSignal) {
  const { variables } = inside;
  const given = await variableOf(inside, ["REDIS_PASSWORD", "VALKEY_PASSWORD", "KEYDB_PASSWORD"], signal);
  const required = option("requirepass");
  const user = ["REDIS_USERNAME", "REDIS_USER", "VALKEY_USERNAME", "VALKEY_USER"]
    .map((name) => variables[name])
    .find((name) => name);
  const logins: Login[] = [];
  for (const password of new Set([required, given])) if (password !== null) logins.push({ user: null, password });
  if (user !== undefined && given !== null) logins.push({ user, password: given });
  logins.push({ user: null, password: null });
  const port = variables.REDIS_PORT_NUMBER || variables.VALKEY_PORT_NUMBER || option("port");
  return { logins, port: port !== null && /^[1-9]\d*$/.test(port) ? port : null };
}
