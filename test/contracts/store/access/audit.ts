import { beforeEach, expect, it } from "vitest";
import type { DeploymentId, ProductId } from "../../../../server/model/names/ids.ts";
import type { AuditFilter, NewAuditEntry } from "../../../../server/ports/store/access.ts";
import type { Store } from "../../../../server/ports/store/store.ts";
import { at } from "../../../model/a-deployment.ts";
import { aProduct, type MakeStore } from "../lifecycle.ts";

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

  it("is asked for some products, as they are called today", async () => {
    const [{ product }, other] = [await aProduct(store), await aProduct(store)];
    const subjects = [`${product.slug} #1`, other.product.slug, "", `${product.slug}-x`];
    for (const subject of subjects) await store.audit.record(entry({ subject, who: "jean" }), at);
    const found = async (products: readonly ProductId[]) =>
      (await store.audit.list({ limit: 10, who: "jean", products })).map(({ subject }) => subject);
    expect(await found([product.id])).toEqual([`${product.slug} #1`]);
    expect(await found([product.id, other.product.id])).toEqual([other.product.slug, `${product.slug} #1`]);
    expect(await found([])).toEqual([]);
    await store.products.markDeleted(product.id, { keepVolumes: false });
    expect(await found([product.id])).toEqual([]);
  });
}
