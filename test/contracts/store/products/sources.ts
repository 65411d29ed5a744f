import { beforeEach, describe, expect, it } from "vitest";
import type { Product } from "../../../../server/model/product.ts";
import type { Store } from "../../../../server/ports/store/store.ts";
import type { MakeStore } from "../lifecycle.ts";
import { aProductOf } from "../webhooks/pushes.ts";

/** Where code is fetched from, and the secrets for that. */
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
