import { randomInt } from "node:crypto";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { get as httpGet, type IncomingHttpHeaders } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { BaseName } from "../../../builder/plan/plan.ts";
import { systemClock } from "../../../server/boot/system-clock.ts";
import { createHostPackages } from "../../../server/host-packages/debian-npm.ts";
import { plainContainer } from "../../../server/model/deployment/spec.ts";
import { hostAddress } from "../../../server/model/names/host-address.ts";
import type { ImageId } from "../../../server/model/names/ids.ts";
import { type BaseImages, createBaseImages } from "../../../server/pipeline/images/base/base-images.ts";
import type { Engine } from "../../../server/ports/engine/engine.ts";
import type { BuildOutput } from "../../../server/ports/engine/images.ts";
import { createScratchEngine, never, owner, type ScratchEngine } from "../../docker/scratch-engine.ts";
import { contextOf } from "../../docker/tiny-image.ts";
import { caddyBin } from "../../proxy/real-caddy.ts";
import { runBaseImage } from "../../run/base-images.ts";
import { freePorts } from "../../run/free-ports.ts";
import { plannedService } from "../tree.ts";

const helloFolder = join(import.meta.dirname, "../../../builder/hello");

let scratch: ScratchEngine;
let folder: string;
let images: BaseImages;
const notes: string[] = [];
const onNote = (text: string) => notes.push(text);

beforeAll(async () => {
  scratch = await createScratchEngine();
  folder = await mkdtemp(join(tmpdir(), "baton-base-images-"));
  images = createBaseImages({
    engine: withPrivateNames(scratch.engine),
    hostPackages: createHostPackages({ folder, caddyBin: caddyBin() }),
    clock: systemClock,
    mode: "local",
  });
});

