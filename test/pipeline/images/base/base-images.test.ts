import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { extract, pack } from "tar-stream";
import { describe, expect, it } from "vitest";
import type { Architecture } from "../../../../builder/images/architectures.ts";
import type { ImageId, InstanceId } from "../../../../server/model/names/ids.ts";
import { createBaseImages } from "../../../../server/pipeline/images/base/base-images.ts";
import { PullFailed } from "../../../../server/ports/engine/images.ts";
import { type HostPackages, HostPackagesUnavailable } from "../../../../server/ports/host/host-packages.ts";

const never = new AbortController().signal;

/** An engine with a set of images, and a registry that the test controls. Requests to both are recorded. */
function world(
  mode: string,
  images: readonly string[] = [],
  registry: () => Promise<void> = async () => {},
  { source = hostPackages, architecture = "x64" }: { source?: HostPackages; architecture?: Architecture | null } = {},
) {
  const present = new Map(images.map((name) => [name, `sha256:${name}` as ImageId]));
  const asked: string[] = [];
  const files = new Map<string, string[]>();
  const add = (name: string) => {
    const id = `sha256:${name}` as ImageId;
    present.set(name, id);
    return id;
  };
  const engine: Parameters<typeof createBaseImages>[0]["engine"] = {
    instance: "abcdefgh" as InstanceId,
    async inspectImage(reference) {
      const id = present.get(reference);
      return id
        ? {
            id,
            tags: [],
            exposedPorts: [],
            user: "",
            volumes: [],
            environment: {},
            sizeBytes: 1,
            createdAt: new Date(0),
            hasHealthcheck: false,
          }
        : null;
    },
    async tagImage(id, reference) {
      present.set(reference, id);
    },
    async pull(reference, onOutput, signal) {
      asked.push(`pull ${reference}`);
      onOutput({ type: "line", text: "pulling" });
      await Promise.race([registry(), aborted(signal)]);
      return add(reference);
    },
    async importImage(tar, reference) {
      asked.push(`import ${reference}`);
      files.set(reference, await namesIn(tar));
      return add(reference);
    },
    async build(request) {
      asked.push(`build ${request.tag}`);
      files.set(request.tag, await namesIn(request.context));
      return add(request.tag);
    },
  };

  let nowMs = 0;
  const sleepers: { atMs: number; wake: () => void }[] = [];
  const clock = {
    now: () => new Date(nowMs),
    monotonicMs: () => nowMs,
    sleep: (ms: number, signal: AbortSignal) =>
      Promise.race([new Promise<void>((wake) => sleepers.push({ atMs: nowMs + ms, wake })), aborted(signal)]),
    timeout: () => new AbortController().signal,
  };
  const pass = (ms: number) => {
    nowMs += ms;
    for (const { atMs, wake } of sleepers) if (atMs <= nowMs) wake();
  };

  const notes: string[] = [];
  const base = createBaseImages({ engine, hostPackages: source, clock, mode, architecture });
  const resolve = (name: `${string}:${string}`) =>
    base.resolve(
      name,
      (text) => notes.push(text),
      () => {},
      never,
    );
  return { resolve, base, notes, asked, files, present, pass };
}

const hostPackages: HostPackages = {
  debianRoot: async () => archiveOf("./", "./usr/bin/ls", "./usr/share/man/man1/ls.1"),
  npmPackage: async (name) =>
    name === "npm" ? archiveOf("package/bin/npm-cli.js") : archiveOf("package/bin/node", "package/LICENSE"),
  caddy: async () => ({ content: Buffer.from("caddy"), libraries: new Map([["/lib/libc.so.6", Buffer.from("libc")]]) }),
  certificates: async () => Buffer.from("PEM"),
};

function archiveOf(...names: string[]): Readable {
  const tar = pack();
  for (const name of names) {
    if (name.endsWith("/")) tar.entry({ name, type: "directory" });
    else tar.entry({ name }, "content");
  }
  tar.finalize();
  return Readable.from(tar, { objectMode: false });
}

