import { type Building, type Deployment, specOf } from "../../model/deployment/deployment.ts";
import { type BuildSettings, type DeploymentSpec, plainNames, servicesOf } from "../../model/deployment/spec.ts";
import type { ServiceSettings } from "../../model/service-settings.ts";
import type { DeploymentContext } from "../context/context.ts";

/** What a version gets from outside its repository. */
export interface VersionInputs {
  /** Compose files are interpolated with them, too. */
  readonly variables: DeploymentSpec["variables"];
  /** The names of variables that are not secret. */
  readonly plainVariables: readonly string[];
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
  const [marks, { rootDirectory }] = await Promise.all([installations.buildMarks(id), sources.get(product.id)]);
  const buildSettings = then?.buildSettings ?? { marks, rootDirectory };
  if (then) {
    const { variables, plainVariables = [] } = then;
    return { variables, plainVariables, settings: settingsOf(then), buildSettings };
  }
  const [variables, visible, settings] = await Promise.all([
    installations.variables(id),
    installations.visibleVariables(id),
    installations.serviceSettings(id),
  ]);
  return { variables, plainVariables: plainNames(variables, visible), settings, buildSettings };
}

function settingsOf(spec: DeploymentSpec): VersionInputs["settings"] {
  return new Map(servicesOf(spec).flatMap(({ name, settings }) => (settings ? [[name, settings.set] as const] : [])));
}