afterAll(async () => {
  await scratch?.[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

describe("base images that are made here", () => {
  it("serve the bundled hello app from static:1", async () => {
    const image = await buildApp(await filesOf(helloFolder));
    await running(image, 8080, /serving initial configuration/, async (get) => {
      const page = await get("/");
      expect(page.status).toBe(200);
      expect(page.headers["content-type"]).toBe("text/html; charset=utf-8");
      expect(page.headers["cache-control"]).toBe("no-cache");
      expect(page.body).toContain("It’s live.");
      expect((await get("/.baton/Dockerfile")).status).toBe(404);
    });
    expect(notes).toEqual([
      "Building baton/static:1 from this server's Caddy (once, takes a few seconds)",
      expect.stringMatching(/^baton\/static:1 is ready \(\d+ s\)$/),
    ]);
  });

  it("leave nothing of an image whose making was interrupted", async () => {
    const cancel = new AbortController();
    const onOutput = () => cancel.abort(new Error("cancelled"));
    await expect(images.resolve("debian:12", onNote, onOutput, cancel.signal)).rejects.toThrow("cancelled");
    expect(await scratch.engine.inspectImage(`baton-${scratch.instance}/base-debian:12`, never)).toBeNull();
  });

  it("install, build and run a Node app as an unprivileged user on node:22", async () => {
    // The image is built here too, but only once for all tests of the run.
    const made = await scratch.engine.inspectImage(await runBaseImage("node:22"), never);
    if (made) await scratch.engine.tagImage(made.id, privateName(scratch.engine, "baton/node:22"), never);
    const image = await buildApp(nodeApp);
    await running(image, 3000, /listening/, async (get) => {
      expect(JSON.parse((await get("/")).body)).toEqual({
        node: expect.stringMatching(/^v22\./),
        uid: 1000,
        home: "/home/node",
        production: true,
        dependency: 60_000,
        developmentDependency: false,
        built: "yes",
      });
    });
  });

  it("compile on node:22-full what runs on node:22, without asking nodejs.org for headers", async () => {
    const image = await buildApp(compiledApp);
    await running(image, 3001, /listening/, async (get) => {
      expect((await get("/")).body).toBe("compiled; compiler: false");
    });
    // The temporary files of the interrupted build have been removed by now, too.
    expect(await readdir(join(folder, "distribution"))).toEqual([]);
  });
});

const compiledApp = {
  "package.json": JSON.stringify({ scripts: { start: "node server.js" }, dependencies: { ms: "2.1.3" } }),
  "binding.gyp": '{ "targets": [{ "target_name": "word", "sources": ["word.cc"] }] }',
  "word.cc": `
    #include <node_api.h>
    NAPI_MODULE_INIT() {
      napi_value word;
      napi_create_string_utf8(env, "compiled", NAPI_AUTO_LENGTH, &word);
      return word;
    }
  `,
  "server.js": `
    const answer = require("./build/Release/word.node") + "; compiler: " + require("node:fs").existsSync("/usr/bin/g++");
    require("node:http").createServer((_, response) => response.end(answer))
      .listen(process.env.PORT, () => console.log("listening"));
  `,
};

const nodeApp = {
  "package.json": JSON.stringify({
    scripts: { build: "node build.js", start: "node server.js" },
    dependencies: { ms: "2.1.3" },
    devDependencies: { inherits: "2.0.4" },
  }),
  "build.js": `require("inherits"); require("node:fs").writeFileSync("built.txt", "yes");`,
  "server.js": `
    const { existsSync, readFileSync, writeFileSync } = require("node:fs");
    const facts = {
      node: process.version,
      uid: process.getuid(),
      home: require("node:os").homedir(),
      production: process.env.NODE_ENV === "production",
      dependency: require("ms")("1m"),
      developmentDependency: existsSync("node_modules/inherits"),
      built: readFileSync("built.txt", "utf8"),
    };
    writeFileSync("written-by-the-app.txt", "");
    require("node:http").createServer((_, answer) => answer.end(JSON.stringify(facts)))
      .listen(process.env.PORT, () => console.log("listening"));
  `,
};

function privateName(engine: Engine, reference: string): string {
  return reference.replace(/^baton\//, `baton-${engine.instance}/shared-`);
}

/**
 * Keeps even the name that all Batons share private to this test, so that the image is really built and nothing is left
 * behind.
 */
function withPrivateNames(engine: Engine): Engine {
  const own = (reference: string) => privateName(engine, reference);
  return {
    ...engine,
    inspectImage: (reference, signal) => engine.inspectImage(own(reference), signal),
    tagImage: (id, reference, signal) => engine.tagImage(id, own(reference), signal),
  };
}

async function filesOf(path: string): Promise<Record<string, string>> {
  const names = await readdir(path);
  const texts = await Promise.all(names.map((name) => readFile(join(path, name), "utf8")));
  return Object.fromEntries(names.map((name, index) => [name, texts[index] ?? ""]));
}

/** Builds the image that the plan of these files describes, on base images that are built here. */
async function buildApp(files: Readonly<Record<string, string>>): Promise<ImageId> {
  const { recipe } = await plannedService(files);
  const printed: BuildOutput[] = [];
  const onOutput = (output: BuildOutput) => printed.push(output);
  const references = new Map<BaseName, string>();
  for (const base of recipe.bases) references.set(base, await images.resolve(base, onNote, onOutput, never));
  const dockerfile = recipe.generate?.((base) => references.get(base) ?? base) ?? "";
  const request = {
    context: contextOf({ ...files, ...Object.fromEntries(recipe.extraFiles), [recipe.dockerfile]: dockerfile }),
    dockerfile: recipe.dockerfile,
    tag: `baton-${scratch.instance}/app:${recipe.bases.join("-").replaceAll(":", "-")}`,
    target: null,
    args: {},
    owner,
    cacheNamespace: scratch.instance,
  };
  return scratch.engine.build(request, onOutput, never).catch((error: unknown) => {
    throw new Error(`the build failed: ${JSON.stringify(printed.slice(-10))}`, { cause: error });
  });
}

type Get = (path: string) => Promise<{ status: number; headers: IncomingHttpHeaders; body: string }>;

/** Runs the image as a deployment would, and calls `use` once its output says that it is ready. */
async function running(image: ImageId, port: number, ready: RegExp, use: (get: Get) => Promise<void>): Promise<void> {
  const { engine, instance } = scratch;
  const [hostPort = 0] = await freePorts(1);
  const network = `baton-${instance}-${port}`;
  await engine.createNetwork(
    { name: network, subnet: `10.213.${randomInt(256)}.${randomInt(8) * 32}/27`, owner },
    never,
  );
  const container = await engine.createContainer(
    {
      name: `baton-${instance}-${port}`,
      owner,
      service: "web",
      kind: "web",
      image,
      command: null,
      environment: { PORT: String(port) },
      network,
      sharesNetwork: false,
      publish: { containerPort: port, hostAddress: hostAddress("127.0.0.1", hostPort) },
      limits: { memoryBytes: 256 * 1024 * 1024, pids: 64, cpus: null },
      stopGraceMs: 1000,
      options: plainContainer,
      mounts: [],
    },
    never,
  );
  await engine.startContainer(container, never);
  await untilPrinted(engine, container, ready);
  await use((path) => fetchPage(hostPort, path));
}

async function untilPrinted(engine: Engine, container: Parameters<Engine["logs"]>[0], ready: RegExp): Promise<void> {
  const stop = new AbortController();
  const printed: string[] = [];
  const lines = engine.logs(container, { follow: true, tail: null, timestamps: false }, stop.signal);
  for await (const line of lines) {
    printed.push(line.text);
    if (ready.test(line.text)) return stop.abort();
  }
  throw new Error(`the app ended: ${printed.join("\n")}`);
}

function fetchPage(port: number, path: string): ReturnType<Get> {
  return new Promise((resolve, reject) => {
    httpGet({ host: "127.0.0.1", port, path }, (answer) => {
      const { statusCode = 0, headers } = answer;
      text(answer).then((body) => resolve({ status: statusCode, headers, body }), reject);
    }).on("error", reject);
  });
}
