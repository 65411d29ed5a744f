import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { expect, onTestFinished, test } from "vitest";
import { createDockerEngine } from "../../../server/docker/docker-engine.ts";
import type { InstanceId } from "../../../server/model/names/ids.ts";
import { EngineUnavailable } from "../../../server/ports/engine/engine.ts";
import { docker20, docker28, docker29, type Spoken, speaking, standIn } from "./stand-in-daemon.ts";

const never = new AbortController().signal;

/** An engine on a daemon that `becomes` others; `asked` fills with the addresses and bodies of what it is asked for. */
async function engineOn(first: Spoken, answer: unknown = []) {
  let now = first;
  const asked: string[] = [];
  const bodies: unknown[] = [];
  const handler = speaking(
    () => now,
    (request, response) => {
      asked.push(request.url ?? "");
      void text(request).then((body) => {
        if (body.startsWith("{")) bodies.push(JSON.parse(body));
        response.end(JSON.stringify(answer));
      });
    },
  );
  let greetings = 0;
  const daemon = await standIn((request, response) => {
    if (request.url === "/version") greetings += 1;
    handler(request, response);
  });
  onTestFinished(() => daemon[Symbol.asyncDispose]());
  const engine = createDockerEngine({ instance: "test0000" as InstanceId, socket: daemon.socket });
  return {
    ...{ engine, asked, bodies },
    greetings: () => greetings,
    becomes(next: Spoken) {
      now = next;
    },
  };
}

test("every request names the version, which is agreed on once", async () => {
  const { engine, asked, greetings } = await engineOn(docker28);
  await engine.listNetworks(never);
  await engine.listImages(never);
  expect(asked.map((url) => url.replace(/\?.*/, ""))).toEqual(["/v1.51/networks", "/v1.51/images/json"]);
  expect(greetings()).toBe(1);
  expect(await engine.info(never)).toMatchObject({ ...docker28Info, builder: "buildkit" });
});

test("a build does not ask again what the daemon is", async () => {
  const { engine, greetings } = await engineOn(docker28);
  await engine.listNetworks(never);
  const request = { dockerfile: "Dockerfile", tag: "t", target: null, args: {}, owner: null, cacheNamespace: "c" };
  const build = engine.build({ context: Readable.from([]), ...request }, () => {}, never);
  // It knows that there is BuildKit, whose session this daemon does not open.
  await expect(build).rejects.toThrow("does not upgrade");
  expect(greetings()).toBe(1);
});

const docker28Info = { version: "28.5.2", apiVersion: "1.51", minApiVersion: "1.24", spokenApiVersion: "1.51" };

test.each([
  ["updated to one that refuses the old version", docker20, docker29, "/v1.55/networks"],
  ["replaced by an older one", docker29, docker20, "/v1.41/networks"],
])("a daemon that was %s is spoken to in its own version, at once", async (_, before, after, path) => {
  const { engine, asked, becomes } = await engineOn(before);
  await engine.listNetworks(never);
  becomes(after);
  await engine.listNetworks(never);
  expect(asked.at(-1)).toMatch(path);
});

test("a daemon that was updated, and still accepts the old version, is spoken to in the new one from then on", async () => {
  const { engine, asked, becomes } = await engineOn(docker20);
  await engine.listNetworks(never);
  becomes(docker28);
  await engine.listNetworks(never);
  await engine.listNetworks(never);
  expect(asked.map((url) => url.slice(0, 6))).toEqual(["/v1.41", "/v1.41", "/v1.51"]);
});

test("a stream that a replaced daemon refused is not sent again in part: the caller may repeat it", async () => {
  const { engine, becomes } = await engineOn(docker20, { status: "sha256:made" });
  await engine.listVolumes(never);
  becomes(docker29);
  const send = () => engine.importImage(Readable.from(["tar"]), "baton-test0000/x:1", [], never);
  await expect(send()).rejects.toThrow(new EngineUnavailable("Docker has been replaced by another version."));
  expect(await send()).toBe("sha256:made");
});

test("a daemon that has no version in common with Baton is unavailable, and the sentence says what to update", async () => {
  const { engine } = await engineOn({ Version: "17.03.1", MinAPIVersion: "1.12", ApiVersion: "1.27" });
  const refused = await engine.listNetworks(never).catch((error) => error);
  expect(refused).toBeInstanceOf(EngineUnavailable);
  expect(refused.message).toMatch(
    /^Docker 17\.03\.1 speaks the API versions 1\.12 to 1\.27, .* update Docker to 20\.10/,
  );
  await expect(engine.info(never)).rejects.toThrow(EngineUnavailable);
});

