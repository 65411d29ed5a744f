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

/** What a Dockerfile says of itself, as far as that can be known without building it. */
export interface DockerfileFacts {
  /** Names of the build stages, in lower case as Docker compares them; null for a stage without one. */
  readonly stages: readonly (string | null)[];
  /** For each stage, whether what is built is made of it. */
  readonly needed: readonly boolean[];
  /** Images that it takes from elsewhere (FROM, COPY --from, RUN --mount=from) for what is built, without its own stages and `scratch`. */
  readonly references: readonly string[];
  /** The image that the built stage stands on in the end; null: none, or it is not known. */
  readonly base: string | null;
  /** Ports that the built stage exposes, in order, those of the stages that it is built on last. */
  readonly exposed: readonly ExposedPort[];
  /** Names that some ARG declares: what a build can be told. */
  readonly declared: readonly string[];
  /** Ids of the secrets that some RUN mounts. */
  readonly secrets: readonly string[];
}

export interface ExposedPort {
  readonly port: number;
  readonly protocol: "tcp" | "udp";
}

interface Stage {
  readonly name: string | null;
  readonly parent: Stage | null;
  /** What its FROM names where that is no stage. */
  readonly image: string | null;
  /** Other stages that files come from. */
  readonly sources: Stage[];
  readonly references: string[];
  readonly variables: Map<string, string>;
  readonly exposed: ExposedPort[];
}

/**
 * Reads a Dockerfile. `target` names the stage that is built; null: the last one. `given` are the build's arguments.
 * What cannot be understood is left to the builder to refuse.
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

/** The stage itself, and all that it is made of. */
function madeOf(built: Stage): ReadonlySet<Stage> {
  const found = new Set([built]);
  // A set that grows is walked to its new end.
  for (const { parent, sources } of found) {
    for (const stage of parent ? [parent, ...sources] : sources) found.add(stage);
  }
  return found;
}

/** What a COPY names with --from; empty: nothing. */
function sourceOf(instruction: Copy): string {
  return instruction.getFromFlag()?.getValue() ?? "";
}

function argumentsOf(instruction: Instruction): string[] {
  return instruction.getArguments().map((argument) => unquote(argument.getValue()));
}

function unquote(text: string): string {
  return /^(["']).*\1$/.test(text) ? text.slice(1, -1) : text;
}

/** What the build is given wins; an ARG without a value in a stage lets in the one that was declared before the first FROM. */
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

/** All names of one ENV see the values from before it. */
function setEnvironment(instruction: Env, variables: Map<string, string>): void {
  const before = new Map(variables);
  for (const property of instruction.getProperties()) {
    variables.set(property.getName(), expandVariables(property.getValue() ?? "", before));
  }
}

/** `3000`, `3000/udp`, and of a range `3000-3005` the first. */
function parsePorts(text: string): ExposedPort[] {
  const match = /^(\d{1,5})(?:-\d{1,5})?(?:\/(tcp|udp))?$/i.exec(text);
  const port = Number(match?.[1]);
  if (!(port >= 1 && port <= 65_535)) return [];
  return [{ port, protocol: match?.[2]?.toLowerCase() === "udp" ? "udp" : "tcp" }];
}

/** `--mount=type=secret,id=TOKEN`, as its options and their values. */
function mountsOf(instruction: ModifiableInstruction): readonly ReadonlyMap<string, string>[] {
  return instruction.getFlags().flatMap((flag) => {
    if (flag.getName() !== "mount") return [];
    const options = (flag.getValue() ?? "").split(",").map((option) => option.split("="));
    return [new Map(options.map(([name = "", value = ""]) => [name, unquote(value)]))];
  });
}

/** Without an id it is the last part of the path that the secret is put at. */
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
