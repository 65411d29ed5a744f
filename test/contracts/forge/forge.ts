import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { CommitSha } from "../../../server/model/names/ids.ts";
import {
  type DeploymentReport,
  type Forge,
  ForgeUnavailable,
  UnreadableDelivery,
} from "../../../server/ports/forge.ts";

/** A forge under test, and what it sends and shows. */
export interface ForgeScene extends AsyncDisposable {
  readonly forge: Forge;
  /** The https URL of a repository that the test may use. */
  readonly repository: string;
  /** The delivery that the forge sends after a push, after a branch was deleted, or as a ping. */
  delivery(event: Sent, secret: string, id: string): { readonly headers: Headers; readonly body: Uint8Array };
  /** The states that the forge shows on its deployments and on its commits, oldest first. */
  shown(): { readonly deployments: readonly (readonly string[])[]; readonly statuses: readonly string[] };
  /** The forge refuses the next request and asks the client to wait this long. */
  refuseNext(retryAfterMs: number): void;
}

export type Sent =
  | { readonly type: "push"; readonly branch: string; readonly after: CommitSha; readonly files: readonly string[] }
  | { readonly type: "delete"; readonly branch: string }
  | { readonly type: "ping" };

const never = new AbortController().signal;
const commit = "b".repeat(40) as CommitSha;
const secret = "It's a Secret to Everybody";

/** The contract of a forge. */
export function forgeContract(open: () => Promise<ForgeScene>): void {
  let scene: ForgeScene;
  beforeEach(async () => {
    scene = await open();
  });
  afterEach(() => scene[Symbol.asyncDispose]());
  const push: Sent = { type: "push", branch: "main", after: commit, files: ["a.txt", "b/c.txt"] };

  describe("a delivery", () => {
    test("has its id and its event, without being believed", () => {
      const { headers } = scene.delivery(push, secret, "one");
      expect(scene.forge.identify(headers)).toEqual({ id: "one", event: "push" });
      expect(scene.forge.identify(new Headers())).toEqual({ id: null, event: "unknown" });
    });

    test("is genuine under its own secret, over exactly its bytes", () => {
      const { headers, body } = scene.delivery(push, secret, "one");
      expect(scene.forge.signatureFault(headers)).toBeNull();
      expect(scene.forge.verify(headers, body, secret)).toBe("genuine");
      expect(scene.forge.verify(headers, body, "another")).toBe("wrong");
      expect(scene.forge.verify(headers, Buffer.concat([body, Buffer.from(" ")]), secret)).toBe("wrong");
      expect(scene.forge.signatureFault(new Headers())).toBe("missing");
      expect(scene.forge.verify(new Headers(), body, secret)).toBe("missing");
    });

    test("is never genuine under an empty secret", () => {
      const { headers, body } = scene.delivery(push, "", "one");
      expect(scene.forge.verify(headers, body, "")).toBe("wrong");
    });

    test("says what was pushed, and where", () => {
      const { headers, body } = scene.delivery(push, secret, "one");
      expect(scene.forge.read(headers, body)).toEqual({
        ...{ type: "push", ref: "refs/heads/main", after: commit, defaultBranch: "main", by: "ada" },
        repository: expect.arrayContaining([scene.repository]),
        message: expect.any(String),
        paths: ["a.txt", "b/c.txt"],
      });
    });

    test("says that a branch is gone, and that the webhook works", () => {
      const gone = scene.delivery({ type: "delete", branch: "topic" }, secret, "one");
      expect(scene.forge.read(gone.headers, gone.body)).toEqual({
        ...{ type: "delete", kind: "branch", name: "topic" },
        repository: expect.arrayContaining([scene.repository]),
      });
      const ping = scene.delivery({ type: "ping" }, secret, "two");
      expect(scene.forge.read(ping.headers, ping.body)).toMatchObject({ type: "ping" });
    });

    test("that is not what the forge sends cannot be read", () => {
      const { headers } = scene.delivery(push, secret, "one");
      expect(() => scene.forge.read(headers, Buffer.from("{"))).toThrow(UnreadableDelivery);
    });
  });

  describe("a report", () => {
    const report = (changes: Partial<DeploymentReport> = {}) =>
      scene.forge.report(
        {
          ...{ repository: scene.repository, commit, branch: "main", product: "shop", environment: "production" },
          ...{ isProduction: true, number: 4, state: "pending", text: "Building", url: null, receipt: null },
          page: "https://baton.example.com/deployments/9",
          wanted: { status: true, deployment: true, comment: false },
          ...changes,
        },
        "token",
        never,
      );
    const failureOf = (result: Promise<unknown>) => result.catch((reason: unknown) => reason);

    test("goes to the forge that is the repository's home alone", () => {
      expect(scene.forge.isHomeOf(scene.repository)).toBe(true);
      expect(scene.forge.isHomeOf("https://elsewhere.example/acme/shop.git")).toBe(false);
    });

    test("is kept up to date, not repeated beside itself", async () => {
      const receipt = await report();
      expect(await report({ receipt, state: "success" })).toEqual(receipt);
      const { deployments, statuses } = scene.shown();
      expect(statuses).toEqual(["pending", "success"]);
      expect(deployments).toEqual([["pending", "success"]]);
    });

    test("that the forge refuses is for later, as it says itself", async () => {
      scene.refuseNext(90_000);
      const failure = await failureOf(report({ wanted: { status: true, deployment: false, comment: false } }));
      expect(failure).toBeInstanceOf(ForgeUnavailable);
      expect(failure).toMatchObject({ retryAfterMs: 90_000 });
      expect(scene.shown().statuses).toEqual([]);
    });

    test("of nothing that is wanted tells nothing", async () => {
      await report({ wanted: { status: false, deployment: false, comment: false } });
      expect(scene.shown()).toEqual({ deployments: [], statuses: [] });
    });
  });
}
