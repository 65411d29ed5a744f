import { randomBytes } from "node:crypto";
import type { Link, LinkKind } from "../../../../server/model/access/link.ts";
import type { LinkId } from "../../../../server/model/names/ids.ts";
import type { Store } from "../../../../server/ports/store/store.ts";
import { type FakeRows, nextId, type UserRow } from "../rows.ts";
import { hash } from "./access.ts";
import { addUser, closeSessions, shown, update } from "./users.ts";

export function createLinks(rows: FakeRows): Store["links"] {
  const open = (secret: string, kinds: readonly LinkKind[], at: Date) => {
    const link = rows.links.get(hash(secret));
    if (!link || !kinds.includes(link.kind)) return "unknown";
    if (link.usedAt) return "used";
    return link.expiresAt <= at ? "expired" : link;
  };
  const markUsed = (secret: string, link: Link, at: Date) => void rows.links.set(hash(secret), { ...link, usedAt: at });
  const useFor = (secret: string, kind: LinkKind, at: Date, work: (user: UserRow) => void) => {
    const link = open(secret, [kind], at);
    if (typeof link === "string") return link;
    const user = link.userId === null ? undefined : rows.users.get(link.userId);
    if (!user || user.disabledAt) return "unknown";
    markUsed(secret, link, at);
    work(user);
    return shown(rows.users.get(user.id) ?? user);
  };

  return {
    async create(given, at) {
      const secret = randomBytes(32).toString("base64url");
      const link: Link = { ...given, id: nextId<LinkId>(rows), createdAt: at, usedAt: null };
      rows.links.set(hash(secret), link);
      return { link, secret };
    },
    find: async (secret) => rows.links.get(hash(secret)) ?? null,
    listOpen: async (now) =>
      [...rows.links.values()].filter((link) => !link.usedAt && link.expiresAt > now).sort((a, b) => b.id - a.id),
    async remove(id) {
      const [found] = [...rows.links].filter(([, link]) => link.id === id && !link.usedAt);
      return found !== undefined && rows.links.delete(found[0]);
    },
    async makeUser(secret, user, at) {
      const link = open(secret, ["first-administrator", "invitation"], at);
      if (typeof link === "string") return link;
      if (link.kind === "first-administrator" && rows.users.size > 0) return "user-exists";
      const made = addUser(rows, { ...user, grants: link.grants }, at);
      if (made !== "email-taken") markUsed(secret, link, at);
      return made;
    },
    resetPassword: async (secret, passwordHash, at) =>
      useFor(secret, "password-reset", at, ({ id }) => {
        update(rows, id, { passwordHash });
        closeSessions(rows, id);
      }),
    signIn: async (secret, at) => useFor(secret, "sign-in", at, () => {}),
  };
}
