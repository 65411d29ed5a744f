import { PassThrough } from "node:stream";
import { describe, expect, test } from "vitest";
import { EngineUnavailable } from "../../../server/ports/engine/engine.ts";
import { BuildFailed, type BuildOutput, PullFailed } from "../../../server/ports/engine/images.ts";
import { type EngineScene, never, onScene } from "./scene.ts";

/** The contract of builds. */
export function buildsContract(scene: () => EngineScene): void {
  const { build, filesOf, unique } = onScene(scene);
  const engine = () => scene().engine;
  const tagOf = (what: string) => `baton-${engine().instance}/${what}:${unique()}`;

  describe("a build", () => {
    test("makes an image with the tag and what its Dockerfile says, and tells its steps", async () => {
      const tag = tagOf("made");
      const outputs: BuildOutput[] = [];
      const lines = ["USER 7", "EXPOSE 3000", "ENV COLOUR=blue", 'VOLUME ["/data"]'];
      const id = await build(filesOf({ prints: [unique()] }, lines), { tag }, never, (one) => outputs.push(one));
      expect(await engine().inspectImage(tag, never)).toMatchObject({
        ...{ id, tags: [tag], user: "7", volumes: ["/data"], hasHealthcheck: false },
        ...{ exposedPorts: [{ port: 3000, protocol: "tcp" }], environment: { COLOUR: "blue" } },
      });
      expect(await engine().inspectImage(id, never)).toMatchObject({ id });
      expect((await engine().listImages(never)).map((one) => one.id)).toContain(id);
      const steps = outputs.flatMap((one) => (one.type === "step" ? [one.name] : []));
      expect(steps).toContainEqual(expect.stringMatching(/^\[\d+\/\d+\] COPY \. \/app$/));
    });

    test("of the same files is the same image, and of others another", async () => {
      const files = filesOf({ prints: [unique()] });
      const first = await build(files);
      expect(await build(files)).toBe(first);
      expect(await build(filesOf({ prints: [unique()] }))).not.toBe(first);
    });

    test("that moves a tag leaves the image that had it without", async () => {
      const tag = tagOf("moving");
      const first = await build(filesOf({ prints: [unique()] }), { tag });
      const second = await build(filesOf({ prints: [unique()] }), { tag });
      expect(await engine().inspectImage(tag, never)).toMatchObject({ id: second });
      expect((await engine().inspectImage(first, never))?.tags ?? []).toEqual([]);
    });

    test("names the command that failed and its exit code", async () => {
      const failing = filesOf({ build: { fails: { step: "exit 3", exitCode: 3 } } }, ["RUN exit 3"]);
      const tag = tagOf("failing");
      const failure = await failureOf(build(failing, { tag }));
      expect(failure).toBeInstanceOf(BuildFailed);
      expect(failure).toMatchObject({ step: "exit 3", exitCode: 3, missingBase: null });
      expect(await engine().inspectImage(tag, never)).toBeNull();
    });

    test("names a base image that cannot be had", async () => {
      const { unreachable } = scene().registry;
      const files = { ...filesOf({ build: { missingBase: unreachable } }), Dockerfile: `FROM ${unreachable}\n` };
      const failure = await failureOf(build(files));
      expect(failure).toBeInstanceOf(BuildFailed);
      expect(failure).toMatchObject({ step: null, exitCode: null, missingBase: unreachable });
    });

    test("rejects with the context's own error when the context breaks off", async () => {
      const context = new PassThrough();
      const broken = new Error("the tree is too large");
      context.write(Buffer.alloc(512));
      const result = failureOf(build({}, { context }));
      context.destroy(broken);
      expect(await result).toBe(broken);
    });

    test("ends with its signal's reason", async () => {
      const abort = new AbortController();
      const reason = new Error("cancelled");
      const slow = filesOf({ build: { takesMs: 600_000 } }, [`RUN sleep 600 # ${unique()}`]);
      const tag = tagOf("slow");
      const outputs: BuildOutput[] = [];
      let result: unknown = null;
      const building = failureOf(build(slow, { tag }, abort.signal, (one) => outputs.push(one))).then((end) => {
        result = end;
      });
      await scene().eventually(() => expect(outputs.length).toBeGreaterThan(0));
      abort.abort(reason);
      await scene().eventually(() => expect(result).toBe(reason));
      await building;
      expect(await engine().inspectImage(tag, never)).toBeNull();
    });
  });
}

