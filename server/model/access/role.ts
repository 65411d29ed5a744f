/** What a person may do, from least to most. Each role includes those before it. */
export const roles = ["viewer", "deployer", "maintainer", "admin"] as const;
export type Role = (typeof roles)[number];

export function isRole(text: string): text is Role {
  return (roles as readonly string[]).includes(text);
}

/** Whether `role` includes everything that `needed` may do. */
export function isAtLeast(role: Role, needed: Role): boolean {
  return roles.indexOf(role) >= roles.indexOf(needed);
}
