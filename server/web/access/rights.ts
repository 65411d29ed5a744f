import type { Permission } from "../../model/access/permission.ts";
import type { Principal } from "../../model/access/principal.ts";
import type { Product } from "../../model/product.ts";
import type { ReadStore } from "../../ports/store/read-store.ts";
import type { Endpoint } from "../../route.ts";
import { allows, askedFor, permissionRules } from "../../rules/access/permissions.ts";
import { refusalText } from "../../rules/access/refusal-text.ts";
import { notFound, Problem } from "../http/problem.ts";
import { visitorOf, type WebContext } from "../http/web-context.ts";
import type { Catalog } from "../read/catalog.ts";

/** Asks for rights. What somebody may not even see is answered like what does not exist. */
export interface Rights {
  /** What an endpoint declares, for the product that its path is about. Throws a Problem (403 or 404). */
  requireDeclared(c: WebContext, endpoint: Endpoint): Promise<void>;
  /**
   * Throws a Problem: 404 if the visitor may not see the product, in which case `name` says what there is not; else
   * 403, which names the right, the product and who can give it.
   */
  require(c: WebContext, permission: Permission, product: Product, name: string): Promise<void>;
  /** Whether somebody may know that a product exists. A token's missing scope hides nothing. */
  sees(who: Principal, product: Product): boolean;
  /** The sentence of a refusal, in lower case; null when nothing is missing. */
  refusal(who: Principal, permission: Permission | null, product: Product | null): Promise<string | null>;
}

export function createRights({ store, catalog }: { readonly store: ReadStore; readonly catalog: Catalog }): Rights {
  const refusal: Rights["refusal"] = async (who, permission, product) =>
    permission === null || allows(who, permission, product?.id ?? null)
      ? null
      : refusalText(who, permission, product, await store.users.administratorNames());

  const sees: Rights["sees"] = (who, { id }) => allows({ ...who, scopes: null }, "see", id);

  async function require(c: WebContext, permission: Permission, product: Product | null, name: string): Promise<void> {
    const who = visitorOf(c).identity;
    if (product && !sees(who, product)) throw notFound(name);
    const asked = product ? askedFor(permission, product) : permission;
    const message = await refusal(who, asked, product);
    if (message !== null) throw new Problem(403, "forbidden", message);
  }

  return {
    require,
    sees,
    refusal,

    async requireDeclared(c, endpoint) {
      const { permission, asked } = endpoint;
      if (permission === null) return;
      const isAboutProduct = permissionRules[permission].about === "product";
      if (!isAboutProduct) return require(c, permission, null, "");
      if (asked === "handler") return requireScope(c, permission);
      const subject = await subjectOf(endpoint, c);
      if (subject) await require(c, permission, subject.product, subject.name);
    },
  };

  /** What can be said before the product is known. */
  async function requireScope(c: WebContext, permission: Permission): Promise<void> {
    const who = visitorOf(c).identity;
    const { scopes } = permissionRules[permission];
    if (who.scopes === null || scopes.some((scope) => who.scopes?.includes(scope))) return;
    const message = await refusal(
      { ...who, grants: [{ role: "admin", productId: null }], productIds: null },
      permission,
      null,
    );
    throw new Problem(403, "forbidden", message ?? "");
  }

  /**
   * The product that a path is about. Throws a Problem (404) if there is none. Null if the path's id is no id, which
   * the handler refuses: it reads the same number.
   */
  async function subjectOf(
    { subject }: Endpoint,
    c: WebContext,
  ): Promise<{ readonly product: Product; readonly name: string } | null> {
    if (!subject) throw new Error(`${c.req.method} ${c.req.path} asks for a right to a product, but names none`);
    const text = c.req.param(subject.parameter) ?? "";
    if (subject.kind === "product") return { product: await catalog.product(text), name: `product "${text}"` };
    const id = Number(text);
    if (!Number.isSafeInteger(id) || id < 1) return null;
    return subject.kind === "installation"
      ? { product: (await catalog.place(id)).product, name: `product deployment ${id}` }
      : { product: (await catalog.deployment(id)).place.product, name: `deployment ${id}` };
  }
}
