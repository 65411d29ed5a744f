import { AsyncLocalStorage } from "node:async_hooks";
import { type Commands, commandPermissions } from "../../server/commands/commands.ts";
import type { Endpoint } from "../../server/route.ts";
import { endpoints } from "../../server/routes.ts";
import { includes } from "../../server/rules/access/permissions.ts";

const request = new AsyncLocalStorage<Endpoint>();

/** Remembers which endpoint answers, for the commands that it calls. */
export function asRequest<Answer>(method: string, path: string, answer: () => Promise<Answer>): Promise<Answer> {
  const endpoint = endpoints.find((one) => one.method === method && patternOf(one).test(path));
  return endpoint ? request.run(endpoint, answer) : answer();
}

/** What answers at a path, with the path's parameters as named groups. */
export function patternOf({ path }: Endpoint): RegExp {
  const parts = path.replace(
    /:(\w+)(?:\{([^}]*)\})?/g,
    (_, name: string, pattern = "[^/]+") => `(?<${name}>${pattern})`,
  );
  return new RegExp(`^${parts}$`);
}

/** Fails the test when an endpoint that asks for a weaker right calls a command: every test of the web is a test of that. */
export function asGuarded(commands: Commands): Commands {
  const guarded = Object.entries(commands).map(([name, run]) => {
    const needed = commandPermissions[name as keyof Commands];
    const call = (...given: never[]) => {
      const endpoint = request.getStore();
      const fault = endpoint && needed !== null ? faultOf(endpoint, needed) : null;
      if (fault) throw new Error(`${name} asks for "${needed}", but ${fault}`);
      return (run as (...given: never[]) => unknown)(...given);
    };
    return [name, call];
  });
  return Object.fromEntries(guarded) as Commands;
}

export function faultOf({ method, path, permission }: Endpoint, needed: Parameters<typeof includes>[1]): string | null {
  if (permission !== null && includes(permission, needed)) return null;
  return `${method} ${path} asks for ${permission === null ? "nothing" : `"${permission}"`}`;
}
