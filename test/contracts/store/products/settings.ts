import { beforeEach, expect, it } from "vitest";
import type { Store } from "../../../../server/ports/store/store.ts";
import type { MakeStore } from "../lifecycle.ts";

export function settingsContract(make: MakeStore): void {
  let store: Store;
  beforeEach(async () => {
    ({ store } = await make());
  });

  it("settings keep the first value, or the last, as asked", async () => {
    expect(await store.settings.get("port")).toBeNull();
    const all = await Promise.all(["1", "2", "3"].map((value) => store.settings.getOrSet("port", value)));
    expect(new Set(all).size).toBe(1);
    await store.settings.set("port", "4");
    expect(await store.settings.get("port")).toBe("4");
  });
}
