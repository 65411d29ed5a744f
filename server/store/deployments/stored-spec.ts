import {
  type DeploymentSpec,
  outlineOf,
  plainContainer,
  type ServiceSpec,
  type StackOutline,
  type StackSpec,
} from "../../model/deployment/spec.ts";
import type { DeploymentId } from "../../model/names/ids.ts";
import type { Opener, Seal } from "../keys/secrets.ts";

/**
 * A deployment's spec as the table holds it. Its environments and files contain the values of variables, too, so
 * everything except what identifies it is sealed into one text. The outline is there for lists, which would otherwise
 * open a thousand specs to say what runs.
 */
export type StoredSpec = Pick<DeploymentSpec, "commit" | "routes"> &
  /** Specs from before there were outlines have none. */
  (
    | { readonly sealed: string; readonly outline?: readonly StackOutline[] }
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
  return { commit, routes, outline: outlineOf(spec), sealed: sealed.toString("base64") };
}

/** What is sealed is opened when it is first read: most who list deployments show nothing of it. */
export function openSpec(secrets: Opener, deployment: DeploymentId, stored: StoredSpec): DeploymentSpec {
  const { commit, routes } = stored;
  const open = (sealed: string) => JSON.parse(secrets.open(owner(deployment), Buffer.from(sealed, "base64")));
  if (!("sealed" in stored)) {
    return { commit, routes, stacks: stored.stacks.map(nowadays), variables: open(stored.variables) };
  }
  return openedLater({ commit, routes }, () => open(stored.sealed));
}

type Plain = Pick<DeploymentSpec, "commit" | "routes">;

/** A record, so that the compiler misses a field that is new. */
const sealedFields: Readonly<Record<Exclude<keyof DeploymentSpec, keyof Plain>, true>> = {
  stacks: true,
  variables: true,
  plainVariables: true,
  foreignSecrets: true,
  buildSettings: true,
};

/** Reading any sealed field opens all of them and makes them plain ones. */
function openedLater(plain: Plain, open: () => Omit<DeploymentSpec, keyof Plain>): DeploymentSpec {
  const fields = Object.keys(sealedFields) as (keyof typeof sealedFields)[];
  const spec: Partial<DeploymentSpec> = { ...plain };
  for (const field of fields) {
    const get = () => {
      const opened = open();
      for (const each of fields) Reflect.deleteProperty(spec, each);
      return Object.assign(spec, opened)[field];
    };
    Object.defineProperty(spec, field, { configurable: true, enumerable: true, get });
  }
  return spec as DeploymentSpec;
}

function nowadays({ name, services }: FirstStack): StackSpec {
  return { name, services: services.map((service) => ({ ...sinceThen, ...service })) };
}

const owner = (deployment: DeploymentId) => ({ kind: "spec", id: String(deployment) }) as const;
