import { z } from "zod";
import type { SourceTree } from "../plan/plan.ts";
import { parseJsonWithComments } from "../source/json-with-comments.ts";
import type { ManifestHealth } from "./manifest.ts";

/** The settings in app.json, as Heroku and Dokku read it, for the service that is deployed. */
export interface AppJson {
  readonly health: ManifestHealth;
  readonly decisions: readonly string[];
  readonly warnings: readonly string[];
}

const nothing: AppJson = { health: {}, decisions: [], warnings: [] };

/** Seconds, as in Dokku. A value of another type than expected counts as absent. */
const seconds = z.number().positive().max(3600).optional().catch(undefined);
const check = z.object({
  type: z.string().optional().catch(undefined),
  path: z
    .string()
    .regex(/^\/[\x21-\x7e]*$/)
    .optional()
    .catch(undefined),
  command: z.unknown().optional(),
  attempts: z.number().int().positive().max(1000).optional().catch(undefined),
  timeout: seconds,
  wait: seconds,
  initialDelay: seconds,
});
const schema = z.object({
  healthchecks: z.record(z.string(), z.array(check).catch([])).catch({}),
  scripts: z.record(z.string(), z.unknown()).catch({}),
  cron: z.array(z.unknown()).catch([]),
});

/**
 * Reads the health check of a process type and says which parts of the file are not used. Never rejects, because a
 * deployment does not depend on the file.
 */
export async function readAppJson(tree: SourceTree, processType: string): Promise<AppJson> {
  const text = await tree.read("app.json");
  if (text === null) return nothing;
  let json: unknown;
  try {
    json = parseJsonWithComments(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { ...nothing, warnings: [`app.json is not used, because it is not valid JSON: ${reason}`] };
  }
  const parsed = schema.safeParse(json);
  if (!parsed.success) return nothing;
  const { healthchecks, scripts, cron } = parsed.data;

  const checks = healthchecks[processType] ?? [];
  const http = checks.find((candidate) => candidate.type !== "liveness" && candidate.path !== undefined);
  const unused = [
    ...(checks.some(({ command }) => command !== undefined) ? ["health checks that run a command"] : []),
    ...Object.keys(scripts).map((name) => (name === "dokku" ? "scripts.dokku" : `scripts.${name}`)),
    ...(cron.length > 0 ? ["cron"] : []),
  ];
  return {
    health: http ? healthOf(http) : {},
    decisions: http ? [`Health check: GET ${http.path} (app.json)`] : [],
    warnings: unused.length > 0 ? [`app.json: ${unused.join(", ")} not used`] : [],
  };
}

/**
 * Translates Dokku's check, which waits `initialDelay` and then tries `attempts` times with `wait` in between. Baton
 * tries earlier and for just as long.
 */
function healthOf({ path, attempts, timeout, wait, initialDelay }: z.output<typeof check>): ManifestHealth {
  const patience = (initialDelay ?? 0) + (attempts ?? 0) * ((wait ?? 5) + (timeout ?? 5));
  return {
    path,
    tryTimeoutMs: timeout === undefined ? undefined : timeout * 1000,
    // The timeout is never shorter than Baton's default.
    timeoutMs: patience > 90 ? patience * 1000 : undefined,
  };
}
