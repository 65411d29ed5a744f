import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { text } from "node:stream/consumers";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { embeddedPostgres, startBaton } from "../e2e/support/baton/harness.ts";
import { createHook, type HookRequest } from "../e2e/support/forge-hook.ts";
import { createRepository } from "../e2e/support/git-client.ts";
import { serveForge } from "../git/servers/forge-server.ts";
import { createSamples, report } from "./support/figures.ts";

/**
 * Delivers many webhooks at the same moment, as after a push of many branches; a forge waits 10 s for each answer. They
 * are signed beforehand and sent by a process of its own that gives way to the server.
 */

const burst = 1_000;
const bursts = 5;
const pauseMs = 2_000;

test("the answers to a burst of webhooks", async () => {
  await using forge = await serveForge();
  const { add, samples } = createSamples();
  const baton = await startBaton({
    ...embeddedPostgres,
    BATON_ALLOW_PRIVATE_REPOSITORIES: "1",
    BATON_LOG_LEVEL: "info",
    ...(process.env.BATON_BENCH_NODE_OPTIONS && { NODE_OPTIONS: process.env.BATON_BENCH_NODE_OPTIONS }),
  });
  const repository = await createRepository();
  try {
    const { folder, url } = await forge.repository("acme/shop");
    await repository.write({ "index.html": "shop" });
    await repository.commit("Begin");
    await repository.push(folder, "HEAD:refs/heads/main").done;
    const { body } = await baton.api.send<{ webhook: { url: string; secret: string } }>("POST", "/api/products", {
      ...{ name: "shop", repository: url, branch: "main" },
    });
    const hook = createHook(body.webhook, url);
    await hook.deliver("", { event: "ping" });
    const commit = "c".repeat(40);
    for (let turn = 0; turn < bursts; turn++) {
      const requests = Array.from({ length: burst }, () => hook.request(commit, { branch: `topic-${randomUUID()}` }));
      const answers = await sendAll(new URL(body.webhook.url), requests);
      expect(answers.filter(({ status }) => status >= 300)).toEqual([]);
      // A server that has just started runs code that is not compiled yet.
      const which = turn === 0 ? `the first burst of ${burst} after a start` : `a burst of ${burst}`;
      add(`webhook of ${which}, ms`, ...answers.map(({ tookMs }) => tookMs));
      add(`slowest webhook of ${which}, ms`, Math.max(...answers.map(({ tookMs }) => tookMs)));
      await delay(pauseMs);
    }
    await report("webhooks", samples);
  } finally {
    await baton.down();
    await repository.remove();
  }
});

const sender = fileURLToPath(new URL("support/burst.mjs", import.meta.url));

async function sendAll(
  { hostname, port, pathname, host }: URL,
  requests: readonly HookRequest[],
): Promise<readonly { readonly status: number; readonly tookMs: number }[]> {
  const lines = requests.map(({ headers, body }) => {
    const all = { Host: host, Connection: "close", "Content-Length": String(Buffer.byteLength(body)), ...headers };
    const head = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
    return `POST ${pathname} HTTP/1.1\r\n${head.join("")}\r\n${body}`;
  });
  const child = spawn(process.execPath, [sender], { stdio: ["pipe", "pipe", "inherit"] });
  child.stdin.end(JSON.stringify({ host: hostname, port: Number(port), requests: lines }));
  return JSON.parse(await text(child.stdout));
}
