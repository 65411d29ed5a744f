import { createHash, randomBytes } from "node:crypto";
import type { Clock } from "../../../../server/ports/clock.ts";
import type { Store } from "../../../../server/ports/store/store.ts";
import type { FakeRows } from "../rows.ts";

export function createAccess(rows: FakeRows, clock: Clock): Store["access"] {
  const hash = (secret: string) => createHash("sha256").update(secret).digest("hex");
  const setAdmin = (name: string, token: string) => void rows.tokens.set(hash(token), { name, administrator: true });
  return {
    async addFirstToken(name, token) {
      if (rows.tokens.size > 0) return false;
      setAdmin(name, token);
      return true;
    },
    async setAdminToken(name, token) {
      const [former] = [...rows.tokens].filter(([, { administrator }]) => administrator);
      if (former && former[0] !== hash(token)) {
        rows.tokens.delete(former[0]);
        for (const [key, { identity }] of rows.sessions)
          if (identity.name === former[1].name) rows.sessions.delete(key);
      }
      setAdmin(name, token);
    },
    hasToken: async () => rows.tokens.size > 0,
    async identify(token) {
      const known = rows.tokens.get(hash(token));
      return known ? { name: known.name } : null;
    },
    async openSession(identity, expiresAt) {
      for (const [key, session] of rows.sessions) if (session.expiresAt <= clock.now()) rows.sessions.delete(key);
      const secret = randomBytes(32).toString("base64url");
      rows.sessions.set(hash(secret), { identity, expiresAt });
      return secret;
    },
    async session(secret, now) {
      const session = rows.sessions.get(hash(secret));
      return session && session.expiresAt > now ? session.identity : null;
    },
    async closeSession(secret) {
      rows.sessions.delete(hash(secret));
    },
  };
}
