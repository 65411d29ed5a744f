import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
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
  clear(c: WebContext): void;
}

const lifetimeS = 10 * 60;
const nonceBytes = 12;
const tagBytes = 16;

export function createStepCookie(clock: Pick<Clock, "now">, { trustworthy }: Pick<Origins, "trustworthy">): StepCookie {
  const key = randomBytes(32);
  const name = trustworthy ? "__Host-baton-step" : "baton-step";
  const options = { path: "/", httpOnly: true, sameSite: "Lax", secure: trustworthy } as const;

  return {
    set(c, step) {
      const until = clock.now().getTime() + lifetimeS * 1000;
      setCookie(c, name, seal(key, JSON.stringify({ step, until })), { ...options, maxAge: lifetimeS });
    },
    read(c, type) {
      const text = open(key, getCookie(c, name) ?? "");
      if (text === null) return null;
      const { step, until } = JSON.parse(text) as { step: SignInStep; until: number };
      const isDue = step.type === type && clock.now().getTime() < until;
      return isDue ? (step as Extract<SignInStep, { readonly type: typeof type }>) : null;
    },
    clear: (c) => void deleteCookie(c, name, options),
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
