/**
 * What a token may be used for. A token does what its owner may do *and* its scopes include. `manage` is what a
 * maintainer does, `admin` is everything.
 */
export const scopes = ["read", "deploy", "git:push", "manage", "admin"] as const;
export type Scope = (typeof scopes)[number];

export function isScope(text: string): text is Scope {
  return (scopes as readonly string[]).includes(text);
}
