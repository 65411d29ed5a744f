import type { BuildVariables } from "../../../server/model/values/build-variables.ts";
import type { ComposeStack } from "../../manifest/manifest.ts";
import { attemptAll, findingsProblem } from "../../plan/findings.ts";
import { addCommand } from "../../plan/no-command.ts";
import type { Finding, ServicePlan, SourceTree } from "../../plan/plan.ts";
import type { PlannedStack } from "../../plan/planned-stack.ts";
import type { ServiceRules } from "../../plan/service-plan.ts";
import { isForDevelopment } from "../judge/for-development.ts";
import { kindOf } from "../judge/service-kind.ts";
import { composeFilesIn, inFolder } from "../read/compose-files.ts";
import { type ComposeRequest, readCompose } from "../read/read-compose.ts";
import { folderOf } from "../values/repository-path.ts";
import type { ComposeProject, ComposeResult, ComposeService } from "./compose-project.ts";
import { createImageSources, type ServiceImage } from "./image-sources.ts";
import { planComposeService } from "./plan-service.ts";

export interface ComposeOptions extends ServiceRules {
  /** The product's variables, for interpolation. */
  readonly variables: Readonly<Record<string, string>>;
  /** Names of the variables that anybody may read. */
  readonly visible?: ReadonlySet<string> | undefined;
  /** The variables that a build gets. */
  readonly buildVariables: BuildVariables;
}

/**
 * Plans the services of a compose file. Rejects with a PlanProblem that holds all that keeps the file from being
 * deployed.
 */
export async function planCompose(
  tree: SourceTree,
  stack: ComposeStack,
  options: ComposeOptions,
): Promise<PlannedStack> {
  if (!tree.files.has(stack.file)) throw findingsProblem([notThere(tree, stack)]);
  const result = await readStack(tree, stack, options.variables, {
    machine: options.machine,
    visible: readableIn(options),
  });
  if (result.type === "refused") throw findingsProblem(result.problems);
  const { project } = result;
  const sources = createImageSources(tree, project, options.buildVariables);
  const { results: images, failed } = await attemptAll(project.services, async (service) => ({
    service,
    image: await sources.imageOf(service),
  }));
  const problems = [
    ...failed.flatMap(([service, { findings }]) => findings.map(ofService(service))),
    ...images.flatMap(({ service, image }) => startsNothing(service, image)),
    ...endless(project),
  ];
  if (problems.length > 0) throw findingsProblem(problems);

  const ports = images.flatMap(({ service, image }) =>
    image.exposed === null ? [] : [[service.name, image.exposed] as const],
  );
  const surroundings = { ...options, dockerfilePorts: new Map(ports) };
  const services = images.map(({ service, image }) => {
    return { service, image, plan: planComposeService(service, project, image, surroundings) };
  });
  return {
    name: stack.name,
    services: services.map(({ plan }) => plan),
    decisions: [
      ...describeBuilds(services),
      ...services.map(({ plan }) => describe(plan)),
      ...project.notes.map((note) => `${stack.file}: ${note}`),
      ...services.flatMap(restartedAnyway).map((note) => `${stack.file}: ${note}`),
    ],
    warnings: warnings(project, services, stack),
  };
}

interface Planned {
  readonly service: ComposeService;
  readonly image: ServiceImage;
  readonly plan: ServicePlan;
}

function ofService({ name, at, source }: ComposeService): (finding: Finding) => Finding {
  return ({ message, hint }) => ({ ...at, message: `services.${name}.${source.type}: ${message}`, hint });
}

/** Variables whose names mark them as public are not secrets either. */
function readableIn({ visible = new Set(), buildVariables }: ComposeOptions): ReadonlySet<string> {
  return new Set([...visible, ...buildVariables.known]);
}

export function readStack(
  tree: SourceTree,
  { file, withOverride }: ComposeStack,
  variables: ComposeOptions["variables"],
  { machine, visible }: Pick<ComposeRequest, "machine" | "visible"> = {},
): Promise<ComposeResult> {
  const folder = folderOf(file);
  const name = folder === "" ? file : file.slice(folder.length + 1);
  return readCompose({ tree, folder, file: name, variables, profiles: [], withOverride, machine, visible });
}

