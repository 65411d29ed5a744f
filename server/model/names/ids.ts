// Row ids are plain numbers in Postgres and in JSON; the brand prevents passing a product's id for a deployment's.
declare const brand: unique symbol;
type Id<Name extends string> = number & { readonly [brand]: Name };

export type EnvironmentId = Id<"Environment">;
export type ProductId = Id<"Product">;
export type InstallationId = Id<"Installation">;
export type DeploymentId = Id<"Deployment">;
export type UserId = Id<"User">;
export type TokenId = Id<"Token">;
export type SessionId = Id<"Session">;
export type LinkId = Id<"Link">;
export type PasskeyId = Id<"Passkey">;
export type BackupId = Id<"Backup">;
export type RestoreId = Id<"Restore">;
export type DrillId = Id<"Drill">;
export type OwnBackupId = Id<"OwnBackup">;
export type MachineInvitationId = Id<"MachineInvitation">;

/** The id that Docker Swarm gave a machine: 25 lower-case letters and digits. */
export type MachineId = string & { readonly [brand]: "Machine" };

/** A full, lower-case hexadecimal Git object id (40 or 64 characters), never a branch name or an abbreviation. */
export type CommitSha = string & { readonly [brand]: "CommitSha" };

/** A Docker image id: `sha256:` and 64 hexadecimal characters. */
export type ImageId = string & { readonly [brand]: "Image" };

/** A Docker container id: 64 hexadecimal characters. */
export type ContainerId = string & { readonly [brand]: "Container" };

/**
 * Eight lower-case letters and digits, generated once with the database. Every name and label that this Baton gives an
 * object in Docker contains it, so that two Batons on one daemon never touch each other's objects.
 */
export type InstanceId = string & { readonly [brand]: "Instance" };

const shaPattern = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;

export function parseCommitSha(text: string): CommitSha | null {
  return shaPattern.test(text) ? (text as CommitSha) : null;
}
