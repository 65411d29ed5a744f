import type { BuildVariables } from "../../server/model/values/build-variables.ts";
import { dockerfileIn } from "../dockerfile/dockerfile-name.ts";
import { fromDockerfile } from "../dockerfile/from-dockerfile.ts";
import { type MachineCapacity, tooManyCpus, tooMuchMemory } from "../images/machine.ts";
import { otherLanguage } from "../languages/other-languages.ts";
import { providers } from "../languages/providers.ts";
import { staticFiles } from "../languages/static/static.ts";
import { readAppJson } from "../manifest/app-json.ts";
import type { FolderStack, ManifestHealth } from "../manifest/manifest.ts";
import { readProcfile } from "../manifest/procfile.ts";
import {
  chooseProcesses,
  linesThatRun,
  type ProcessChoice,
  type ProcessService,
} from "../manifest/procfile-services.ts";
import { withVolumeFolders } from "../manifest/volume-folders.ts";
import { subtree } from "../source/source-tree.ts";
import type { BuildEnvironment, Detected } from "./detected.ts";
import { addCommand, type NoCommand } from "./no-command.ts";
import { notRecognised } from "./not-recognised.ts";
import { type BuildRecipe, type ImageSource, PlanProblem, type ServicePlan, type SourceTree } from "./plan.ts";
import type { PlannedStack } from "./planned-stack.ts";
import { planProcess, planService, type ServiceRules } from "./service-plan.ts";

export interface FolderOptions extends ServiceRules {
  /** The installation's variables that a build gets. */
  readonly buildVariables: BuildVariables;
}

/** Plans a folder: its Dockerfile or a recognised app, with the processes of its Procfile. Rejects with PlanProblem. */
export async function planFolder(tree: SourceTree, stack: FolderStack, options: FolderOptions): Promise<PlannedStack> {
  const folder = subtree(tree, stack.path);
  if (folder.files.size === 0) {
    throw new PlanProblem(`baton.yaml says that ${stack.name} is in ${stack.path}/, but there is nothing there`);
  }
  const processes = await readProcfile(folder);
  const detected = await detect(folder, stack, {
    buildVariables: options.buildVariables,
    processLines: linesThatRun(processes, stack.processes),
    volumes: Object.values(stack.volumes),
    around: stack.path === "" ? null : { tree, folder: stack.path },
  });
  const choice = choose(stack, detected, inImage(processes, detected));
  const command = sayNoCommand(detected.noCommand ?? null, choice.services[0], stack);
  const app = await readAppJson(folder, detected.kind);
  const { services, decisions } = planServices(
    { ...stack, health: { ...app.health, ...defined(stack.health) } },
    detected,
    choice.services,
    options,
  );
  return {
    name: stack.name,
    services,
    decisions: [...detected.decisions, ...decisions, ...choice.decisions, ...app.decisions],
    warnings: [
      ...command,
      ...detected.warnings,
      ...choice.warnings,
      ...app.warnings,
      ...limitsBeyond(stack, options.machine),
    ],
  };
}

/**
 * Warns of a Dockerfile that starts nothing where nothing else says what to start. Throws PlanProblem when that is
 * certain.
 */
function sayNoCommand(
  noCommand: NoCommand | null,
  first: ProcessService | undefined,
  { command }: FolderStack,
): readonly string[] {
  if (noCommand === null || command !== undefined || (first?.command ?? null) !== null) return [];
  if (noCommand.isNothing) throw new PlanProblem(noCommand.message, addCommand);
  return [noCommand.message];
}

/** Returns one line for each limit in baton.yaml that exceeds the machine's capacity. */
function limitsBeyond({ name, cpus, memoryBytes, limitsAt }: FolderStack, machine: MachineCapacity | undefined) {
  const found = [
    { key: "cpus", at: limitsAt?.cpus, words: tooManyCpus(cpus, machine) },
    { key: "memory", at: limitsAt?.memory, words: tooMuchMemory(memoryBytes, machine) },
  ];
  return found.flatMap(({ key, at, words }) =>
    words === null ? [] : [`${at?.file ?? "baton.yaml"}, line ${at?.line ?? 1}: stacks.${name}.${key} ${words}`],
  );
}

async function detect(folder: SourceTree, stack: FolderStack, environment: BuildEnvironment): Promise<Detected> {
  const dockerfile = stack.dockerfile ?? dockerfileIn(folder);
  if (dockerfile !== null) {
    return fromDockerfile(folder, dockerfile, stack.target ?? null, environment);
  }
  if (stack.target !== undefined) {
    throw new PlanProblem(`baton.yaml names a build stage for ${stack.name}, but there is no Dockerfile`);
  }
  for (const provider of providers) {
    if (provider === staticFiles) refuseOtherLanguage(folder);
    const detected = await provider.detect(folder, environment);
    if (detected) return detected;
  }
  throw notRecognised(folder, stack.path, providers);
}

/** Refuses a static site next to a program in another language, because the pages are only a part of that program. */
function refuseOtherLanguage(folder: SourceTree): void {
  const problem = otherLanguage(folder);
  if (problem !== null) throw problem;
}

