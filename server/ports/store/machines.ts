import type { JoinTry, MachineFacts, MachineInvitation, MachineRecord } from "../../model/machine.ts";
import type { MachineId, MachineInvitationId } from "../../model/names/ids.ts";

/** What Baton remembers of machines, and the invitations for new ones. */
export interface MachineStore {
  /** A machine that has joined but was not seen yet is `unknown`, since the beginning of time. */
  list(): Promise<readonly MachineRecord[]>;
  /** Replaces what is remembered by these. Facts stay with their machines. */
  note(records: readonly Omit<MachineRecord, "facts">[]): Promise<void>;

  /** `secret` must be shown now or never. */
  invite(
    invitation: Pick<MachineInvitation, "createdBy" | "expiresAt">,
    at: Date,
  ): Promise<{ readonly invitation: MachineInvitation; readonly secret: string }>;
  /** Null when there is no such invitation. It may be used or expired. */
  findInvitation(secret: string): Promise<MachineInvitation | null>;
  /** Those that can be used, the newest first. */
  listInvitations(now: Date): Promise<readonly MachineInvitation[]>;
  noteTry(id: MachineInvitationId, tried: JoinTry): Promise<void>;
  /** Uses the invitation up for this machine. False when it was used or withdrawn before. */
  useInvitation(
    id: MachineInvitationId,
    machine: { readonly id: MachineId; readonly facts: MachineFacts },
    at: Date,
  ): Promise<boolean>;
  /** False when it is unknown or was used. */
  withdrawInvitation(id: MachineInvitationId): Promise<boolean>;
}
