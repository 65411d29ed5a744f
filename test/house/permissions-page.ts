import { commandPermissions } from "../../server/commands/commands.ts";
import { type Permission, permissions } from "../../server/model/access/permission.ts";
import { type Role, roles } from "../../server/model/access/role.ts";
import { scopes } from "../../server/model/access/scope.ts";
import { endpoints } from "../../server/routes.ts";
import { permissionRules } from "../../server/rules/access/permissions.ts";
import { formatToken, tokenIdBytes, tokenPattern, tokenSecretBytes } from "../../server/rules/access/token-format.ts";
import { scopeWords } from "../../views/people/scope-words.ts";

/** docs/permissions.md, made of the tables that Baton itself asks. */
export function permissionsPage(): string {
  return `# Permissions

What somebody may do follows from their role, which is for everything or for single products. A role includes those
before it: ${roles.map((role) => `\`${role}\``).join(", ")}. A token does what its owner may do *and* what its scopes include, for all
products or for some. What one may not see is answered like what does not exist (404). Every other refusal (403) names
the right, the product, and who can give it; git prints the same sentence.

This page is made of the code's own tables; a test compares them.

## Rights about a product

The role for that product counts, or the role for everything.

${table("product")}

## Rights about the whole server

The role for everything counts.

${table("server")}

## Rights about oneself

Everybody who signs in has these, whatever their roles.

${table("oneself")}

## Scopes of tokens

| scope | what a token with it may do |
|---|---|
${scopes.map((scope) => `| \`${scope}\` | ${scopeWords[scope]} |`).join("\n")}

## What a token looks like

\`${formatToken(Buffer.alloc(tokenIdBytes), Buffer.alloc(tokenSecretBytes)).token}\`

- \`baton_\`, so that people and secret scanners recognise it;
- nine characters that tell tokens apart; lists show them;
- \`_\` and 43 characters, the secret: 256 random bits;
- six characters, the checksum: the CRC-32 of everything before it.

All characters after the prefix are digits or letters; numbers are written in base 62 (0-9, A-Z, a-z), most significant
digit first, filled up with 0. A scanner finds tokens with this expression, and tells them from look-alikes by the
checksum, without asking Baton:

    \\b${tokenPattern.source.slice(1, -1)}\\b

Baton stores only the SHA-256 of a token. \`BATON_ADMIN_TOKEN\` may have any form.

## Routes by right

Each route says which right it asks for, or that it is open; one that says neither stops the start. Open are signing in,
webhooks (the forge signs them), health checks and the pages' own files.

${permissions.map(routesOf).filter(Boolean).join("\n")}
- open: ${routesWith(null)}

## Commands by right

A command is what routes call. Each names the right that it takes, too; no route that asks for less may call it.

${permissions.map(commandsOf).filter(Boolean).join("\n")}
- no right: ${commandsWith(null)}
`;
}

const article: Readonly<Record<"product" | "server" | "oneself", string>> = {
  product: " a product",
  server: "",
  oneself: "",
};

function table(about: keyof typeof article): string {
  const rows = permissions
    .filter((permission) => permissionRules[permission].about === about)
    .map((permission) => {
      const { words, role, scopes } = permissionRules[permission];
      const marks = roles.map((one) => (roles.indexOf(one) >= roles.indexOf(role) ? "yes" : ""));
      const tokens = scopes.map((scope) => `\`${scope}\``).join(", ");
      return `| \`${permission}\` | ${words}${article[about]} | ${marks.join(" | ")} | ${tokens} |`;
    });
  const names: readonly Role[] = roles;
  return [
    `| right | to … | ${names.join(" | ")} | scopes of a token |`,
    `|---|---|${names.map(() => "---|").join("")}---|`,
    ...rows,
  ].join("\n");
}

function routesOf(permission: Permission): string {
  const found = routesWith(permission);
  return found && `- \`${permission}\`: ${found}`;
}

function routesWith(permission: Permission | null): string {
  return endpoints
    .filter((one) => one.permission === permission)
    .map(({ method, path }) => `\`${method} ${path.replace(/\{[^}]*\}/g, "")}\``)
    .sort()
    .join(", ");
}

function commandsOf(permission: Permission): string {
  const found = commandsWith(permission);
  return found && `- \`${permission}\`: ${found}`;
}

function commandsWith(permission: Permission | null): string {
  return Object.entries(commandPermissions)
    .flatMap(([name, needed]) => (needed === permission ? `\`${name}\`` : []))
    .sort()
    .join(", ");
}
