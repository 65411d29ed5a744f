import { beforeEach, describe, expect, it } from "vitest";
import type { Product } from "../../../../server/model/product.ts";
import { plainSource } from "../../../../server/model/source.ts";
import type { Store } from "../../../../server/ports/store/store.ts";
import { at } from "../../../model/a-deployment.ts";
import type { MakeStore } from "../lifecycle.ts";
import { aProductOf } from "../webhooks/pushes.ts";

/** The contract of a product's source: where its code is fetched from, and the secrets for that. */
export function sourcesContract(make: MakeStore): void {
  let store: Store;
  let product: Product;
  beforeEach(async () => {
    ({ store } = await make());
    product = await aProductOf(store, "shop");
  });

  describe("secrets of a source", () => {
    it("come back", async () => {
      const { sources } = store;
      await sources.setWebhookSecret(product.id, "canary-secret");
      await sources.setDeployKey(product.id, { publicKey: "ssh-ed25519 AAAA", privateKey: "canary-key" });
      const source = { token: "canary-token", rootDirectory: "apps", paths: ["a/**"], pollMinutes: 5 };
      await store.products.update(product.id, { source });
      expect(await sources.webhookSecret(product.id)).toBe("canary-secret");
      expect(await sources.credentials(product.id)).toEqual({
        token: "canary-token",
        privateKey: "canary-key",
        hostKey: null,
      });
      expect(await sources.get(product.id)).toMatchObject({
        ...{ rootDirectory: "apps", paths: ["a/**"], pollMinutes: 5, hasToken: true, deployKey: "ssh-ed25519 AAAA" },
        ...{ hasWebhookSecret: true, reports: { status: true, deployment: true, comment: true } },
      });
    });

    it("a host's key is the first one that was seen", async () => {
      await store.sources.rememberHostKey(product.id, "SHA256:one");
      await store.sources.rememberHostKey(product.id, "SHA256:two");
      expect((await store.sources.get(product.id)).hostKey).toBe("SHA256:one");
    });
  });

  it("a product for which nothing was set has the plain source, and no secret", async () => {
    expect(await store.sources.get(product.id)).toEqual(plainSource);
    expect(await store.sources.credentials(product.id)).toEqual({ token: null, privateKey: null, hostKey: null });
    expect(await store.sources.webhookSecret(product.id)).toBeNull();
  });

  it("secrets are taken back by themselves: a token, a deploy key, a host's key", async () => {
    const { sources } = store;
    await sources.setDeployKey(product.id, { publicKey: "ssh-ed25519 AAAA", privateKey: "key" });
    await store.products.update(product.id, { source: { token: "token" } });
    await sources.rememberHostKey(product.id, "SHA256:one");
    await store.products.update(product.id, { source: { token: null } });
    expect(await sources.get(product.id)).toMatchObject({ hasToken: false, deployKey: "ssh-ed25519 AAAA" });
    await sources.setDeployKey(product.id, null);
    expect(await sources.credentials(product.id)).toEqual({ token: null, privateKey: null, hostKey: "SHA256:one" });
    await store.products.update(product.id, { source: { hostKey: null } });
    expect(await sources.credentials(product.id)).toMatchObject({ hostKey: null });
    await sources.rememberHostKey(product.id, "SHA256:two");
    expect(await sources.get(product.id)).toEqual({ ...plainSource, hostKey: "SHA256:two" });
  });

  it("a ping counts for the webhook secret that it came with", async () => {
    const { sources } = store;
    await sources.setWebhookSecret(product.id, "one");
    await sources.recordPing(product.id, at);
    expect(await sources.get(product.id)).toMatchObject({ hasWebhookSecret: true, pingedAt: at });
    await sources.setWebhookSecret(product.id, "two");
    expect(await sources.get(product.id)).toMatchObject({ hasWebhookSecret: true, pingedAt: null });
  });

  it("a repository is looked at when its time has come, once", async () => {
    const { sources } = store;
    await store.products.update(product.id, { source: { pollMinutes: 5 } });
    const start = new Date("2030-01-01T00:00:00Z");
    const later = (minutes: number) => new Date(start.getTime() + minutes * 60_000);
    const due = async (at: Date) => (await sources.takeDuePolls(at)).includes(product.id);
    expect(await due(start)).toBe(true);
    expect(await due(later(4))).toBe(false);
    expect(await due(later(5))).toBe(true);
    await store.products.update(product.id, { repository: null });
    expect(await due(later(60))).toBe(false);
  });
}
