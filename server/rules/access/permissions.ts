import type { Permission } from "../../model/access/permission.ts";
import type { Principal } from "../../model/access/principal.ts";
import { isAtLeast, type Role } from "../../model/access/role.ts";
import type { Scope } from "../../model/access/scope.ts";
import type { ProductId } from "../../model/names/ids.ts";

/** What a permission asks for. */
export interface PermissionRule {
  /**
   * `product`: the role for that product counts. `server`: the role for everything counts. `oneself`: everybody who is
   * signed in has it, whatever their roles.
   */
  readonly about: "product" | "server" | "oneself";
  /** The lowest role that has it. */
  readonly role: Role;
  /** The scopes of a token that include it. */
  readonly scopes: readonly Scope[];
  /** The end of "the right to …"; the product's name or nothing follows. */
  readonly words: string;
}

const reading = ["read", "deploy", "manage", "admin"] as const;
const managing = ["manage", "admin"] as const;
const admin = ["admin"] as const;

/** Who may do what. Everything else asks this table. */
export const permissionRules: Readonly<Record<Permission, PermissionRule>> = {
  enter: { about: "oneself", role: "viewer", scopes: reading, words: "see the dashboard and lists" },
  account: { about: "oneself", role: "viewer", scopes: admin, words: "change one's own account" },
  tokens: { about: "oneself", role: "viewer", scopes: admin, words: "list, create and revoke one's own tokens" },

  see: { about: "product", role: "viewer", scopes: reading, words: "see" },
  logs: { about: "product", role: "viewer", scopes: ["read", ...managing], words: "read the services' logs of" },
  "hidden-logs": {
    ...{ about: "product", role: "deployer", scopes: ["read", ...managing] },
    words: "read the services' logs (hidden from viewers) of",
  },
  values: { about: "product", role: "deployer", scopes: ["read", ...managing], words: "see the variables of" },
  deliveries: {
    ...{ about: "product", role: "deployer", scopes: ["read", ...managing] },
    words: "see the repository and the webhook deliveries of",
  },
  clone: { about: "product", role: "deployer", scopes: ["read", "git:push", ...managing], words: "clone" },
  push: { about: "product", role: "deployer", scopes: ["git:push", "admin"], words: "push to" },
  deploy: { about: "product", role: "deployer", scopes: ["deploy", ...managing], words: "deploy" },
  stop: { about: "product", role: "deployer", scopes: ["deploy", ...managing], words: "stop" },
  "back-up": { about: "product", role: "deployer", scopes: ["deploy", ...managing], words: "back up the data of" },
  variables: { about: "product", role: "maintainer", scopes: managing, words: "change the variables of" },
  domains: { about: "product", role: "maintainer", scopes: managing, words: "change the domains of" },
  settings: { about: "product", role: "maintainer", scopes: managing, words: "change the settings of" },
  webhooks: { about: "product", role: "maintainer", scopes: managing, words: "manage the repository and webhooks of" },
  install: { about: "product", role: "maintainer", scopes: managing, words: "install and uninstall" },
  restore: { about: "product", role: "maintainer", scopes: managing, words: "restore and remove backups of" },
  shell: { about: "product", role: "maintainer", scopes: managing, words: "open a shell and run commands in" },
  "delete-product": { about: "product", role: "maintainer", scopes: managing, words: "delete" },

  "create-products": { about: "server", role: "maintainer", scopes: managing, words: "create products" },
  "push-new-products": {
    ...{ about: "server", role: "maintainer", scopes: ["git:push", "admin"] },
    words: "create products with a push",
  },
  "shared-variables": {
    ...{ about: "server", role: "maintainer", scopes: managing },
    words: "see and change the shared variables of environments",
  },
  environments: { about: "server", role: "admin", scopes: admin, words: "create and remove environments" },
  system: { about: "server", role: "admin", scopes: ["read", "admin"], words: "see the state of the server" },
  administer: { about: "server", role: "admin", scopes: admin, words: "change the server's settings" },
  machines: { about: "server", role: "admin", scopes: admin, words: "manage machines" },
  people: { about: "server", role: "admin", scopes: admin, words: "manage people" },
};

/**
 * Whether somebody has a permission. `product` is the product that it is about; null asks about everything, which is
 * also right where a permission is about the whole server.
 */
export function allows(who: Principal, permission: Permission, product: ProductId | null): boolean {
  return whyNot(who, permission, product) === null;
}

/** What a right comes to for a product: to read the logs of one that hides them from viewers takes another one. */
export function askedFor(permission: Permission, { hidesLogs }: { readonly hidesLogs: boolean }): Permission {
  return permission === "logs" && hidesLogs ? "hidden-logs" : permission;
}

/** The first thing that is missing; null when nothing is. */
export type Missing = "product" | "role" | "scope";

export function whyNot(who: Principal, permission: Permission, product: ProductId | null): Missing | null {
  const rule = permissionRules[permission];
  if (rule.about !== "oneself") {
    const subject = rule.about === "server" ? null : product;
    const isOutside = who.productIds !== null && (subject === null || !who.productIds.includes(subject));
    if (isOutside) return "product";
    const role = roleIn(who, subject);
    if (role === null || !isAtLeast(role, rule.role)) return "role";
  }
  const hasScope = who.scopes === null || rule.scopes.some((scope) => who.scopes?.includes(scope));
  return hasScope ? null : "scope";
}

/**
 * Whether everybody who has `permission` for a product, or for everything, has `other` for the same, too: whoever asked
 * for the one need not ask for the other.
 */
export function includes(permission: Permission, other: Permission): boolean {
  const [own, needed] = [permissionRules[permission], permissionRules[other]];
  const isWideEnough =
    { oneself: 0, product: 1, server: 2 }[own.about] >= { oneself: 0, product: 1, server: 2 }[needed.about];
  const hasRole = needed.about === "oneself" || isAtLeast(own.role, needed.role);
  return isWideEnough && hasRole && own.scopes.every((scope) => needed.scopes.includes(scope));
}

/** The highest role for a product, or for everything (null). */
export function roleIn({ grants }: Pick<Principal, "grants">, product: ProductId | null): Role | null {
  const applying = grants.filter(({ productId }) => productId === null || productId === product);
  return applying.reduce<Role | null>(
    (highest, { role }) => (highest === null || isAtLeast(role, highest) ? role : highest),
    null,
  );
}
