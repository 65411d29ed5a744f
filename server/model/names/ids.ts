// Row ids are plain numbers in Postgres and in JSON; the brand keeps a product's id from being
// passed where a deployment's is meant.
declare const brand: unique symbol;
type Id<Name extends string> = number & { readonly [brand]: Name };

export type EnvironmentId = Id<"Environment">;
export type ProductId = Id<"Product">;
export type InstallationId = Id<"Installation">;
export type DeploymentId = Id<"Deployment">;

/** A full, lower-case hexadecimal Git object id (40 or 64 characters). Never a branch name, never abbreviated. */
export type CommitSha = string & { readonly [brand]: "CommitSha" };

/** What Docker calls an image id: `sha256:` and 64 hexadecimal characters. */
export type ImageId = string & { readonly [brand]: "Image" };

/** What Docker calls a container id: 64 hexadecimal characters. */
export type ContainerId = string & { readonly [brand]: "Container" };

/**
 * Eight lower-case letters and digits, made once with the database. Every name and label that this
 * Baton gives to a thing in Docker carries it, so that two Batons on one daemon never touch each other's.
 */
export type InstanceId = string & { readonly [brand]: "Instance" };

const shaPattern = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;

export function parseCommitSha(text: string): CommitSha | null {
  return shaPattern.test(text) ? (text as CommitSha) : null;
}
