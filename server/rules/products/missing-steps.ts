import { isServedPlain } from "../routing/urls.ts";
import type { SetUpStep } from "./set-up-steps.ts";

/**
 * The lines that the start prints about going public. Empty when nobody has begun with it, or when all of it is done.
 */
export function missingSteps(facts: {
  readonly steps: readonly SetUpStep[];
  readonly publicUrl: URL;
  readonly domain: string;
  readonly listenPort: number;
  /** The URL path of the checklist. */
  readonly checklist: string;
}): readonly string[] {
  const { steps, publicUrl, domain, listenPort, checklist } = facts;
  const missing = steps.filter(({ id, state }) => state !== "done" && id !== "first-app");
  if (missing.length === 0 || (publicUrl.protocol !== "https:" && isServedPlain(domain))) return [];
  const isReached = !missing.some(({ id }) => id === "dashboard" || id === "public-url");
  const local = `http://127.0.0.1:${listenPort}`;
  return [
    "Still missing before others can reach this server:",
    "",
    ...missing.flatMap(({ title, detail, example }) => [
      `  - ${title}. ${firstSentence(detail)}`,
      ...(example === null ? [] : [`      ${example}`]),
    ]),
    "",
    `Checklist   ${isReached ? publicUrl.origin : local}${checklist}`,
    ...(isReached ? [] : [`By SSH      ssh -L ${listenPort}:127.0.0.1:${listenPort} root@this-server`]),
  ];
}

/** The checklist shows the rest. */
function firstSentence(text: string): string {
  return text.split(/(?<=\.) /)[0] ?? text;
}
