import {
  type Arg,
  type Copy,
  DockerfileParser,
  type Env,
  type Instruction,
  type ModifiableInstruction,
  type Onbuild,
} from "dockerfile-ast";
import { expandVariables } from "./dockerfile-variables.ts";

/** Facts that a Dockerfile tells without being built. */
export interface DockerfileFacts {
  /** Names of the build stages in lower case, because Docker ignores case; null for a stage without a name. */
  readonly stages: readonly (string | null)[];
  /** Whether the built stage needs each of the stages. */
  readonly needed: readonly boolean[];
  /**
   * External images that the built stage needs (FROM, COPY --from, RUN --mount=from), without the Dockerfile's own
   * stages and `scratch`.
   */
  readonly references: readonly string[];
  /** The image at the bottom of the built stage; null when there is none or it is unknown. */
  readonly base: string | null;
  /** Ports that the built stage exposes, in order. Ports of the stages below it come last. */
  readonly exposed: readonly ExposedPort[];
  /** Names that an ARG declares. A build can set them. */
  readonly declared: readonly string[];
  /** Ids of the secrets that a RUN mounts. */
  readonly secrets: readonly string[];
}

export interface ExposedPort {
  readonly port: number;
  readonly protocol: "tcp" | "udp";
}

interface Stage {
  readonly name: string | null;
  readonly parent: Stage | null;
  /** The image in its FROM; null when that names a stage. */
  readonly image: string | null;
  /** Other stages that files are copied from. */
  readonly sources: Stage[];
  readonly references: string[];
  readonly variables: Map<string, string>;
  readonly exposed: ExposedPort[];
}

/**
 * Reads a Dockerfile. `target` names the stage to build; null means the last one. `given` are the build's arguments.
 * Syntax that is not understood is left for the builder to refuse.
 */
export function readDockerfile(
  text: string,
  target: string | null,
  given: Readonly<Record<string, string>> = {},
): DockerfileFacts {
  const globals = new Map<string, string>();
  const stages: Stage[] = [];
  const declared = new Set<string>();
  const secrets = new Set<string>();
  const stageNamed = (name: string) => stages.findLast((stage) => stage.name === name.toLowerCase()) ?? null;
  const takeFrom = (image: string) => {
    const stage = stages.at(-1);
    const source = stageNamed(image) ?? (/^\d+$/.test(image) ? stages[Number(image)] : undefined);
    if (source) stage?.sources.push(source);
    else if (!/^\d*$/.test(image)) stage?.references.push(image);
  };

  for (const instruction of DockerfileParser.parse(text).getInstructions()) {
    const stage = stages.at(-1);
    switch (instruction.getKeyword()) {
      case "FROM":
        stages.push(newStage(instruction, globals, stageNamed));
        break;
      case "ARG":
        for (const argument of argumentsOf(instruction)) declared.add(argument.split("=")[0] ?? "");
        declareArgument(instruction as Arg, given, globals, stage?.variables ?? globals);
        break;
      case "ENV":
        if (stage) setEnvironment(instruction as Env, stage.variables);
        break;
      case "EXPOSE":
        stage?.exposed.push(
          ...argumentsOf(instruction).flatMap((port) => parsePorts(expandVariables(port, stage.variables))),
        );
        break;
      case "COPY":
        takeFrom(sourceOf(instruction as Copy));
        break;
      case "ONBUILD": {
        const trigger = (instruction as Onbuild).getTriggerInstruction();
        if (trigger?.getKeyword() === "COPY") takeFrom(sourceOf(trigger as Copy));
        break;
      }
      case "RUN":
        for (const mount of mountsOf(instruction as ModifiableInstruction)) {
          takeFrom(mount.get("from") ?? "");
          if (mount.get("type") === "secret") secrets.add(secretId(mount));
        }
        break;
    }
  }

  const built = target === null ? stages.at(-1) : stageNamed(target);
  return { ...factsOf(stages, built ?? null), declared: [...declared], secrets: [...secrets] };
}

