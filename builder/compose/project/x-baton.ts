import { z } from "zod";
import { says, serviceSchema, wholeNumber } from "../../manifest/schema/service-schema.ts";
import { type Field, locate } from "../read/field.ts";
import type { Report } from "../read/report.ts";
import { toPlain } from "../read/value.ts";
import type { XBaton } from "./compose-project.ts";

const example =
  "It looks like this: x-baton: { kind: web, port: 3000, health: { path: /ready, timeout: 90s }, strategy: recreate, domains: [shop.example.com] }.";

const nothing: XBaton = {
  kind: null,
  port: null,
  health: { path: null, intervalMs: null, tryTimeoutMs: null, timeoutMs: null, successes: null },
  strategy: null,
  sticky: false,
  domains: [],
};

/** Reads a service's `x-baton` and reports invalid settings. */
export function readXBaton(field: Field | null, report: Report): XBaton {
  if (field === null) return nothing;
  const parsed = schema.safeParse(toPlain(field.value));
  if (!parsed.success) {
    for (const { path, what } of parsed.error.issues.flatMap(inWords)) {
      const { at, key } = locate(field, path);
      report.problem(at, key, what, example);
    }
    return nothing;
  }
  const { kind, port, health = {}, strategy, sticky = false, domains = [] } = parsed.data;
  const hasNoPort = kind === "worker" || kind === "init";
  if (hasNoPort && port !== undefined) {
    report.problem(field.at, `${field.key}.port`, `is set, but a service of kind ${kind} has none`, example);
  }
  if (kind !== undefined && kind !== "web" && domains.length > 0) {
    const what = `are set, but only a service of kind web has domains, and this one is of kind ${kind}`;
    report.problem(field.at, `${field.key}.domains`, what, example);
  }
  return {
    kind: kind ?? (domains.length > 0 ? "web" : null),
    port: port ?? null,
    health: {
      path: health.path ?? null,
      intervalMs: health.interval ?? null,
      tryTimeoutMs: health.tryTimeout ?? null,
      timeoutMs: health.timeout ?? null,
      successes: health.successes ?? null,
    },
    strategy: strategy ?? null,
    sticky,
    domains,
  };
}

function inWords(issue: z.core.$ZodIssue): readonly { readonly path: readonly string[]; readonly what: string }[] {
  const path = issue.path.map(String);
  if (issue.code !== "unrecognized_keys") return [{ path, what: issue.message }];
  return issue.keys.map((key) => ({ path: [...path, key], what: "is not a key of x-baton here" }));
}

/** Accepts text too, because interpolation turns a number into text. */
function numberOrText(least: number, most: number) {
  return z.preprocess(
    (value) => (typeof value === "string" && /^\d{1,9}$/.test(value) ? Number(value) : value),
    wholeNumber(least, most),
  );
}

const schema = z.strictObject(serviceSchema(numberOrText), says("must hold keys such as kind and port"));
