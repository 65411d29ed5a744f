import type { PasswordSignIn } from "../../commands/sign-in/sign-in-with-password.ts";
import type { User } from "../../model/access/user.ts";
import type { UserId } from "../../model/names/ids.ts";
import { PasswordsBusy } from "../../ports/people/passwords.ts";
import { isTooLong } from "../../rules/sign-in/refused-password.ts";
import type { Auth } from "../access/auth.ts";
import { requireSameOrigin } from "../access/csrf.ts";
import { createFailedSignIns } from "../access/failed-sign-ins.ts";
import type { Origins } from "../access/origins.ts";
import { peerAddress, peerNetwork } from "../access/peer-address.ts";
import type { WebAdapters } from "../adapters.ts";
import type { Audit } from "../http/audit.ts";
import { Problem } from "../http/problem.ts";
import type { WebContext } from "../http/web-context.ts";
import { createAttempts, createCodeAttempts } from "./attempts.ts";
import { createStepCookie, type StepCookie } from "./step-cookie.ts";

/** Signs people in, as opposed to tokens: what pages and the passkey calls share. */
export interface PersonSignIn {
  /** Throws a Problem (429) after too many failures, and one (503) when too many passwords are being checked. */
  withPassword(c: WebContext, input: PasswordInput): Promise<"signed-in" | "code-is-next" | "wrong" | "too-long">;
  /** The second step. Throws a Problem (429) after too many wrong codes. */
  withCode(c: WebContext, typed: string): Promise<CodeOutcome>;
  /** For somebody who has proved otherwise who they are. `how` ends "signed in": "with a passkey". */
  enter(c: WebContext, user: User, proof: Proof): Promise<void>;
  /** For somebody who has proved half of it: asks for a code if they use one, or lets them in. */
  enterOrAskForCode(
    c: WebContext,
    user: User,
    proof: Proof & { readonly mark: string; readonly next: string },
  ): Promise<"signed-in" | "code-is-next">;
  failed(c: WebContext, how: string, facts: { readonly subject?: string; readonly detail: string }): Promise<void>;
}

interface PasswordInput {
  readonly email: string;
  readonly password: string;
  readonly next: string;
}

interface Proof {
  readonly how: string;
  /** When it was a second factor, or stands for one. */
  readonly secondFactorAt: Date | null;
}

export type CodeOutcome =
  | { readonly type: "signed-in"; readonly next: string }
  | { readonly type: "wrong" }
  /** The password was given too long ago, or something changed since: begin anew. */
  | { readonly type: "out-of-date" };

interface Needs extends Pick<WebAdapters, "commands" | "clock"> {
  readonly auth: Auth;
  readonly audit: Audit;
  readonly steps: StepCookie;
}

/** What the pages of signing in share. */
export function createSigningIn(needs: Omit<Needs, "steps">, origins: Origins) {
  const steps = createStepCookie(needs.clock, origins);
  return { origins, steps, personSignIn: createPersonSignIn({ ...needs, steps }, origins) };
}

function createPersonSignIn(needs: Needs, origins: Origins): PersonSignIn {
  const { commands, clock, auth, audit, steps } = needs;
  const attempts = createAttempts(clock);
  const codes = createCodeAttempts(clock);
  const failures = createFailedSignIns(needs);

  const enter: PersonSignIn["enter"] = async (c, user, { how, secondFactorAt }) => {
    await auth.openSession(c, { user: user.id }, secondFactorAt);
    steps.clear(c);
    await audit.record(c, {
      who: user.name,
      token: null,
      what: "signed in",
      ...{ subject: "", product: null, detail: how, deploymentId: null },
    });
  };

  const enterOrAskForCode: PersonSignIn["enterOrAskForCode"] = async (c, user, { mark, next, ...proof }) => {
    if (user.hasTotp) {
      steps.set(c, { type: "code", userId: user.id, passwordMark: mark, next });
      return "code-is-next";
    }
    await enter(c, user, proof);
    return "signed-in";
  };

  const failed: PersonSignIn["failed"] = (c, how, facts) => failures.record(peerAddress(c, origins.https), how, facts);

  return {
    enter,
    enterOrAskForCode,
    failed,

    async withPassword(c, { email, password, next }) {
      requireSameOrigin(c, origins);
      if (isTooLong(password)) return "too-long";
      const network = peerNetwork(peerAddress(c, origins.https));
      const attempt = attempts.begin(network, email.trim().toLowerCase());
      if (typeof attempt === "number") throw tooMany(attempt);
      const outcome = await commands.signInWithPassword({ email: email.trim(), password }).catch(explainBusy);
      if (outcome.type === "wrong") {
        await failed(c, "a password", factsOf(outcome));
        return "wrong";
      }
      attempt.succeeded();
      return enterOrAskForCode(c, outcome.user, {
        ...{ mark: outcome.mark, next },
        ...{ how: "with a password", secondFactorAt: null },
      });
    },

    async withCode(c, typed) {
      requireSameOrigin(c, origins);
      const step = steps.read(c, "code");
      if (!step) return { type: "out-of-date" };
      const attempt = codes.begin(String(step.userId));
      if (typeof attempt === "number") throw tooMany(attempt);
      const userId = step.userId as UserId;
      const outcome = await commands.useSecondFactor({ userId, mark: step.passwordMark, typed });
      if (outcome.type === "out-of-date") return outcome;
      if (outcome.type === "wrong") {
        await failed(c, "a code", { subject: outcome.user.name, detail: "wrong code" });
        return outcome;
      }
      attempt.succeeded();
      await enter(c, outcome.user, { how: `with a password and a ${outcome.by}`, secondFactorAt: clock.now() });
      return { type: "signed-in", next: step.next };
    },
  };
}

function factsOf({ name }: Extract<PasswordSignIn, { readonly type: "wrong" }>) {
  // What was typed in place of an address may be a password, so only names of people who exist are recorded.
  return { detail: "wrong address or password", ...(name !== null && { subject: `as ${name}` }) };
}

export function tooMany(seconds: number): Problem {
  const text = seconds < 120 ? `${seconds} s` : `${Math.ceil(seconds / 60)} min`;
  return new Problem(429, "too_many_attempts", `too many attempts: try again in ${text}`, {
    headers: { "Retry-After": String(seconds) },
  });
}

/** Turns away when too many passwords are being checked. */
export function explainBusy(error: unknown): never {
  if (!(error instanceof PasswordsBusy)) throw error;
  throw new Problem(503, "busy", error.message, { headers: { "Retry-After": "5" } });
}
