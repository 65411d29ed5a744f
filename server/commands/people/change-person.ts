import type { User } from "../../model/access/user.ts";
import type { UserChange } from "../../ports/store/users.ts";
import { grantsOf, type PersonRights, rightsFault } from "../../rules/access/person-rights.ts";
import type { Uses } from "../adapters.ts";
import { type Refused, refused } from "../refused.ts";

export interface PersonChange {
  readonly rights?: PersonRights | undefined;
  readonly isDisabled?: boolean | undefined;
}

type Outcome = { readonly type: "changed" } | Refused;

/** Changes what somebody may do, or whether they can sign in. Sessions and tokens of theirs follow at once. */
export async function changePerson(
  { store, clock }: Uses<"store" | "clock">,
  { id, name }: User,
  { rights, isDisabled }: PersonChange,
): Promise<Outcome> {
  const fault = rights ? rightsFault(rights) : null;
  if (fault !== null) return refused("invalid", fault);
  if (rights) {
    const outcome = outcomeOf(await store.users.setGrants(id, grantsOf(rights)), name);
    if (outcome.type === "refused") return outcome;
  }
  if (isDisabled === undefined) return { type: "changed" };
  return outcomeOf(await store.users.setDisabled(id, isDisabled, clock.now()), name);
}

/** Removes somebody with their sessions and tokens. What they did stays in the activity log under their name. */
export async function removePerson({ store }: Uses<"store">, { id, name }: User): Promise<Outcome> {
  return outcomeOf(await store.users.remove(id), name);
}

function outcomeOf(change: UserChange, name: string): Outcome {
  switch (change) {
    case "changed":
      return { type: "changed" };
    case "unknown":
      return refused("not_found", `${name} was removed`);
    case "last-administrator":
      return refused("conflict", `${name} is the last administrator: make somebody else one first`);
  }
}
