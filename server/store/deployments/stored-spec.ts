import { type DeploymentSpec, plainContainer, type ServiceSpec, type StackSpec } from "../../model/deployment/spec.ts";
import type { DeploymentId } from "../../model/names/ids.ts";
import type { Opener, Seal } from "../keys/secrets.ts";

/**
 * A deployment's spec as the table holds it. Its environments and files contain the values of variables, too, so
 * everything except what identifies it is sealed into one text.
 */
export type StoredSpec = Pick<DeploymentSpec, "commit" | "routes"> &
  (
    | { readonly sealed: string }
    /** The format before compose files, when only the variables could hold secrets and were sealed. */
    | { readonly stacks: readonly FirstStack[]; readonly variables: string }
  );

interface FirstStack {
  readonly name: string;
  readonly services: readonly (Partial<ServiceSpec> & Omit<ServiceSpec, keyof typeof sinceThen>)[];
}

/** The fields that services did not have at first. */
const sinceThen = {
  kindReason: null,
  pulledAs: null,
  takesVariables: true,
  dependsOn: [],
  stateful: null,
  keptFrom: null,
  container: plainContainer,
  domains: [],
} satisfies Partial<ServiceSpec>;

export function sealSpec(seal: Seal, deployment: DeploymentId, spec: DeploymentSpec): StoredSpec {
  const { commit, routes, ...secret } = spec;
  const sealed = seal(owner(deployment), JSON.stringify(secret));
  return { commit, routes, sealed: sealed.toString("base64") };
}

export function openSpec(secrets: Opener, deployment: DeploymentId, stored: StoredSpec): DeploymentSpec {
  const { commit, routes } = stored;
  const open = (sealed: string) => JSON.parse(secrets.open(owner(deployment), Buffer.from(sealed, "base64")));
  if ("sealed" in stored) return { commit, routes, ...open(stored.sealed) };
  return { commit, routes, stacks: stored.stacks.map(nowadays), variables: open(stored.variables) };
}

function nowadays({ name, services }: FirstStack): StackSpec {
  return { name, services: services.map((service) => ({ ...sinceThen, ...service })) };
}

const owner = (deployment: DeploymentId) => ({ kind: "spec", id: String(deployment) }) as const;
