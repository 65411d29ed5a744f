import { createCipheriv, createDecipheriv, createHash, randomBytes } from "node:crypto";
import { deleteCookie, getCookie, setCookie } from "hono/cookie";
import type { Clock } from "../../ports/clock.ts";
import type { ProviderChecks } from "../../ports/people/identity-provider.ts";
import type { Origins } from "../access/origins.ts";
import type { WebContext } from "../http/web-context.ts";

/**
 * How far somebody who is not signed in yet has come. `code`: the password was right, and a second factor is next.
 * `passkey`: the browser was asked for a passkey. `provider`: the browser was sent to the identity provider.
 */
export type SignInStep =
  | { readonly type: "code"; readonly userId: number; readonly passwordMark: string; readonly next: string }
  | { readonly type: "passkey"; readonly challenge: string }
  | { readonly type: "provider"; readonly checks: ProviderChecks; readonly next: string };

/**
 * Keeps the step in an encrypted cookie. So the server stores nothing for strangers, who could fill its memory. The key
 * lives as long as the process: a restart in the middle of a sign-in begins it anew, and a stolen database makes no
 * step.
 */
export interface StepCookie {
  /** Ten minutes from now, it is gone. */
  set(c: WebContext, step: SignInStep): void;
  read<Type extends SignInStep["type"]>(c: WebContext, type: Type): Extract<SignInStep, { readonly type: Type }> | null;
  /** Like `read`, once: the same step is worth nothing afterwards, also where it was copied. */
  take<Type extends SignInStep["type"]>(c: WebContext, type: Type): Extract<SignInStep, { readonly type: Type }> | null;
  clear(c: WebContext): void;
}

const lifetimeS = 10 * 60;
const nonceBytes = 12;
const tagBytes = 16;

export function createStepCookie(clock: Pick<Clock, "now">, { trustworthy }: Pick<Origins, "trustworthy">): StepCookie {
  const key = randomBytes(32);
  const name = trustworthy ? "__Host-baton-step" : "baton-step";
  const options = { path: "/", httpOnly: true, sameSite: "Lax", secure: trustworthy } as const;

  const taken = createTaken(clock);

  const read: StepCookie["read"] = (c, type) => {
    const text = open(key, getCookie(c, name) ?? "");
    if (text === null) return null;
    const { step, until } = JSON.parse(text) as { step: SignInStep; until: number };
    const isDue = step.type === type && clock.now().getTime() < until;
    return isDue ? (step as Extract<SignInStep, { readonly type: typeof type }>) : null;
  };
  const clear = (c: WebContext) => void deleteCookie(c, name, options);

  return {
    set(c, step) {
      const until = clock.now().getTime() + lifetimeS * 1000;
      setCookie(c, name, seal(key, JSON.stringify({ step, until })), { ...options, maxAge: lifetimeS });
    },
    read,
    take(c, type) {
      const step = read(c, type);
      if (step === null) return null;
      clear(c);
      return taken.add(JSON.stringify(step)) ? step : null;
    },
    clear,
  };
}

/** More than all sign-ins of ten minutes. Strangers get cookies for nothing, and must not fill the memory. */
const mostTaken = 20_000;

/** Steps that were taken, for as long as they would be worth something. Each has a challenge or a state of its own. */
function createTaken(clock: Pick<Clock, "now">) {
  const until = new Map<string, number>();
  return {
    /** False when it was taken before. */
    add(step: string): boolean {
      const now = clock.now().getTime();
      for (const [one, end] of until) {
        if (end > now && until.size <= mostTaken) break;
        until.delete(one);
      }
      const mark = createHash("sha256").update(step).digest("base64");
      if (until.has(mark)) return false;
      until.set(mark, now + lifetimeS * 1000);
      return true;
    },
  };
}

function seal(key: Buffer, text: string): string {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv("aes-256-gcm", key, nonce, { authTagLength: tagBytes });
  const ciphertext = Buffer.concat([cipher.update(text, "utf8"), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), ciphertext]).toString("base64url");
}

/** Null for whatever was not sealed here. */
function open(key: Buffer, value: string): string | null {
  const sealed = Buffer.from(value, "base64url");
  if (sealed.length < nonceBytes + tagBytes) return null;
  const decipher = createDecipheriv("aes-256-gcm", key, sealed.subarray(0, nonceBytes), { authTagLength: tagBytes });
  decipher.setAuthTag(sealed.subarray(nonceBytes, nonceBytes + tagBytes));
  try {
    return Buffer.concat([decipher.update(sealed.subarray(nonceBytes + tagBytes)), decipher.final()]).toString("utf8");
  } catch {
    return null;
  }
}
