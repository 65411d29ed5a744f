import { beforeEach, expect, it } from "vitest";
import type { DeploymentId, ProductId } from "../../../../server/model/names/ids.ts";
import type { AuditFilter, NewAuditEntry } from "../../../../server/ports/store/access.ts";
import type { Store } from "../../../../server/ports/store/store.ts";
import { at } from "../../../model/a-deployment.ts";
import { aProduct, type MakeStore } from "../lifecycle.ts";

const entry = (changes: Partial<NewAuditEntry> = {}): NewAuditEntry => ({
  who: "ada",
  token: null,
  what: "redeployed",
  subject: "shop",
  product: null,
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

  it("is asked for a product, a person, an action, a time, and for all of these at once", async () => {
    const hour = (hours: number) => new Date(at.getTime() + hours * 3_600_000);
    const joan = (changes: Partial<NewAuditEntry>) => entry({ who: "joan", ...changes });
    await store.audit.record(joan({ subject: "shop-two", product: "shop-two" }), hour(1));
    await store.audit.record(joan({ subject: "shop", product: "shop", what: "stopped" }), hour(2));
    await store.audit.record(joan({ subject: "shop #12", product: "shop" }), hour(3));
    await store.audit.record(joan({ subject: "shop" }), hour(4));
    const subjects = async (filter: AuditFilter) =>
      (await store.audit.list({ limit: 10, who: "joan", ...filter })).map(({ subject }) => subject);
    expect(await subjects({ product: "shop" })).toEqual(["shop #12", "shop"]);
    expect(await subjects({ what: "redeployed" })).toEqual(["shop", "shop #12", "shop-two"]);
    expect(await subjects({ from: hour(2), to: hour(4) })).toEqual(["shop #12", "shop"]);
    expect(await subjects({ product: "shop", what: "redeployed", from: hour(1), to: hour(9) })).toEqual(["shop #12"]);
    expect(await subjects({ who: "nobody" })).toEqual([]);
    await store.audit.record(joan({ subject: "shop #13", token: "joan's laptop" }), hour(5));
    expect(await subjects({ token: "joan's laptop" })).toEqual(["shop #13"]);
    expect(await subjects({ text: "laptop" })).toEqual(["shop #13"]);
  });

  it("is searched for the beginnings of words, whatever their case, in everything that it says", async () => {
    const said = { subject: "shop #12", detail: "added DATABASE_URL; domains of web: added api.example.com" };
    await store.audit.record(entry({ who: "Ada Lovelace", ...said }), at);
    await store.audit.record(entry({ who: "Søren", subject: "blog", address: "198.51.100.23" }), at);
    const found = async (text: string) =>
      (await store.audit.list({ limit: 100, text }))
        .flatMap(({ who }) => (who === "Søren" || who.startsWith("Ada") ? who : []))
        .sort();
    expect(await found("database")).toEqual(["Ada Lovelace"]);
    expect(await found("url")).toEqual(["Ada Lovelace"]);
    expect(await found("API.example")).toEqual(["Ada Lovelace"]);
    expect(await found("lovel 12")).toEqual(["Ada Lovelace"]);
    expect(await found("redep")).toEqual(["Ada Lovelace", "Søren"]);
    expect(await found("198.51.100")).toEqual(["Søren"]);
    expect(await found("søren")).toEqual(["Søren"]);
    expect(await found("tabase")).toEqual([]);
    expect(await found("lovelace blog")).toEqual([]);
    expect(await found("!&|:*'\\ \0 <->")).toEqual(await found(""));
  });

  it("is read to its end, page by page, whatever is asked", async () => {
    for (const hours of [3, 1, 2, 2])
      await store.audit.record(entry({ who: "hedy", subject: `at ${hours}` }), new Date(at.getTime() + hours));
    const read: string[] = [];
    for (let before: number | undefined; ; ) {
      const [one] = await store.audit.list({ limit: 1, who: "hedy", ...(before !== undefined && { before }) });
      if (!one) break;
      read.push(one.subject);
      before = one.id;
    }
    expect(read).toEqual(["at 3", "at 2", "at 2", "at 1"]);
    expect(await store.audit.list({ limit: 1, before: 999_999_999 })).toEqual([]);
  });

  it("says who acted and what was done, to choose from", async () => {
    for (const what of ["stopped", "redeployed", "stopped"]) await store.audit.record(entry({ who: "mary", what }), at);
    await store.audit.record(entry({ token: "mary's ci" }), at);
    const { who, token, what } = await store.audit.choices();
    expect(token.filter((one) => one.startsWith("mary"))).toEqual(["mary's ci"]);
    expect(who.filter((one) => one === "mary")).toEqual(["mary"]);
    expect(what).toEqual([...new Set(what)]);
    expect(what).toEqual(expect.arrayContaining(["redeployed", "stopped"]));
  });

  it("is asked for some products, as they are called today", async () => {
    const [{ product }, other] = [await aProduct(store), await aProduct(store)];
    const record = (subject: string, slug: string | null) =>
      store.audit.record(entry({ subject, product: slug, who: "jean" }), at);
    await record(`${product.slug} #1`, product.slug);
    await record(other.product.slug, other.product.slug);
    await record("", null);
    // Somebody may be called like a product.
    await record(product.slug, null);
    const found = async (products: readonly ProductId[], filter: AuditFilter = {}) =>
      (await store.audit.list({ limit: 10, who: "jean", products, ...filter })).map(({ subject }) => subject);
    expect(await found([product.id])).toEqual([`${product.slug} #1`]);
    expect(await found([product.id, other.product.id])).toEqual([other.product.slug, `${product.slug} #1`]);
    expect(await found([product.id, other.product.id], { product: product.slug })).toEqual([`${product.slug} #1`]);
    expect(await found([])).toEqual([]);
    await store.products.markDeleted(product.id, { keepVolumes: false });
    expect(await found([product.id])).toEqual([]);
  });
}
