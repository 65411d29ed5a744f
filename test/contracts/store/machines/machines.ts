import { beforeEach, expect, it } from "vitest";
import type { MachineFacts, MachineRecord } from "../../../../server/model/machine.ts";
import type { MachineId, MachineInvitationId } from "../../../../server/model/names/ids.ts";
import type { Store } from "../../../../server/ports/store/store.ts";
import { later, now } from "../access/people.ts";
import type { MakeStore } from "../lifecycle.ts";

const hour = 3_600_000;
const facts: MachineFacts = {
  ...{ name: "two", architecture: "x86_64", dockerVersion: "20.10.24+dfsg1", address: "10.0.0.2" },
  ...{ diskBytes: 40e9, freeDiskBytes: 31e9, canEncrypt: null },
};
const one: Omit<MachineRecord, "facts"> = { id: "one1" as MachineId, name: "one", state: "ready", since: now };
const two: Omit<MachineRecord, "facts"> = { id: "two2" as MachineId, name: "two", state: "ready", since: now };

export function machinesContract(make: MakeStore): void {
  let store: Store;
  beforeEach(async () => {
    ({ store } = await make());
  });
  const invite = () => store.machines.invite({ createdBy: "Ada", expiresAt: later(hour) }, now);

  it("are remembered as they were last seen, and forgotten when they are seen no more", async () => {
    expect(await store.machines.list()).toEqual([]);
    await store.machines.note([two, one]);
    expect(await store.machines.list()).toEqual([one, two].map((record) => ({ ...record, facts: null })));
    const lost: typeof two = { ...two, state: "lost", since: later(1_000) };
    await store.machines.note([lost]);
    expect(await store.machines.list()).toEqual([{ ...lost, facts: null }]);
    await store.machines.note([]);
    expect(await store.machines.list()).toEqual([]);
  });

  it("keep what they said when they joined, also if that was before they were seen", async () => {
    const { invitation } = await invite();
    expect(await store.machines.useInvitation(invitation.id, { id: two.id, facts }, now)).toBe(true);
    expect(await store.machines.list()).toEqual([{ ...two, state: "unknown", since: new Date(0), facts }]);
    await store.machines.note([one]);
    expect(await store.machines.list()).toHaveLength(2);
    await store.machines.note([one, two]);
    expect(await store.machines.list()).toContainEqual({ ...two, facts });
    await store.machines.note([{ ...two, state: "drained" }]);
    expect(await store.machines.list()).toEqual([{ ...two, state: "drained", facts }]);
  });

  it("are invited by a secret that works once, until it is old", async () => {
    const { invitation, secret } = await invite();
    expect(Buffer.from(secret, "base64url")).toHaveLength(32);
    expect(invitation).toEqual({
      ...{ id: expect.any(Number), createdBy: "Ada", createdAt: now, expiresAt: later(hour) },
      ...{ usedAt: null, lastTry: null },
    });
    const second = await invite();
    expect(await store.machines.findInvitation(secret)).toEqual(invitation);
    expect(await store.machines.findInvitation(`${secret}x`)).toBeNull();
    expect(await store.machines.listInvitations(now)).toEqual([second.invitation, invitation]);
    expect(await store.machines.listInvitations(later(hour))).toEqual([]);

    const use = () => store.machines.useInvitation(invitation.id, { id: two.id, facts }, now);
    expect((await Promise.all([use(), use()])).filter(Boolean)).toEqual([true]);
    expect(await store.machines.findInvitation(secret)).toMatchObject({ usedAt: now });
    expect(await store.machines.listInvitations(now)).toEqual([second.invitation]);
    expect(await store.machines.withdrawInvitation(invitation.id)).toBe(false);
    expect(await store.machines.withdrawInvitation(second.invitation.id)).toBe(true);
    expect(await store.machines.useInvitation(second.invitation.id, { id: two.id, facts }, now)).toBe(false);
    expect(await store.machines.listInvitations(now)).toEqual([]);
  });

  it("say what became of the last try to join", async () => {
    const { invitation, secret } = await invite();
    const lastTry = {
      at: later(5),
      name: "two",
      findings: [{ level: "refused", text: "Its clock is wrong." }],
    } as const;
    await store.machines.noteTry(invitation.id, lastTry);
    await store.machines.noteTry(0 as MachineInvitationId, lastTry);
    expect(await store.machines.findInvitation(secret)).toEqual({ ...invitation, lastTry });
  });
}