test.each([
  [docker20, "keep-storage=7"],
  [docker28, "reserved-space=7"],
])("the limit of the build cache has the name that $Version knows", async (spoken, query) => {
  const { engine, asked } = await engineOn(spoken, { SpaceReclaimed: 5 });
  expect(await engine.pruneBuildCache({ keepBytes: 7 }, never)).toBe(5);
  expect(asked.at(-1)).toMatch(new RegExp(`/build/prune\\?${query}$`));
  await engine.pruneBuildCache({ keepBytes: 7, unusedForMs: 86_400_000 }, never);
  expect(decodeURIComponent(asked.at(-1) ?? "")).toContain(`${query}&filters={"until":["86400s"]}`);
});

test("a network's name is checked by the daemon: old ones have to be asked to", async () => {
  const request = { name: "n", subnet: "10.215.0.0/27", owner: { product: 1, installation: 2 } as never };
  const old = await engineOn(docker20, []);
  await old.engine.createNetwork(request, never);
  expect(old.bodies.at(-1)).toMatchObject({ CheckDuplicate: true });
  const recent = await engineOn(docker29, []);
  await recent.engine.createNetwork(request, never);
  expect(recent.bodies.at(-1)).not.toHaveProperty("CheckDuplicate");
});

const cache = [{ Size: 30 }, { Size: 7, Shared: true }, { Size: -1 }, { Size: 4, InUse: true }];
const labels = { "baton.instance": "test0000" };
const images = [
  {
    Id: "sha256:1",
    RepoTags: ["baton-test0000/p1-web:d2"],
    Labels: labels,
    Size: 60,
    SharedSize: 50,
    Created: 7,
    Containers: 1,
  },
  { Id: "sha256:2", RepoTags: ["<none>:<none>"], Labels: labels, Size: 60, SharedSize: -1, Containers: 0 },
  { Id: "sha256:3", RepoTags: ["<none>:<none>"], Labels: null, Size: 60, SharedSize: 0, Containers: 0 },
  { Id: "sha256:4", RepoTags: ["mine:1"], Labels: labels, Size: 60, SharedSize: 0, Containers: 0 },
  { Id: "sha256:5", RepoTags: ["mine:2", "baton-test0000/p1-web:d1"], Size: 9, SharedSize: 0, Containers: 0 },
  { Id: "sha256:6", RepoTags: ["baton-other000/p1-web:d1"], Labels: { "baton.instance": "other000" }, Size: 9 },
];
const ownVolume = { Name: "v", Labels: { ...labels, "baton.product": "1", "baton.installation": "2" } };
const volumes = [{ ...ownVolume, UsageData: { Size: 20 } }, { UsageData: { Size: -1 } }, { UsageData: null }];
const oldUsage = {
  LayersSize: 100,
  Containers: [{ SizeRw: 5 }, {}],
  Images: images,
  Volumes: volumes,
  BuildCache: cache,
};
const newUsage = {
  ImageUsage: { TotalSize: 100, Items: images },
  ContainerUsage: { TotalSize: 5 },
  VolumeUsage: { TotalSize: 20, Items: volumes },
  BuildCacheUsage: { TotalSize: 36, Items: cache },
};

test.each([
  [docker20, oldUsage, "/v1.41/system/df"],
  [docker29, newUsage, "/v1.55/system/df?verbose=true"],
])("the disk usage of $Version is read from the fields that it has", async (spoken, answer, url) => {
  const { engine, asked } = await engineOn(spoken, answer);
  const image = (id: string, ownBytes: number, tags: readonly string[] = []) => ({
    ...{ id, tags, ownBytes, hasOtherTags: false, createdAt: new Date(0), isInUse: false },
  });
  expect(await engine.diskUsage(never)).toEqual({
    ...{ imagesBytes: 100, containersBytes: 5, volumesBytes: 20, buildCacheBytes: 34, unusedCacheBytes: 30 },
    images: [
      { ...image("sha256:1", 10, ["baton-test0000/p1-web:d2"]), isInUse: true, createdAt: new Date(7_000) },
      image("sha256:2", 60),
      { ...image("sha256:5", 9, ["baton-test0000/p1-web:d1"]), hasOtherTags: true },
    ],
    volumes: [{ name: "v", owner: { product: 1, installation: 2 }, bytes: 20 }],
  });
  expect(asked).toEqual([url]);
});

test("the disk usage is asked for again when a snapshot went while the daemon added up", async () => {
  let asked = 0;
  const gone = "NotFound: snapshot 7ace4c2b does not exist: not found";
  const daemon = await standIn(
    speaking(
      () => docker28,
      (_, response) => {
        asked += 1;
        if (asked < 4) response.writeHead(asked === 1 ? 500 : 404).end(JSON.stringify({ message: gone }));
        else response.end(JSON.stringify(oldUsage));
      },
    ),
  );
  onTestFinished(() => daemon[Symbol.asyncDispose]());
  const engine = createDockerEngine({ instance: "test0000" as InstanceId, socket: daemon.socket });
  expect(await engine.diskUsage(never)).toMatchObject({ imagesBytes: 100 });
  asked = -1;
  await expect(engine.diskUsage(never)).rejects.toThrow(gone);
});
