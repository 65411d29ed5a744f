import { randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import { createLineSplitter } from "../../server/docker/containers/line-splitter.ts";
import { createRedact } from "../../server/rules/wording/redact.ts";
import { createSamples, report } from "./support/figures.ts";

/** How fast output is split into lines and its secrets are hidden, and whether that needs memory. */

const printedMb = 100;
const secretCount = 50;
const chunkBytes = 64 * 1024;

test("hiding 50 secrets in 100 MB of output", async () => {
  const { add, samples } = createSamples();
  const secrets = Object.fromEntries(
    Array.from({ length: secretCount }, (_, at) => [
      `SECRET_${at}`,
      at < 5 ? keyOf(1_600) : randomBytes(24).toString(at % 2 ? "base64" : "hex"),
    ]),
  );
  const begun = performance.now();
  const redact = createRedact(secrets);
  add("prepare 50 secrets, ms", performance.now() - begun);
  for (const [name, colour] of [
    ["plain", ""],
    ["coloured", "\u001b[32m"],
  ] as const) {
    const chunk = Buffer.from(logOf(chunkBytes, colour, Object.values(secrets)));
    redactAll(redact, chunk, 5);
    globalThis.gc?.();
    const before = process.memoryUsage.rss();
    const start = performance.now();
    const { hidden, peak } = redactAll(redact, chunk, printedMb);
    add(`redact ${name} output, MB/s`, printedMb / ((performance.now() - start) / 1_000));
    add(`redact ${name} output, growth of memory, MB`, (peak - before) / 1e6);
    expect(hidden).toBeGreaterThan(1_000);
  }
  await report("redaction", samples);
  for (const [name, values] of samples) console.log(`${name}: ${values.map((value) => value.toFixed(1)).join(", ")}`);
});

function redactAll(redact: (text: string) => string, chunk: Buffer, megabytes: number) {
  const splitter = createLineSplitter();
  let hidden = 0;
  let peak = 0;
  for (let bytes = 0; bytes < megabytes * 1e6; bytes += chunk.length) {
    for (const line of splitter.push(chunk)) if (redact(line).includes("[hidden: ")) hidden += 1;
    peak = Math.max(peak, process.memoryUsage.rss());
  }
  return { hidden, peak };
}

/** Lines as a build and a server print them; one in a hundred holds a secret. */
function logOf(bytes: number, colour: string, secrets: readonly string[]): string {
  let text = "";
  for (let at = 0; text.length < bytes; at++) {
    const secret = at % 100 === 0 ? ` token=${secrets[at % secrets.length]?.split("\n")[0]}` : "";
    text += `${colour}2026-01-31T12:00:00.${at % 1_000}Z GET /api/v1/orders/${at * 7919}?page=${at % 13} 200 in ${at % 97} ms${secret}\n`;
  }
  return text;
}

function keyOf(bytes: number): string {
  const lines =
    randomBytes(bytes)
      .toString("base64")
      .match(/.{1,64}/g) ?? [];
  return ["-----BEGIN PRIVATE KEY-----", ...lines, "-----END PRIVATE KEY-----"].join("\n");
}
