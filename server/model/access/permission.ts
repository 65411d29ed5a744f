/**
 * A right that a route, a git service, a stream or a command asks for where it is declared. The table in
 * rules/access/permissions.ts says who has it.
 */
export const permissions = [
  // About oneself: everybody who is signed in has these.
  "enter",
  "account",
  "tokens",

  // About one product.
  "see",
  "logs",
  "hidden-logs",
  "values",
  "deliveries",
  "clone",
  "push",
  "deploy",
  "stop",
  "back-up",
  "variables",
  "domains",
  "settings",
  "webhooks",
  "install",
  "restore",
  "shell",
  "delete-product",

  // About the whole server.
  "create-products",
  "push-new-products",
  "shared-variables",
  "environments",
  "system",
  "administer",
  "machines",
  "people",
] as const;
export type Permission = (typeof permissions)[number];
