import { describe, expect, test } from "vitest";
import { plainContainer } from "../../../server/model/deployment/spec.ts";
import type { ImageId } from "../../../server/model/names/ids.ts";
import { type ContainerRequest, PortTaken, StartFailed } from "../../../server/ports/engine/containers.ts";
import { ImageMissing } from "../../../server/ports/engine/images.ts";
import type { App } from "../../fakes/docker/app.ts";
import { type EngineScene, never, onScene, owner } from "./scene.ts";

/** The contract of containers, which holds for every engine. */
export function containersContract(scene: () => EngineScene): void {
  const { imageOf, network, request, start, state, ended, lines, unique } = onScene(scene);
  const engine = () => scene().engine;
  const web = async () => ({ containerPort: 3000, hostAddress: await scene().freeAddress() });

  describe("creating a container", () => {
    test("does not start it, and keeps whose it is and where its port is to be", async () => {
      const publish = await web();
      const id = await engine().createContainer(await request({}, { kind: "web", publish }), never);
      expect(await state(id)).toMatchObject({
        ...{ id, owner, service: "app", kind: "web", status: "created", startedAt: null, restartCount: 0 },
        ...{ hostAddress: publish.hostAddress, memoryLimitBytes: 128 * 1024 * 1024, stopGraceMs: 1_000 },
        ...{ keepsData: false, ownVolumes: [], healthcheck: null, error: "" },
      });
    });

    test("adopts what an earlier try has made, running or not", async () => {
      const wanted = await request({});
      const first = await engine().createContainer(wanted, never);
      expect(await engine().createContainer(wanted, never)).toBe(first);
      await engine().startContainer(first, never);
      expect(await engine().createContainer(wanted, never)).toBe(first);
      expect(await state(first)).toMatchObject({ status: "running", restartCount: 0 });
    });

    test("replaces what an earlier try has made on another port, or of another image", async () => {
      const wanted = await request({}, { publish: await web() });
      const first = await engine().createContainer(wanted, never);
      const moved = { ...wanted, publish: await web() };
      const second = await engine().createContainer(moved, never);
      expect(await engine().inspectContainer(first, never)).toBeNull();
      expect(await state(second)).toMatchObject({ hostAddress: moved.publish.hostAddress });

      const other = { ...moved, image: await imageOf({ prints: ["another"] }) };
      const third = await engine().createContainer(other, never);
      expect(await engine().inspectContainer(second, never)).toBeNull();
      expect(third).not.toBe(second);
    });

    test("says that the image is gone", async () => {
      const image = `sha256:${"0".repeat(64)}` as ImageId;
      const wanted = await request({}, { image });
      await expect(engine().createContainer(wanted, never)).rejects.toBeInstanceOf(ImageMissing);
    });
  });

  describe("starting a container", () => {
    test("runs it; nothing happens when it runs already", async () => {
      const id = await start({});
      const { startedAt } = await state(id);
      expect(startedAt).toBeInstanceOf(Date);
      await engine().startContainer(id, never);
      expect(await state(id)).toMatchObject({ status: "running", startedAt });
    });

    test("says that the host port is taken; once it is free the same container starts", async () => {
      const publish = await web();
      const other = await scene().occupy(publish.hostAddress);
      const id = await engine().createContainer(await request({}, { kind: "web", publish }), never);
      await expect(engine().startContainer(id, never)).rejects.toBeInstanceOf(PortTaken);
      // An engine may notice only after it has started it.
      expect(["created", "exited"]).toContain((await state(id)).status);
      await other[Symbol.asyncDispose]();
      await engine().startContainer(id, never);
      expect(await state(id)).toMatchObject({ status: "running" });

      const second = await engine().createContainer(await request({}, { kind: "web", publish }), never);
      await expect(engine().startContainer(second, never)).rejects.toBeInstanceOf(PortTaken);
      await engine().stopContainer(id, 1_000, never);
      await engine().startContainer(second, never);
      expect(await state(second)).toMatchObject({ status: "running" });
    });

    test("gives the engine's words when it cannot be started, and it can be removed", async () => {
      const words = "unable to find user nobody-here: no matching entries in passwd file";
      const image = await imageOf({ cannotStart: words }, ["USER nobody-here"]);
      const id = await engine().createContainer(await request({}, { image }), never);
      const failure = await engine()
        .startContainer(id, never)
        .catch((reason) => reason);
      expect(failure).toBeInstanceOf(StartFailed);
      expect(failure.message).toBe(words);
      await engine().removeContainer(id, never);
      expect(await engine().inspectContainer(id, never)).toBeNull();
    });

    test("one that is gone cannot be started; one whose network is gone does without it", async () => {
      const gone = await start({});
      await engine().removeContainer(gone, never);
      await expect(engine().startContainer(gone, never)).rejects.toBeInstanceOf(Error);

      const wanted = await request({}, { network: await network() });
      const id = await engine().createContainer(wanted, never);
      await engine().removeNetwork(wanted.network, never);
      await engine().startContainer(id, never);
      expect(await state(id)).toMatchObject({ status: "running" });
    });
  });

  describe("the end of a container", () => {
    test("that is to run once is for good, with its exit code", async () => {
      const id = await start({ exits: [{ afterMs: 0, code: 4 }] }, { kind: "init" });
      expect(await ended(id)).toMatchObject({ exitCode: 4, outOfMemory: false, restartCount: 0 });
    });

    test("says that memory ran out", async () => {
      const id = await start({ exits: [{ afterMs: 0, code: 137, outOfMemory: true }] }, { kind: "init" });
      expect(await ended(id)).toMatchObject({ exitCode: 137, outOfMemory: true });
    });

    test("that is to go on is followed by a restart, which is counted", async () => {
      const id = await start({ exits: [{ afterMs: 50, code: 3 }, null] });
      await scene().eventually(async () =>
        expect(await state(id)).toMatchObject({ status: "running", restartCount: 1 }),
      );
    });

    test("is followed by longer and longer waits when it recurs, and its exit code is known meanwhile", async () => {
      const id = await start({ exits: [{ afterMs: 0, code: 3 }] });
      await scene().eventually(async () =>
        expect(await state(id)).toMatchObject({ status: "restarting", exitCode: 3, restartCount: 3 }),
      );
      await engine().stopContainer(id, 0, never);
      expect(await state(id)).toMatchObject({ status: "exited" });
    });
  });

  describe("stopping a container", () => {
    /** Starts an app and waits until its program has read how it should react to SIGTERM. */
    async function startedUp(app: App, change: Partial<ContainerRequest> = {}) {
      const id = await start({ ...app, prints: ["up"] }, change);
      await scene().eventually(async () => expect(await lines(id)).toEqual(["up"]));
      return id;
    }

    test("asks with SIGTERM, and the engine does not start it again", async () => {
      const id = await startedUp({ stopsAfterMs: 100 });
      await engine().stopContainer(id, 10_000, never);
      expect(await state(id)).toMatchObject({ status: "exited", exitCode: 143 });
    });

    test("kills after the grace", async () => {
      const id = await startedUp({ ignoresSigterm: true });
      await engine().stopContainer(id, 1_000, never);
      expect(await state(id)).toMatchObject({ status: "exited", exitCode: 137 });
    });

    test("is not for ever: started again, its port and its restarts are as before", async () => {
      const publish = await web();
      const app = { exits: [null, { afterMs: 100, code: 3 }, null] };
      const id = await startedUp(app, { kind: "web", publish });
      await engine().stopContainer(id, 1_000, never);
      expect(await state(id)).toMatchObject({ status: "exited", hostAddress: publish.hostAddress, ownAddress: null });
      await engine().startContainer(id, never);
      await scene().eventually(async () =>
        expect(await state(id)).toMatchObject({
          ...{ status: "running", restartCount: 1, hostAddress: publish.hostAddress },
          ownAddress: expect.stringMatching(/^\d+(?:\.\d+){3}:3000$/),
        }),
      );
    });

    test("nothing happens when it is stopped or gone", async () => {
      const id = await start({});
      await engine().stopContainer(id, 5_000, never);
      await engine().stopContainer(id, 5_000, never);
      await Promise.all([engine().removeContainer(id, never), engine().removeContainer(id, never)]);
      await engine().stopContainer(id, 5_000, never);
      await engine().removeContainer(id, never);
      expect(await engine().inspectContainer(id, never)).toBeNull();
    });
  });

  describe("looking at containers", () => {
    test("lists them by installation and by deployment, stopped ones too", async () => {
      const other = {
        ...owner,
        installation: 9 as typeof owner.installation,
        deployment: 8 as typeof owner.deployment,
      };
      const id = await engine().createContainer(await request({}, { owner: other }), never);
      const byInstallation = await engine().listContainers({ installation: other.installation }, never);
      const byDeployment = await engine().listContainers({ deployment: other.deployment }, never);
      expect(byInstallation).toEqual(byDeployment);
      expect(byDeployment.map((container) => container.id)).toEqual([id]);
      expect((await engine().listContainers({ all: true }, never)).length).toBeGreaterThan(1);
    });

    test("sees what listens inside, and whether only the container itself can reach it", async () => {
      const id = await start({ port: 3000, listensAfterMs: 200 });
      await scene().eventually(async () =>
        expect(await engine().listeningPorts(id)).toEqual([{ port: 3000, loopbackOnly: false }]),
      );
      const hidden = await start({ loopbackOnly: true }, { environment: { PORT: "3001" } });
      await scene().eventually(async () =>
        expect(await engine().listeningPorts(hidden)).toEqual([{ port: 3001, loopbackOnly: true }]),
      );
      const deaf = await start({});
      expect(await engine().listeningPorts(deaf)).toEqual([]);
      await engine().stopContainer(id, 1_000, never);
      expect(await engine().listeningPorts(id)).toBeNull();
    });

    test("says how the image's own check of its health goes, and what it printed", async () => {
      const check =
        'HEALTHCHECK --interval=200ms --retries=1 CMD [ "$(cat /tmp/health)" = healthy ] || { echo "not today"; exit 1; }';
      const startPeriod = check.replace("HEALTHCHECK", "HEALTHCHECK --start-period=60s");
      const well = await start(
        {},
        { image: await imageOf({ healthcheck: { status: "healthy", afterMs: 300 } }, [startPeriod]) },
      );
      expect(await state(well)).toMatchObject({ healthcheck: "starting" });
      await scene().eventually(async () => expect(await state(well)).toMatchObject({ healthcheck: "healthy" }));

      const ill = await start(
        {},
        { image: await imageOf({ healthcheck: { status: "unhealthy", afterMs: 0, output: "not today" } }, [check]) },
      );
      await scene().eventually(async () =>
        expect(await state(ill)).toMatchObject({ healthcheck: "unhealthy", healthcheckOutput: "not today" }),
      );
    });

    test("tells data that lasts from data that goes with the container", async () => {
      const volume = `baton-${engine().instance}-i2-${unique()}`;
      await engine().createVolume({ name: volume, owner, filledBy: null }, never);
      const image = await imageOf({}, ['VOLUME ["/from-image"]']);
      const mounts = [
        { type: "volume", volume, path: "/data", readOnly: false, startsEmpty: false },
        { type: "anonymous", path: "/scratch" },
      ] as const;
      const keeping = await engine().createContainer(await request({}, { image, mounts }), never);
      const { keepsData, ownVolumes } = await state(keeping);
      expect(keepsData).toBe(true);
      expect([...ownVolumes].sort()).toEqual(["/from-image", "/scratch"]);

      const reading = await request({}, { mounts: [{ ...mounts[0], readOnly: true }], options: plainContainer });
      expect(await state(await engine().createContainer(reading, never))).toMatchObject({ keepsData: false });
    });
  });
}