function defined(health: ManifestHealth): ManifestHealth {
  return Object.fromEntries(Object.entries(health).filter(([, value]) => value !== undefined));
}

function inImage(processes: ReadonlyMap<string, string>, { lineInImage = (line) => line }: Detected) {
  return new Map([...processes].map(([type, line]) => [type, lineInImage(line)]));
}

interface Choice extends Pick<ProcessChoice, "services"> {
  readonly decisions: readonly string[];
  readonly warnings: readonly string[];
}

/** Chooses which processes of the Procfile become services of the stack. */
function choose(stack: FolderStack, detected: Detected, procfile: ReadonlyMap<string, string>): Choice {
  if (detected.servesFiles && stack.processes !== undefined) {
    throw new PlanProblem(
      `baton.yaml names processes of ${stack.name}, but it is only a static site`,
      "Remove processes:.",
    );
  }
  const image = { kind: detected.kind, startsProcess: detected.recipe.generate !== null };
  const reason = whyNotUsed(stack, detected);
  if (reason === null) {
    const { services, leftOff } = chooseProcesses(procfile, image, stack.processes);
    return { services, decisions: [], warnings: sayLeftOff(leftOff, services) };
  }
  const worker = stack.kind === "worker" && stack.command === undefined ? procfile.get("worker") : undefined;
  const { services } =
    worker === undefined
      ? chooseProcesses(new Map(), image, undefined)
      : chooseProcesses(new Map([["worker", worker]]), image, ["worker"]);
  return { services, decisions: procfile.size === 0 ? [] : [reason], warnings: [] };
}

/** Says why only one service is made from a folder, whatever its Procfile names; null when the Procfile is used. */
function whyNotUsed({ processes, kind, command }: FolderStack, { recipe, servesFiles }: Detected): string | null {
  if (servesFiles) return "The Procfile is not used, because this is only a static site";
  if (processes !== undefined) return null;
  if (recipe.generate === null) {
    return "The Procfile is not used: the Dockerfile says how to start the app (processes: in baton.yaml changes that)";
  }
  return command !== undefined || (kind !== undefined && kind !== "web")
    ? "Other processes of the Procfile are not part of this stack (processes: in baton.yaml lists those that are)"
    : null;
}

function sayLeftOff(leftOff: readonly string[], services: readonly ProcessService[]): readonly string[] {
  if (leftOff.length === 0) return [];
  const running = services.filter(({ kind }) => kind !== "init").map(({ type }) => type);
  const all = [...running, ...leftOff].join(", ");
  return [
    `The Procfile also names ${leftOff.join(", ")}, which will not run. To run all of them, set processes: [${all}] in baton.yaml`,
  ];
}

/**
 * Plans a service for each process. The first is the stack's main service: it has the stack's name, and the settings in
 * baton.yaml such as port and health apply to it.
 */
function planServices(
  stack: FolderStack,
  detected: Detected,
  processes: readonly ProcessService[],
  rules: ServiceRules,
): { readonly services: readonly ServicePlan[]; readonly decisions: readonly string[] } {
  // They share one recipe, because they run the same image.
  const recipe: BuildRecipe = { contextFolder: stack.path, ...detected.recipe };
  const source: ImageSource = { type: "build", recipe: detected.servesFiles ? recipe : ownVolumes(recipe, stack) };
  const [first, ...others] = processes;
  if (first === undefined) throw new Error(`no process of ${stack.name} was chosen`);
  const isNamed = stack.at !== null;
  const nameOf = (type: string) => (isNamed ? `${stack.name}-${nameFrom(type)}` : nameFrom(type));

  const found = { port: detected.port, portSource: detected.portSource, ...first };
  const main = planService(isNamed ? stack.name : nameOfFirst(first), stack, found, source, rules);
  const further = others.map((each) => {
    const service = planProcess(nameOf(each.type), { ...stack, health: {} }, each, source, rules);
    return { ...service, kindReason: `${each.type} in the Procfile` };
  });
  const inits = further.filter(({ kind }) => kind === "init");
  const dependsOn = inits.map(({ name }) => ({ service: name, condition: "completed", required: true }) as const);
  return {
    services: [main.service, ...further].map((each) => (each.kind === "init" ? each : { ...each, dependsOn })),
    decisions: [...main.decisions, ...further.map((service, index) => describe(service, others[index]?.line ?? ""))],
  };
}

function ownVolumes(recipe: BuildRecipe, { volumes }: FolderStack): BuildRecipe {
  const { generate } = recipe;
  if (generate === null) return recipe;
  return { ...recipe, generate: (baseReference) => withVolumeFolders(generate(baseReference), Object.values(volumes)) };
}

function describe({ name, kind, kindReason }: ServicePlan, line: string): string {
  const when = kind === "init" ? ", runs to completion before the others start" : "";
  return `${name}: ${kind} (${kindReason}: ${line})${when}`;
}

/** A service that runs the image's own command is named after its kind, whatever the Procfile calls it. */
function nameOfFirst({ type, kind, command }: ProcessService): string {
  return command === null ? kind : nameFrom(type);
}

/** Process types may be written in many ways, but names of services appear in addresses. */
function nameFrom(type: string): string {
  return type.toLowerCase().replaceAll("_", "-");
}