function newStage(
  from: Instruction,
  globals: ReadonlyMap<string, string>,
  stageNamed: (name: string) => Stage | null,
): Stage {
  const [image = "", as, name] = argumentsOf(from);
  const reference = expandVariables(image, globals);
  const parent = stageNamed(reference);
  return {
    name: as?.toUpperCase() === "AS" && name ? name.toLowerCase() : null,
    parent,
    image: parent === null && reference !== "" && reference !== "scratch" ? reference : null,
    sources: [],
    references: parent === null && reference !== "" ? [reference] : [],
    variables: new Map(parent?.variables),
    exposed: [],
  };
}

function factsOf(stages: readonly Stage[], built: Stage | null): Omit<DockerfileFacts, "declared" | "secrets"> {
  const needed = new Set(built ? madeOf(built) : stages);
  const references = stages.flatMap((stage) => (needed.has(stage) ? stage.references : []));
  return {
    stages: stages.map((stage) => stage.name),
    needed: stages.map((stage) => needed.has(stage)),
    references: [...new Set(references)].filter((image) => image !== "scratch"),
    base: built ? baseOf(built) : null,
    exposed: built ? exposedBy(built) : [],
  };
}

/** Returns the stage itself and all stages that it needs. */
function madeOf(built: Stage): ReadonlySet<Stage> {
  const found = new Set([built]);
  // Iteration over a set includes the elements added meanwhile.
  for (const { parent, sources } of found) {
    for (const stage of parent ? [parent, ...sources] : sources) found.add(stage);
  }
  return found;
}

/** Returns the value of --from in a COPY; empty without one. */
function sourceOf(instruction: Copy): string {
  return instruction.getFromFlag()?.getValue() ?? "";
}

function argumentsOf(instruction: Instruction): string[] {
  return instruction.getArguments().map((argument) => unquote(argument.getValue()));
}

function unquote(text: string): string {
  return /^(["']).*\1$/.test(text) ? text.slice(1, -1) : text;
}

/**
 * Declares an ARG. The build's argument wins. In a stage, an ARG without a value takes the one declared before the
 * first FROM.
 */
function declareArgument(
  instruction: Arg,
  given: Readonly<Record<string, string>>,
  globals: ReadonlyMap<string, string>,
  into: Map<string, string>,
): void {
  const property = instruction.getProperty();
  if (!property) return;
  const name = property.getName();
  const own = Object.hasOwn(given, name) ? given[name] : undefined;
  const value = property.getValue() ?? globals.get(name);
  if (own !== undefined) into.set(name, own);
  else if (value !== undefined) into.set(name, expandVariables(value, into));
}

/** Sets the variables of an ENV. All values are expanded with the variables from before it. */
function setEnvironment(instruction: Env, variables: Map<string, string>): void {
  const before = new Map(variables);
  for (const property of instruction.getProperties()) {
    variables.set(property.getName(), expandVariables(property.getValue() ?? "", before));
  }
}

/** Parses `3000`, `3000/udp`, or the first port of a range such as `3000-3005`. */
function parsePorts(text: string): ExposedPort[] {
  const match = /^(\d{1,5})(?:-\d{1,5})?(?:\/(tcp|udp))?$/i.exec(text);
  const port = Number(match?.[1]);
  if (!(port >= 1 && port <= 65_535)) return [];
  return [{ port, protocol: match?.[2]?.toLowerCase() === "udp" ? "udp" : "tcp" }];
}

/** Returns the options of mounts such as `--mount=type=secret,id=TOKEN`, with their values. */
function mountsOf(instruction: ModifiableInstruction): readonly ReadonlyMap<string, string>[] {
  return instruction.getFlags().flatMap((flag) => {
    if (flag.getName() !== "mount") return [];
    const options = (flag.getValue() ?? "").split(",").map((option) => option.split("="));
    return [new Map(options.map(([name = "", value = ""]) => [name, unquote(value)]))];
  });
}

/** Returns the id of a secret. The default is the last part of its target path. */
function secretId(mount: ReadonlyMap<string, string>): string {
  const path = mount.get("target") ?? mount.get("dst") ?? mount.get("destination") ?? "";
  return mount.get("id") ?? path.split("/").at(-1) ?? "";
}

function baseOf({ parent, image }: Stage): string | null {
  return parent ? baseOf(parent) : image;
}

function exposedBy(stage: Stage): readonly ExposedPort[] {
  return stage.parent ? [...stage.exposed, ...exposedBy(stage.parent)] : stage.exposed;
}
