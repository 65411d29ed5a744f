import { beforeEach, expect, it } from "vitest";
import type { DeploymentId } from "../../../../server/model/names/ids.ts";
import type { AuditFilter, NewAuditEntry } from "../../../../server/ports/store/access.ts";
import type { Store } from "../../../../server/ports/store/store.ts";
import { at } from "../../../model/a-deployment.ts";
import type { MakeStore } from "../lifecycle.ts";

const entry = (changes: Partial<NewAuditEntry> = {}): NewAuditEntry => ({
  who: "ada",
  what: "redeployed",
  subject: "shop",
  detail: null,
  deploymentId: null,
  address: "192.0.2.7",
  ...changes,
});

export function auditContract(make: MakeStore): void {
  let store: Store;
  beforeEach(async () => {
    ({ store } = await make());
  });

  it("keeps what was done, newest first, page by page", async () => {
    for (const subject of ["one", "two", "three"]) await store.audit.record(entry({ subject }), at);
    await store.audit.record(entry({ who: "grace", detail: "KEY", deploymentId: 7 as DeploymentId }), at);
    const [newest, third, ...others] = await store.audit.list({ limit: 3 });
    expect(newest).toEqual({ ...entry(), id: newest?.id, at, who: "grace", detail: "KEY", deploymentId: 7 });
    expect([third?.subject, ...others.map(({ subject }) => subject)]).toEqual(["three", "two"]);
    const rest = await store.audit.list({ limit: 3, before: others.at(-1)?.id ?? 0 });
    expect(rest.map(({ subject }) => subject)).toEqual(["one"]);
  });

  it("is asked for one product, with its deployments, and for one person", async () => {
    for (const subject of ["shop-two", "shop", "shop #12", ""])
      await store.audit.record(entry({ subject, who: "joan" }), at);
    const subjects = async (filter: AuditFilter) =>
      (await store.audit.list({ limit: 10, ...filter })).map(({ subject }) => subject);
    expect(await subjects({ who: "joan", product: "shop" })).toEqual(["shop #12", "shop"]);
    expect(await subjects({ who: "joan" })).toEqual(["", "shop #12", "shop", "shop-two"]);
    expect(await subjects({ who: "nobody" })).toEqual([]);
  });
}
