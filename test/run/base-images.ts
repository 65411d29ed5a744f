import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, get, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { inject } from "vitest";
import type { TestProject } from "vitest/node";
import type { BaseName } from "../../builder/plan/plan.ts";
import { systemClock } from "../../server/boot/system-clock.ts";
import { createDockerEngine } from "../../server/docker/docker-engine.ts";
import { createHostPackages } from "../../server/host-packages/debian-npm.ts";
import type { InstanceId } from "../../server/model/names/ids.ts";
import { createBaseImages } from "../../server/pipeline/images/base/base-images.ts";
import { caddyBin } from "../proxy/real-caddy.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** The URL of a server in the run's main process that builds base images; see `runBaseImage`. */
    readonly baseImagesUrl: string;
  }
}

/**
 * The run's own tag of a base image. The first test that needs the image has it built, and the other tests of the run
 * wait for that. The run claims the image until its end, so that none of its Batons removes it.
 */
export async function runBaseImage(base: BaseName): Promise<string> {
  // `fetch` waits at most five minutes for a response, and building can take longer on a busy machine.
  const request = get(`${inject("baseImagesUrl")}/${base}`);
  const [answer] = (await once(request, "response")) as [IncomingMessage];
  const tagOrProblem = await text(answer);
  if (answer.statusCode !== 200) throw new Error(`The base image ${base} could not be made: ${tagOrProblem}`);
  return tagOrProblem;
}

export default async function setup({ vitest }: TestProject): Promise<(() => Promise<void>) | undefined> {
  // All projects of a run share the server.
  if (vitest.getProvidedContext().baseImagesUrl) return undefined;
  const engine = createDockerEngine({
    instance: randomBytes(4).toString("hex") as InstanceId,
    socket: process.env.DOCKER_HOST,
  });
  const folder = await mkdtemp(join(tmpdir(), "baton-bases-"));
  let images: ReturnType<typeof createBaseImages> | undefined;
  const ending = new AbortController();
  async function make(base: BaseName): Promise<string> {
    images ??= createBaseImages({
      engine,
      hostPackages: createHostPackages({ folder, caddyBin: caddyBin() }),
      clock: systemClock,
      mode: "local",
    });
    const silently = () => {};
    return images.ensureLocal(base, silently, silently, ending.signal);
  }
  const server = createServer((request, response) => {
    make(request.url?.slice(1) as BaseName).then(
      (tag) => response.end(tag),
      (error: unknown) => response.writeHead(500).end(String(error)),
    );
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  vitest.provide("baseImagesUrl", `http://127.0.0.1:${(server.address() as AddressInfo).port}`);

  return async () => {
    ending.abort();
    server.close();
    const { signal } = new AbortController();
    for (const { tags } of await engine.listImages(signal)) {
      for (const tag of tags) await engine.removeTag(tag, signal);
    }
    await rm(folder, { recursive: true, force: true });
  };
}
