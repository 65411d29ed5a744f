import { everything } from "../../model/access/principal.ts";
import type { User } from "../../model/access/user.ts";
import type { UserId } from "../../model/names/ids.ts";
import type { Uses } from "../adapters.ts";
import { type Refused, refused } from "../refused.ts";

/** Links of the server's own terminal, which somebody is sitting at. */
const machineMinutes = 15;
/** Links that an administrator sends to somebody. */
const sentHours = 72;

const theMachine = "the server's terminal";

export interface MadeLink {
  readonly secret: string;
  readonly expiresAt: Date;
}

/** A link that makes the first administrator; null when there is a user, or ever was one. */
export async function makeFirstLink({ store, clock }: Uses<"store" | "clock">): Promise<MadeLink | null> {
  if (await store.users.hasAny()) return null;
  return make({ store, clock }, { kind: "first-administrator", email: null, userId: null, minutes: machineMinutes });
}

/** The links that `npm run admin -- link` prints: one for each administrator that it was asked for. */
export type MachineLinks =
  | { readonly type: "first"; readonly link: MadeLink }
  | { readonly type: "existing"; readonly links: readonly { readonly user: User; readonly link: MadeLink }[] }
  | { readonly type: "new"; readonly email: string; readonly link: MadeLink };

/**
 * Makes links for administrators, for whoever has the machine: for the one with this address, or a new one; without an
 * address, for each that there is.
 */
export async function makeMachineLinks(
  { store, clock }: Uses<"store" | "clock">,
  email: string | null,
): Promise<MachineLinks | Refused> {
  const first = await makeFirstLink({ store, clock });
  if (first) return { type: "first", link: first };
  const administrators = (await store.users.list()).filter(
    ({ disabledAt, grants }) =>
      disabledAt === null && grants.some(({ role, productId }) => role === "admin" && productId === null),
  );
  const known = email === null ? null : await store.users.byEmail(email);
  const meant = email === null ? administrators : administrators.filter(({ id }) => id === known?.id);
  if (known && meant.length === 0) return refused("conflict", `${known.email} is not an administrator`);
  const minutes = machineMinutes;
  if (email !== null && !known) {
    const link = await make({ store, clock }, { kind: "invitation", email, userId: null, minutes });
    return { type: "new", email, link };
  }
  const links = [];
  for (const user of meant) {
    const link = await make({ store, clock }, { kind: "sign-in", email: user.email, userId: user.id, minutes });
    links.push({ user, link });
  }
  return { type: "existing", links };
}

/** A link with which somebody sets a new password, for an administrator to send. */
export async function makeResetLink(
  { store, clock }: Uses<"store" | "clock">,
  id: UserId,
  by: string,
): Promise<{ readonly type: "made"; readonly user: User; readonly link: MadeLink } | Refused> {
  const user = await store.users.get(id);
  if (!user) return refused("not_found", "there is no such user");
  if (user.disabledAt !== null) return refused("conflict", `${user.name}’s account is disabled`);
  const minutes = sentHours * 60;
  const { email } = user;
  return {
    type: "made",
    user,
    link: await make({ store, clock }, { kind: "password-reset", email, userId: id, minutes, by }),
  };
}

interface Wish {
  readonly kind: "first-administrator" | "invitation" | "password-reset" | "sign-in";
  readonly email: string | null;
  readonly userId: UserId | null;
  readonly minutes: number;
  readonly by?: string;
}

async function make({ store, clock }: Uses<"store" | "clock">, wish: Wish): Promise<MadeLink> {
  const { kind, email, userId, minutes, by = theMachine } = wish;
  const expiresAt = new Date(clock.now().getTime() + minutes * 60_000);
  const grants = userId === null ? everything : [];
  const { secret } = await store.links.create({ kind, email, grants, userId, createdBy: by, expiresAt }, clock.now());
  return { secret, expiresAt };
}
