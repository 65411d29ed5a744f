import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createBuild } from "../../../server/docker/build/build.ts";
import { daemonAddress } from "../../../server/docker/connection.ts";
import { createDaemon, type Daemon } from "../../../server/docker/host/daemon.ts";
import type { BuildOutput } from "../../../server/ports/engine/images.ts";
import { createScratchEngine, never, type ScratchEngine } from "../scratch-engine.ts";
import { contextOf } from "../tiny-image.ts";

let scratch: ScratchEngine;
beforeAll(async () => {
  scratch = await createScratchEngine({ builder: "buildkit" });
});
afterAll(() => scratch[Symbol.asyncDispose]());

/**
 * The daemon as one that serves gRPC on its socket. Daemons that don't have the same service behind `POST /grpc`, so
 * that real BuildKit is at the other end either way.
 */
async function servingGrpc(): Promise<Daemon> {
  const daemon = createDaemon(daemonAddress(process.env.DOCKER_HOST));
  if ((await daemon.agreed(never)).has("1.53")) return daemon;
  return {
    ...daemon,
    agreed: async (signal) => ({ ...(await daemon.agreed(signal)), has: () => true }),
    dial: (signal) => daemon.upgrade({ path: "/grpc", headers: { Upgrade: "h2c" } }, signal),
    upgrade: async () => {
      throw new Error("POST /session is for daemons without gRPC.");
    },
  };
}

async function build(dockerfile: string, secrets: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const lines: string[] = [];
  const note = (output: BuildOutput) => void (output.type === "line" && lines.push(output.text));
  const request = {
    ...{ context: contextOf({ Dockerfile: dockerfile }), dockerfile: "Dockerfile", target: null, args: {}, secrets },
    ...{ tag: `baton-${scratch.instance}/app:${randomUUID()}`, owner: null, cacheNamespace: scratch.instance },
  };
  const parts = { daemon: await servingGrpc(), instance: scratch.instance, builder: "buildkit" } as const;
  await createBuild(parts)(request, note, never);
  return lines;
}

test("secrets come through BuildKit's own gRPC, whatever their size, and for as long as the build takes", async () => {
  const secret = `sëcret ${randomUUID()} ${"long ".repeat(80_000)}end`;
  // Another build may have left the same step in the cache.
  const unique = randomUUID();
  const late = "--mount=type=secret,id=LATE";
  const lines = await build(
    `FROM ${scratch.tiny.tag}
RUN --mount=type=secret,id=TOKEN x="$(cat /run/secrets/TOKEN)" && echo "length \${#x}" # ${unique}
RUN sleep 2.5 # ${unique}
RUN ${late} echo "then $(cat /run/secrets/LATE)" # ${unique}\n`,
    { TOKEN: secret, LATE: `late ${secret.slice(7, 43)}` },
  );
  // Shells count bytes or characters.
  const length = Number(/length (\d+)/.exec(lines.join("\n"))?.[1]);
  expect([secret.length, Buffer.byteLength(secret)]).toContain(length);
  expect(lines).toContain(`then late ${secret.slice(7, 43)}`);
});

test("a secret that the build was not given is not there", async () => {
  const dockerfile = `FROM ${scratch.tiny.tag}\nRUN --mount=type=secret,id=OTHER cat /run/secrets/OTHER\n`;
  await expect(build(dockerfile, { TOKEN: "x" })).rejects.toMatchObject({ exitCode: 1 });
});