/** The contract of images, whether they were built or pulled. */
export function imagesContract(scene: () => EngineScene): void {
  const { build, filesOf, imageOf, request, unique } = onScene(scene);
  const engine = () => scene().engine;
  const tagOf = (what: string) => `baton-${engine().instance}/${what}:${unique()}`;
  buildsContract(scene);

  describe("an image", () => {
    test("stays as long as it has a tag, and its last tag as long as a container uses it", async () => {
      const [one, two] = [tagOf("x"), tagOf("x")];
      const id = await build(filesOf({ prints: [unique()] }), { tag: one });
      await engine().tagImage(id, two, never);
      await engine().removeTag(one, never);
      expect(await engine().inspectImage(one, never)).toBeNull();
      expect(await engine().inspectImage(id, never)).toMatchObject({ id, tags: [two] });

      const container = await engine().createContainer(await request({}, { image: id }), never);
      await engine().removeTag(two, never);
      expect(await engine().inspectImage(two, never)).toMatchObject({ id });
      await engine().removeContainer(container, never);
      await engine().removeTag(two, never);
      await engine().removeTag(two, never);
      expect(await engine().inspectImage(id, never)).toBeNull();
    });

    test("that lost its tag is told with what it takes, and goes when it is asked to unless it is used", async () => {
      const tag = tagOf("lost");
      const first = await build(filesOf({ prints: [unique()] }), { tag });
      await engine().removeUntagged(first, never);
      const second = await build(filesOf({ prints: [unique()] }), { tag });
      const usage = async () =>
        (await engine().diskUsage(never)).images.filter(({ id }) => [first, second].includes(id));
      const plain = { hasOtherTags: false, isInUse: false };
      const listed = await usage();
      expect(listed).toHaveLength(2);
      expect(listed).toContainEqual({
        ...plain,
        id: first,
        tags: [],
        createdAt: expect.any(Date),
        ownBytes: expect.any(Number),
      });
      expect(listed).toContainEqual({
        ...plain,
        id: second,
        tags: [tag],
        createdAt: expect.any(Date),
        ownBytes: expect.any(Number),
      });

      const container = await engine().createContainer(await request({}, { image: first }), never);
      expect(await usage()).toContainEqual(expect.objectContaining({ id: first, isInUse: true }));
      await engine().removeUntagged(first, never);
      expect(await engine().inspectImage(first, never)).not.toBeNull();
      await engine().removeContainer(container, never);
      for (const id of [first, second, first]) await engine().removeUntagged(id, never);
      expect((await usage()).map(({ id }) => id)).toEqual([second]);
    });

    test("under somebody else's name is neither listed nor removed", async () => {
      const foreign = `somebody-${unique()}/app:1`;
      await engine().tagImage(await imageOf({}), foreign, never);
      try {
        expect((await engine().listImages(never)).flatMap((image) => image.tags)).not.toContain(foreign);
        await expect(engine().removeTag(foreign, never)).rejects.toThrow(/not a tag of this Baton's/);
        expect(await engine().inspectImage(foreign, never)).not.toBeNull();
      } finally {
        await scene().forgetImage(foreign);
      }
    });
  });

  describe("pulling", () => {
    test("resolves with the id that the reference has now", async () => {
      const { has } = scene().registry;
      const outputs: BuildOutput[] = [];
      const id = await engine().pull(has, (output) => outputs.push(output), never);
      expect(await engine().inspectImage(has, never)).toMatchObject({ id, tags: [has] });
      expect(outputs.length).toBeGreaterThan(0);
      await scene().forgetImage(has);
    });

    test("tells a registry that has no such image from one that refuses and one that is not there", async () => {
      const { misses, refuses, unreachable } = scene().registry;
      const reasonOf = async (reference: string) => {
        const failure = await failureOf(engine().pull(reference, () => {}, never));
        expect(failure).toBeInstanceOf(PullFailed);
        return (failure as PullFailed).reason;
      };
      expect(await reasonOf(misses)).toBe("missing");
      expect(await reasonOf(refuses)).toBe("denied");
      expect(await reasonOf(unreachable)).toBe("unreachable");
      expect(await engine().inspectImage(misses, never)).toBeNull();
    });
  });

  describe("a daemon that is away", () => {
    test("is unavailable to everybody who asks it for something", async () => {
      const { away } = scene();
      const id = "c".repeat(64) as Parameters<typeof away.inspectContainer>[0];
      const asked = [
        away.info(never),
        away.machine(never),
        away.inspectContainer(id, never),
        away.listContainers({ all: true }, never),
        away.startContainer(id, never),
        away.stopContainer(id, 0, never),
        away.removeContainer(id, never),
        away.inspectImage("x:1", never),
        away.listNetworks(never),
        away.listVolumes(never),
        away.pull("x:1", () => {}, never),
      ];
      for (const result of await Promise.all(asked.map(failureOf))) expect(result).toBeInstanceOf(EngineUnavailable);
      expect(await away.listeningPorts(id)).toBeNull();
      const events = failureOf(
        (async () => {
          for await (const _ of away.events(never));
        })(),
      );
      expect(await events).toBeInstanceOf(EngineUnavailable);
    });
  });
}

async function failureOf(result: Promise<unknown>): Promise<unknown> {
  return result.then(
    () => null,
    (reason) => reason,
  );
}
