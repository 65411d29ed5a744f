import { type Building, type Deployment, specOf } from "../../model/deployment/deployment.ts";
import { type BuildSettings, type DeploymentSpec, servicesOf } from "../../model/deployment/spec.ts";
import type { ServiceSettings } from "../../model/service-settings.ts";
import { resolveVariables, specVariablesOf } from "../../rules/settings/resolve-variables.ts";
import type { DeploymentContext } from "../context/context.ts";
import { DeploymentFailed } from "../deployment-failed.ts";

/** What a version gets from outside its repository. */
export interface VersionInputs {
  /** Compose files are interpolated with them, too. */
  readonly variables: DeploymentSpec["variables"];
  /** The names of variables that are not secret. */
  readonly plainVariables: readonly string[];
  readonly foreignSecrets?: NonNullable<DeploymentSpec["foreignSecrets"]>;
  readonly settings: ReadonlyMap<string, ServiceSettings>;
  readonly buildSettings: BuildSettings;
}

/** The current inputs, or those of the former version when the deployment asks for them. */
export async function readInputs(
  { store, installation: { id }, product }: DeploymentContext,
  deployment: Building,
  source: Deployment | null,
): Promise<VersionInputs> {
  const { installations, sources } = store;
  const then = source && deployment.variables === "then" ? specOf(source) : null;
  if (then?.buildSettings) return inputsOf(then, then.buildSettings);
  const [scopes, { rootDirectory }] = await Promise.all([installations.variableScopes([id]), sources.get(product.id)]);
  const scope = scopes.get(id);
  const today = scope && resolveVariables(scope);
  const marks = today?.marks ?? {};
  const buildSettings = { marks, rootDirectory };
  if (then) return inputsOf(then, buildSettings);
  const [fault] = today?.faults ?? [];
  if (fault) {
    const hint = "Correct the reference on the Variables page, then deploy again.";
    throw new DeploymentFailed({ stage: "plan", message: fault.sentence, hint });
  }
  const settings = await installations.serviceSettings(id);
  const { plainVariables = [], ...current } = today ? specVariablesOf(today) : { variables: {} };
  return { ...current, plainVariables, settings, buildSettings };
}

/** What a former version was built with; an older Baton did not record the settings of its build. */
function inputsOf(spec: DeploymentSpec, buildSettings: BuildSettings): VersionInputs {
  const { variables, plainVariables = [], foreignSecrets } = spec;
  const hidden = foreignSecrets && { foreignSecrets };
  return { variables, plainVariables, ...hidden, settings: settingsOf(spec), buildSettings };
}

function settingsOf(spec: DeploymentSpec): VersionInputs["settings"] {
  return new Map(servicesOf(spec).flatMap(({ name, settings }) => (settings ? [[name, settings.set] as const] : [])));
}