function filesOf(image: string, files: ReadonlyMap<string, readonly string[]>): readonly string[] | undefined {
  return files.get(image)?.filter((name) => !name.endsWith("/"));
}

async function namesIn(tar: Readable): Promise<string[]> {
  const names: string[] = [];
  const entries = extract();
  entries.on("entry", (header, content, next) => {
    names.push(header.name);
    content.on("end", () => next());
    content.resume();
  });
  entries.end(await buffer(tar));
  await new Promise((resolve, reject) => entries.on("finish", resolve as () => void).on("error", reject));
  return names;
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
}

const unreachable = () => Promise.reject(new PullFailed("dial tcp: timeout", "unreachable"));

describe("where generated Dockerfiles take their base", () => {
  it("is never made here on a server whose architecture has no packages for it", async () => {
    const host = world("auto", [], unreachable, { architecture: null });
    await expect(host.resolve("node:22")).rejects.toThrow(/^base images can only be made on x64 and arm64, and this/);
    expect(await world("official", [], unreachable, { architecture: null }).resolve("node:22")).toBe("node:22-slim");
  });

  it("is the official image, when that is what was chosen", async () => {
    const { resolve, asked } = world("official");
    expect(await resolve("node:22")).toBe("node:22-slim");
    expect(asked).toEqual([]);
  });

  it.each(["mirror.example:5000/library", "mirror.example:5000/library/"])("is a mirror: %s", async (prefix) => {
    expect(await world(prefix).resolve("static:1")).toBe("mirror.example:5000/library/caddy:2");
  });

  it("is the official image when it is here, without asking anybody", async () => {
    const { resolve, asked } = world("auto", ["node:22-slim"], unreachable);
    expect(await resolve("node:22")).toBe("node:22-slim");
    expect(asked).toEqual([]);
  });

  it("is the official image when it can be pulled", async () => {
    const { resolve, notes } = world("auto");
    expect(await resolve("node:22")).toBe("node:22-slim");
    expect(notes).toEqual([]);
  });

  it("is built here when no registry is responding, and the waiting deployments say so", async () => {
    const { resolve, notes, asked, present } = world("auto", [], unreachable);
    expect(await resolve("node:22")).toBe("baton-abcdefgh/base-node:22");
    expect(asked).toEqual([
      "pull node:22-slim",
      "import baton-abcdefgh/base-debian:12",
      "build baton-abcdefgh/base-node:22",
    ]);
    expect(notes).toEqual([
      "node:22-slim cannot be pulled (no registry is responding)",
      "Building baton/debian:12 from Debian packages (once, takes about half a minute)",
      "baton/debian:12 is ready (0 s)",
      "Building baton/node:22 from Debian and npm packages (once, takes about a minute)",
      "baton/node:22 is ready (0 s)",
    ]);
    expect(present.get("baton/node:22")).toBe(present.get("baton-abcdefgh/base-node:22"));
  });

  it("is not asked for again for ten minutes, of whatever name, when no registry responded", async () => {
    const { resolve, asked, notes, pass } = world("auto", ["baton/node:22", "baton/static:1"], unreachable);
    await resolve("node:22");
    pass(9 * 60_000);
    await resolve("static:1");
    expect(asked).toEqual(["pull node:22-slim"]);
    expect(notes.at(-1)).toBe("caddy:2 was not pulled again: a recent attempt failed (no registry is responding)");
    pass(2 * 60_000);
    await resolve("static:1");
    expect(asked).toEqual(["pull node:22-slim", "pull caddy:2"]);
  });

  it("is asked for under another name when the registry only lacks one", async () => {
    const missing = () => Promise.reject(new PullFailed("not found", "missing"));
    const { resolve, asked, notes } = world("auto", ["baton/node:22", "baton/static:1"], missing);
    await resolve("node:22");
    await resolve("static:1");
    expect(asked).toEqual(["pull node:22-slim", "pull caddy:2"]);
    expect(notes[0]).toBe("node:22-slim cannot be pulled (the registry does not have it)");
  });

  it("is made here when a registry says nothing for a minute", async () => {
    let pulling = () => {};
    const begun = new Promise<void>((resolve) => {
      pulling = resolve;
    });
    const silent = () => {
      pulling();
      return new Promise<void>(() => {});
    };
    const { resolve, notes, pass } = world("auto", ["baton/node:22"], silent);
    const resolved = resolve("node:22");
    await begun;
    pass(60_000);
    expect(await resolved).toBe("baton-abcdefgh/base-node:22");
    expect(notes).toEqual(["node:22-slim cannot be pulled (no registry is responding)"]);
  });

  it("is shared by all who want it at once", async () => {
    const { resolve, asked } = world("auto", [], unreachable);
    await Promise.all([resolve("node:22"), resolve("node:22"), resolve("node:24")]);
    expect(asked.filter((line) => line === "import baton-abcdefgh/base-debian:12")).toHaveLength(1);
    expect(asked.filter((line) => line === "build baton-abcdefgh/base-node:22")).toHaveLength(1);
  });

  it("is what another Baton has made, under a tag of one's own", async () => {
    const { resolve, asked, present } = world("local", ["baton/node:22"]);
    expect(await resolve("node:22")).toBe("baton-abcdefgh/base-node:22");
    expect(asked).toEqual([]);
    expect(present.get("baton-abcdefgh/base-node:22")).toBe("sha256:baton/node:22");
  });

  it("gets back the name that users' Dockerfiles know, when that is gone", async () => {
    const { base, present } = world("official", ["baton-abcdefgh/base-node:22"]);
    await base.ensureLocal(
      "node:22",
      () => {},
      () => {},
      never,
    );
    expect(present.get("baton/node:22")).toBe("sha256:baton-abcdefgh/base-node:22");
  });
});