/** Whether the service itself says what to start, whatever its image does. */
function saysCommand({ command, container }: ComposeService): boolean {
  return (command ?? []).length > 0 || (container.entrypoint ?? []).length > 0;
}

function startsNothing(service: ComposeService, { noCommand }: ServiceImage): readonly Finding[] {
  if (noCommand === null || !noCommand.isNothing || saysCommand(service)) return [];
  return [ofService(service)({ file: null, line: null, message: noCommand.message, hint: addCommand })];
}

function notThere(tree: SourceTree, { name, at, file }: ComposeStack): Finding {
  const [inside] = composeFilesIn(tree, file);
  const hint = inside === undefined ? "Name a file in the repository." : `Name the file: ${inFolder(file, inside)}.`;
  const message = `stacks.${name}.compose names ${file}, which is not a file in the repository`;
  return { file: at?.file ?? null, line: at?.line ?? null, message, hint };
}

/**
 * Finds services that others wait for to complete although x-baton gives them a kind that never completes. Without
 * x-baton, such a dependency makes a service an init service.
 */
function endless(project: ComposeProject): readonly Finding[] {
  return project.services.flatMap((service) =>
    service.dependsOn.flatMap((dependency) => {
      const other = project.services.find(({ name }) => name === dependency.service);
      if (dependency.condition !== "completed" || !other) return [];
      const { kind } = kindOf(other, project);
      if (kind === "init") return [];
      const message = `services.${service.name}.depends_on.${other.name} waits until ${other.name} has completed, but x-baton makes it a ${kind} service`;
      return [{ ...service.at, message, hint: "Remove one of the two." }];
    }),
  );
}

/** Describes each built image in one line, with all services that run it. */
function describeBuilds(services: readonly Planned[]): readonly string[] {
  const builds = new Map<ServiceImage, string[]>();
  for (const { image, plan } of services) {
    if (image.source.type === "build") builds.set(image, [...(builds.get(image) ?? []), plan.name]);
  }
  return [...builds].map(([{ summary }, names]) => `Building with ${summary}, for ${names.join(", ")}`);
}

/**
 * Describes a service: `db: tcp on port 5432 (its image is a PostgreSQL database), keeps its data in the volume data`
 */
function describe({ name, kind, kindReason, port, stateful, source }: ServicePlan): string {
  const image = source.type === "image" ? `, runs ${source.reference}` : "";
  const hasPort = kind === "web" || kind === "tcp";
  const where = hasPort ? (port === null ? ", on the port that its image exposes" : ` on port ${port}`) : "";
  return `${name}: ${kind}${where} (${kindReason})${image}${stateful === null ? "" : `, ${stateful}`}`;
}

/** Notes a restart policy that is not applied, because Baton restarts any service that exits. */
function restartedAnyway({ service: { name, restart }, plan }: Planned): readonly string[] {
  if (plan.kind === "init" || (restart !== "no" && restart !== "on-failure")) return [];
  const way = plan.kind === "worker" ? " (with x-baton: { kind: init } it runs once)" : "";
  return [`services.${name}.restart is not applied: Baton restarts a service whenever it exits${way}`];
}

function warnings(project: ComposeProject, services: readonly Planned[], { file }: ComposeStack): readonly string[] {
  const development = isForDevelopment(project);
  return [
    ...project.warnings.map((warning) => `${file}: ${warning}`),
    ...project.remarks.map((remark) => `${remark.file}, line ${remark.line}: ${remark.message}`),
    ...services.flatMap(({ service, image }) =>
      image.noCommand === null || saysCommand(service) ? [] : [`${service.name}: ${image.noCommand.message}`],
    ),
    ...(development === null
      ? []
      : [`${file} seems to be meant for development: ${development}. The mounted files come from the commit`]),
    ...(services.some(({ plan }) => plan.kind === "web")
      ? []
      : [`${file} has no service of kind web, so it gets no address`]),
  ];
}
