import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { RouteSpec } from "../../../server/model/deployment/spec.ts";
import type { HostAddress } from "../../../server/model/names/host-address.ts";
import type { DeploymentId, InstallationId } from "../../../server/model/names/ids.ts";
import type { InstallationRoutes, Proxy as ReverseProxy } from "../../../server/ports/proxy.ts";
import { fillSlots } from "../../../server/rules/routing/slots.ts";
import type { App } from "../../fakes/docker/app.ts";

/** A proxy under test, on a host with apps. */
export interface ProxyScene extends AsyncDisposable {
  readonly proxy: ReverseProxy;
  /** Runs an app that behaves like this at its address. */
  run(app?: App): Promise<{ readonly address: HostAddress; stop(): Promise<void> }>;
  /** The status that a user gets from a host. Use it only where the request is answered at once. */
  visit(host: string): Promise<number>;
  eventually<T>(attempt: () => T | Promise<T>): Promise<T>;
}

const never = new AbortController().signal;
const id = (number: number) => number as DeploymentId;

/** The contract of the proxy. */
export function proxyContract(open: () => Promise<ProxyScene>): void {
  let scene: ProxyScene;
  let installations = 0;
  const all = new Map<InstallationId, InstallationRoutes>();
  beforeAll(async () => {
    scene = await open();
  });
  afterAll(() => scene[Symbol.asyncDispose]());

  /** Each test gets an installation of its own; the others keep their hosts. */
  async function routed(...routes: readonly Partial<RouteSpec>[]) {
    const installation = ++installations as InstallationId;
    const host = `app${installation}.localhost`;
    const specs = (routes.length > 0 ? routes : [{}]).map((route) => ({ host, service: "web", ...route }));
    const faults = await setRoutes(installation, specs);
    return { installation, host, faults };
  }

  function setRoutes(installation: InstallationId, routes: readonly RouteSpec[]) {
    all.set(installation, { installation, routes });
    return scene.proxy.setRoutes([...all.values()], never);
  }

  const on = (address: HostAddress) => new Map([["web", address]]);
  const visits = (host: string) => scene.eventually(() => scene.visit(host));

  describe("a host", () => {
    test("is unknown until it is set, and again when it is taken away", async () => {
      expect(await visits("nobody.localhost")).toBe(404);
      const { installation, host, faults } = await routed();
      expect(faults).toEqual([]);
      expect(await visits(host)).toBe(503);
      await setRoutes(installation, []);
      expect(await visits(host)).toBe(404);
    });

    test("that cannot be served is named with its installation, and all others are served", async () => {
      const broken = await routed({ host: "not a host" });
      expect(broken.faults).toEqual([{ installation: broken.installation, message: expect.any(String) }]);
      all.delete(broken.installation);
      const sound = await routed();
      expect(sound.faults).toEqual([]);
      expect(await visits(sound.host)).toBe(503);
    });
  });

  describe("a switch", () => {
    test("has not been made at first, and leads to no deployment", async () => {
      const { installation, host } = await routed();
      expect(await scene.proxy.current(installation)).toBeNull();
      expect(await scene.proxy.prove(host, never)).toBeNull();
      const { address } = await scene.run();
      await scene.proxy.prepare(installation, id(12), on(address));
      expect(await scene.proxy.current(installation)).toBeNull();
      expect(await visits(host)).toBe(503);
    });

    test("leads all requests to a deployment, and to another one, and proves it", async () => {
      const { installation, host } = await routed();
      for (const [deployment, status] of [
        [id(12), 200],
        [id(13), 201],
      ] as const) {
        const { address } = await scene.run({ answers: [status] });
        await scene.proxy.prepare(installation, deployment, on(address));
        const { tookMs } = await scene.proxy.switchTo(installation, deployment);
        expect(tookMs).toBeGreaterThanOrEqual(0);
        expect(await scene.proxy.current(installation)).toBe(deployment);
        await scene.eventually(async () => expect(await scene.visit(host)).toBe(status));
        expect(await scene.proxy.prove(host, never)).toBe(deployment);
        expect(await scene.proxy.upstreamsOf(installation, deployment)).toEqual(on(address));
      }
      expect((await scene.proxy.listFolders()).get(installation)).toEqual([12, 13]);
    });

    test("that is made again has been made before", async () => {
      const { installation } = await routed();
      const { address } = await scene.run();
      await scene.proxy.prepare(installation, id(12), on(address));
      const { at } = await scene.proxy.switchTo(installation, id(12));
      expect((await scene.proxy.switchTo(installation, id(12))).at).toEqual(at);
    });

    test("to what was never prepared is refused, and changes nothing", async () => {
      const { installation, host } = await routed();
      await expect(scene.proxy.switchTo(installation, id(99))).rejects.toThrow("was never prepared");
      expect(await scene.proxy.current(installation)).toBeNull();
      expect(await visits(host)).toBe(503);
    });

    test("off lets nobody through, and proves nobody", async () => {
      const { installation, host } = await routed();
      const { address } = await scene.run();
      await scene.proxy.prepare(installation, id(12), on(address));
      await scene.proxy.switchTo(installation, id(12));
      await scene.proxy.switchTo(installation, "stopped");
      expect(await scene.proxy.current(installation)).toBe("stopped");
      expect(await visits(host)).toBe(503);
      expect(await scene.proxy.prove(host, never)).toBeNull();
    });

    test("to an app that is gone answers 502", async () => {
      const { installation, host } = await routed();
      const { address, stop } = await scene.run();
      await scene.proxy.prepare(installation, id(12), on(address));
      await scene.proxy.switchTo(installation, id(12));
      await scene.eventually(async () => expect(await scene.visit(host)).toBe(200));
      await stop();
      expect(await visits(host)).toBe(502);
    });
  });

  describe("a spread", () => {
    const over = (...replicas: readonly (HostAddress | null)[]) =>
      new Map([["web", { slots: fillSlots(replicas), isSticky: false }]]);

    async function answers(host: string, wanted: readonly number[]) {
      const seen: number[] = [];
      // A chance of one half each: all of 40 alike is one case in 500 billion.
      const visits = 40;
      for (let visit = 0; visit < visits; visit++) void scene.visit(host).then((status) => seen.push(status));
      await scene.eventually(() => expect(seen).toHaveLength(visits));
      expect([...new Set(seen)].sort()).toEqual(wanted);
    }

    test("leads to all of its replicas, and to one address again", async () => {
      const { installation, host } = await routed();
      const [one, two] = [await scene.run({ answers: [200] }), await scene.run({ answers: [201] })];
      await scene.proxy.prepare(installation, id(12), over(one.address, two.address));
      await scene.proxy.switchTo(installation, id(12));
      await answers(host, [200, 201]);
      expect(await scene.proxy.prove(host, never)).toBe(12);
      expect(await scene.proxy.upstreamsOf(installation, id(12))).toEqual(over(one.address, two.address));
      await scene.proxy.prepare(installation, id(12), on(two.address));
      await answers(host, [201]);
      expect(await scene.proxy.upstreamsOf(installation, id(12))).toEqual(on(two.address));
    });

    test("with a replica that is gone leads to the others", async () => {
      const { installation, host } = await routed();
      const [one, two] = [await scene.run({ answers: [200] }), await scene.run({ answers: [201] })];
      await scene.proxy.prepare(installation, id(12), over(one.address, two.address));
      await scene.proxy.switchTo(installation, id(12));
      await one.stop();
      await answers(host, [201]);
    });

    test("is held as a whole", async () => {
      const { installation, host } = await routed();
      const { address } = await scene.run();
      await scene.proxy.prepare(installation, id(12), over(address, address));
      await scene.proxy.switchTo(installation, id(12));
      await scene.proxy.hold(installation, id(12), ["web"]);
      await scene.eventually(async () => expect(await scene.visit(host)).toBe(502));
    });
  });

  describe("a deployment's folder", () => {
    test("goes when it is forgotten, unless it is the one that is current", async () => {
      const { installation, host } = await routed();
      const { address } = await scene.run();
      for (const deployment of [12, 13]) await scene.proxy.prepare(installation, id(deployment), on(address));
      await scene.proxy.switchTo(installation, id(13));
      for (const deployment of [12, 13, 99]) await scene.proxy.forget(installation, id(deployment));
      expect((await scene.proxy.listFolders()).get(installation)).toEqual([13]);
      await scene.eventually(async () => expect(await scene.visit(host)).toBe(200));
      expect(await scene.proxy.upstreamsOf(installation, id(12))).toEqual(new Map());
    });

    test("takes one service's new address and keeps the others", async () => {
      const { installation } = await routed({}, { host: "api.localhost", service: "api" });
      const [web, api, moved] = [await scene.run(), await scene.run(), await scene.run()];
      await scene.proxy.prepare(
        installation,
        id(12),
        new Map([
          ["web", web.address],
          ["api", api.address],
        ]),
      );
      await scene.proxy.prepare(installation, id(12), new Map([["api", moved.address]]));
      expect(await scene.proxy.upstreamsOf(installation, id(12))).toEqual(
        new Map([
          ["api", moved.address],
          ["web", web.address],
        ]),
      );
    });

    test("of an installation goes with it", async () => {
      const { installation } = await routed();
      await scene.proxy.prepare(installation, id(12), on((await scene.run()).address));
      await scene.proxy.switchTo(installation, id(12));
      await setRoutes(installation, []);
      all.delete(installation);
      await scene.proxy.setRoutes([...all.values()], never);
      await scene.proxy.forgetInstallation(installation);
      await scene.proxy.forgetInstallation(installation);
      expect((await scene.proxy.listFolders()).has(installation)).toBe(false);
      expect(await scene.proxy.current(installation)).toBeNull();
    });
  });

  describe("holding a service", () => {
    test("keeps requests waiting until it is prepared again, where its route waits", async () => {
      const { installation, host } = await routed({ waits: true });
      const [before, after] = [await scene.run({ answers: [200] }), await scene.run({ answers: [201] })];
      await scene.proxy.prepare(installation, id(12), on(before.address));
      await scene.proxy.switchTo(installation, id(12));
      await scene.eventually(async () => expect(await scene.visit(host)).toBe(200));
      await scene.proxy.hold(installation, id(12), ["web"]);
      const answers: number[] = [];
      const waiting = scene.visit(host).then((status) => answers.push(status));
      await scene.proxy.prepare(installation, id(12), on(after.address));
      await scene.eventually(() => expect(answers).toEqual([201]));
      await waiting;
    });

    test("keeps requests waiting until another deployment is switched to", async () => {
      const { installation, host } = await routed({ waits: true });
      const [before, after] = [await scene.run({ answers: [200] }), await scene.run({ answers: [201] })];
      await scene.proxy.prepare(installation, id(12), on(before.address));
      await scene.proxy.prepare(installation, id(13), on(after.address));
      await scene.proxy.switchTo(installation, id(12));
      await scene.proxy.hold(installation, id(12), ["web"]);
      const answers: number[] = [];
      const waiting = scene.visit(host).then((status) => answers.push(status));
      await scene.proxy.switchTo(installation, id(13));
      await scene.eventually(() => expect(answers).toEqual([201]));
      await waiting;
    });

    test("answers 502 where its route does not wait", async () => {
      const { installation, host } = await routed();
      const { address } = await scene.run();
      await scene.proxy.prepare(installation, id(12), on(address));
      await scene.proxy.switchTo(installation, id(12));
      await scene.proxy.hold(installation, id(12), ["web"]);
      await scene.eventually(async () => expect(await scene.visit(host)).toBe(502));
    });
  });

  describe("the requests in flight", () => {
    test("are counted for each address until they have their answer, also after a switch", async () => {
      const { installation, host } = await routed();
      const [slow, next] = [await scene.run({ answersAfterMs: 1_500 }), await scene.run({ answers: [201] })];
      await scene.proxy.prepare(installation, id(12), on(slow.address));
      await scene.proxy.prepare(installation, id(13), on(next.address));
      await scene.proxy.switchTo(installation, id(12));
      expect(await scene.proxy.inFlight(slow.address, never)).toBe(0);
      const answers: number[] = [];
      const first = scene.visit(host).then((status) => answers.push(status));
      await scene.eventually(async () => expect(await scene.proxy.inFlight(slow.address, never)).toBe(1));
      await scene.proxy.switchTo(installation, id(13));
      expect(await scene.proxy.inFlight(slow.address, never)).toBe(1);
      await scene.eventually(async () => expect(await scene.proxy.inFlight(slow.address, never)).toBe(0));
      await first;
      expect(answers).toEqual([200]);
    });
  });
}