describe("a local image", () => {
  it("is a root file system without what its recipe leaves out", async () => {
    const { resolve, files } = world("local");
    await resolve("debian:12");
    expect(filesOf("baton-abcdefgh/base-debian:12", files)).toEqual([
      "usr/bin/ls",
      "etc/ssl/certs/ca-certificates.crt",
    ]);
  });

  it("holds this machine's Caddy and the libraries that it loads", async () => {
    const { resolve, files } = world("local");
    await resolve("static:1");
    expect(filesOf("baton-abcdefgh/base-static:1", files)).toEqual([
      ...["usr/bin/caddy", "lib/libc.so.6", "etc/mime.types"],
    ]);
  });

  it("lists every folder before what is in it, once", async () => {
    const { resolve, files } = world("local");
    await resolve("static:1");
    expect(files.get("baton-abcdefgh/base-static:1")).toEqual([
      ...["usr/", "usr/bin/", "usr/bin/caddy", "lib/", "lib/libc.so.6", "etc/", "etc/mime.types"],
    ]);
  });

  it("is built on another from a context of its own", async () => {
    const { resolve, files } = world("local");
    await resolve("node:22");
    expect(filesOf("baton-abcdefgh/base-node:22", files)).toEqual([
      "Dockerfile",
      "files/usr/local/bin/node",
      "files/usr/local/lib/node_modules/npm/bin/npm-cli.js",
      "files/usr/local/bin/npm",
      "files/usr/local/bin/npx",
    ]);
  });

  it("that cannot be made says why, and leaves nothing", async () => {
    const { resolve, asked, present } = world("local", [], undefined, {
      source: { ...hostPackages, npmPackage: () => Promise.reject(new HostPackagesUnavailable("npm is missing")) },
    });
    await expect(resolve("node:22")).rejects.toThrow(HostPackagesUnavailable);
    expect(asked).toEqual(["import baton-abcdefgh/base-debian:12"]);
    expect(present.has("baton-abcdefgh/base-node:22")).toBe(false);
  });
});
