import { beforeEach, expect, it } from "vitest";
import type { Store } from "../../../../server/ports/store/store.ts";
import type { MakeStore } from "../lifecycle.ts";

const settings = {
  label: "Acme",
  issuer: "https://id.example.org",
  clientId: "baton",
  domains: ["example.org", "example.com"],
  role: "viewer",
} as const;

export function providerContract(make: MakeStore): void {
  let store: Store;
  beforeEach(async () => {
    ({ store } = await make());
  });

  it("is none at first", async () => {
    expect([await store.provider.get(), await store.provider.client()]).toEqual([null, null]);
  });

  it("is set, changed and removed, and its secret is told apart from the settings", async () => {
    await store.provider.set({ ...settings, clientSecret: "first" });
    expect(await store.provider.get()).toEqual(settings);
    const { issuer, clientId } = settings;
    expect(await store.provider.client()).toEqual({ issuer, clientId, clientSecret: "first" });
    await store.provider.set({ ...settings, domains: [], role: null, clientSecret: "second" });
    expect(await store.provider.get()).toEqual({ ...settings, domains: [], role: null });
    expect((await store.provider.client())?.clientSecret).toBe("second");
    await store.provider.remove();
    expect([await store.provider.get(), await store.provider.client()]).toEqual([null, null]);
  });
}
