import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { HostAddress } from "../../../server/model/names/host-address.ts";
import type { Prober } from "../../../server/ports/prober.ts";
import type { App } from "../../fakes/docker/app.ts";

/** A prober under test, on a host that runs containers. */
export interface ProberScene extends AsyncDisposable {
  readonly prober: Prober;
  /**
   * Runs a container whose port is published at the address. As with Docker, connections are accepted whether or not
   * anything listens inside.
   */
  run(app: App): Promise<{ readonly address: HostAddress; stop(): Promise<void> }>;
  freeAddress(): Promise<HostAddress>;
  eventually<T>(attempt: () => T | Promise<T>): Promise<T>;
}

const never = new AbortController().signal;
const withoutAnswer = { type: "closed", detail: "the connection was closed without a response" };

/** The contract of a prober. */
export function proberContract(open: () => Promise<ProberScene>): void {
  let scene: ProberScene;
  beforeAll(async () => {
    scene = await open();
  });
  afterAll(() => scene[Symbol.asyncDispose]());

  const ask = (address: HostAddress, timeoutMs = 5_000, signal = never) =>
    scene.prober.http({ address, path: "/", host: "shop.example", timeoutMs }, signal);
  /** Runs an app and waits until it listens, without sending it a request. */
  async function up(app: App) {
    const running = await scene.run(app);
    await scene.eventually(async () =>
      expect(await scene.prober.tcp(running.address, 100, 2_000, never)).toMatchObject({ type: "open" }),
    );
    return running;
  }

  describe("a health check over HTTP", () => {
    test("hears each status, and follows no redirect", async () => {
      const { address } = await up({ answers: [500, 302, 204] });
      for (const status of [500, 302, 204, 204]) {
        expect(await ask(address)).toEqual({ type: "answered", status, tookMs: expect.any(Number) });
      }
    });

    test("tells a container that does not listen yet from one that is not there", async () => {
      const { address, stop } = await scene.run({ listensAfterMs: 500 });
      expect(await ask(address)).toEqual(withoutAnswer);
      await scene.eventually(async () => expect(await ask(address)).toMatchObject({ type: "answered", status: 200 }));
      await stop();
      expect(await ask(address)).toEqual({ type: "closed", detail: "connection refused" });
    });

    test("does not reach what listens on the container's own loopback alone", async () => {
      const hidden = await scene.run({ loopbackOnly: true });
      const open = await scene.run({});
      await scene.eventually(async () => expect(await ask(open.address)).toMatchObject({ status: 200 }));
      expect(await ask(hidden.address)).toEqual(withoutAnswer);
    });

    test("gives up what does not answer, or not in time", async () => {
      const silent = await up({ answers: ["hang"] });
      expect(await ask(silent.address, 300)).toEqual({ type: "timeout" });
      const slow = await up({ answersAfterMs: 600 });
      expect(await ask(slow.address, 200)).toEqual({ type: "timeout" });
      const inTime = await ask(slow.address, 5_000);
      expect(inTime).toMatchObject({ type: "answered", status: 200 });
      expect(inTime.type === "answered" && inTime.tookMs).toBeGreaterThanOrEqual(599);
    });

    test("tells what is no HTTP, and a connection that breaks off", async () => {
      const { address } = await up({ answers: ["garbage", "close"] });
      expect(await ask(address)).toMatchObject({ type: "garbled" });
      expect(await ask(address)).toEqual(withoutAnswer);
    });

    test("ends with its signal's reason", async () => {
      const { address } = await up({ answers: ["hang"] });
      await expect(ask(address, 5_000, AbortSignal.abort(new Error("cancelled")))).rejects.toThrow("cancelled");
      const abort = new AbortController();
      const asked = ask(address, 5_000, abort.signal);
      abort.abort(new Error("cancelled"));
      await expect(asked).rejects.toThrow("cancelled");
    });
  });

  describe("a check of a connection", () => {
    test("wants one that stays open", async () => {
      const { address, stop } = await up({});
      const outcome = await scene.prober.tcp(address, 200, 2_000, never);
      expect(outcome).toEqual({ type: "open", tookMs: expect.any(Number) });
      await stop();
      expect(await scene.prober.tcp(address, 200, 2_000, never)).toEqual({
        type: "closed",
        detail: "connection refused",
      });
    });

    test("does not take a connection for one that is closed at once, because nothing listens inside", async () => {
      const { address } = await scene.run({ port: null });
      const outcome = await scene.prober.tcp(address, 500, 2_000, never);
      expect(outcome).toEqual({ type: "closed", detail: "the connection was closed at once" });
    });
  });

  describe("a port", () => {
    test("is free until somebody listens there, and again when he is gone", async () => {
      const { address, stop } = await scene.run({});
      expect(await scene.prober.isFree(address)).toBe(false);
      await stop();
      expect(await scene.prober.isFree(address)).toBe(true);
      expect(await scene.prober.isFree(await scene.freeAddress())).toBe(true);
    });

    test("that speaks plain HTTP, or nothing, does not speak TLS", async () => {
      const { address } = await up({});
      expect(await scene.prober.speaksTls(address, 2_000)).toBe(false);
      expect(await scene.prober.speaksTls(await scene.freeAddress(), 2_000)).toBe(false);
    });
  });
}
