import {
  type DockerfileLine,
  listIn,
  readInstruction,
  readingsOf,
  withoutQuotes,
  wordsOf,
} from "./dockerfile-lines.ts";
import { expandVariables } from "./dockerfile-variables.ts";

/** Something that a build takes from outside of its context, as far as it can be known without building. */
export interface Taken {
  readonly type: "image" | "url" | "frontend" | "cache-source";
  /** With variables filled in; what stands for an unknown one is `unknownValue`. */
  readonly name: string;
  /** The instruction that takes it: "FROM", "COPY --from", "ADD". */
  readonly by: string;
  /** From 1; 0: a build argument says so. */
  readonly line: number;
}

/** Stands for a variable that only the base image can have set, and for substitutions that newer builders know. */
export const unknownValue = "\uE000";

/** The builders that may read the same Dockerfile. Which one will is not known here, so all of them are asked. */
interface Builder {
  /** Of an ENV and a later ARG of one name, the ARG counts. */
  readonly argumentsWin: boolean;
  /** `${NAME-word}` is the word also when an ARG has declared the name and nothing has given it a value. */
  readonly emptyIsUnset: boolean;
  /** What a platform's parts are called in variables that the builder sets itself, before the first FROM. */
  readonly platform: Readonly<Record<"PLATFORM" | "OS" | "ARCH" | "VARIANT", string>>;
}

const builders: readonly Builder[] = [
  { argumentsWin: false, emptyIsUnset: false, platform: { PLATFORM: "", OS: "", ARCH: "", VARIANT: "" } },
  ...[
    { PLATFORM: "linux/amd64", OS: "linux", ARCH: "amd64", VARIANT: "" },
    { PLATFORM: "linux/arm64", OS: "linux", ARCH: "arm64", VARIANT: "v8" },
  ].map((platform) => ({ argumentsWin: true, emptyIsUnset: true, platform })),
];

function platformArguments({ platform }: Builder): Map<string, string> {
  return new Map(
    ["BUILD", "TARGET"].flatMap((whose) => Object.entries(platform).map(([what, value]) => [whose + what, value])),
  );
}

/** A build argument that names a frontend in place of the Dockerfile's own line. */
const frontendArgument = "BUILDKIT_SYNTAX";

/** What an instruction can fill in. */
interface Variables {
  readonly values: Map<string, string>;
  /** Names among them that an ENV has set: no ARG changes them any more. */
  readonly environment: Set<string>;
}

interface Scope {
  readonly builder: Builder;
  readonly given: Readonly<Record<string, string>>;
  readonly globals: Variables;
  /** Of the stage; the globals before the first FROM. */
  variables: Variables;
  /** Names and variables of the stages before. */
  readonly stages: Map<string, Variables>;
}

/**
 * All that a Dockerfile takes from elsewhere, also in stages that nothing needs: builders differ in which they make.
 * `given` are the build's arguments. What a base image sets or triggers cannot be seen here.
 */
export function takenFrom(text: string, given: Readonly<Record<string, string>> = {}): readonly Taken[] {
  const found = readingsOf(text).flatMap((lines) =>
    builders.flatMap((builder) => {
      const globals = { values: platformArguments(builder), environment: new Set<string>() };
      const scope: Scope = { builder, given, globals, variables: globals, stages: new Map() };
      return lines.flatMap((line) => takenBy(line, scope));
    }),
  );
  const distinct = new Map(found.map((taken) => [JSON.stringify(taken), taken]));
  return [...frontends(text, given), ...distinct.values()];
}

function takenBy(instruction: DockerfileLine, scope: Scope): readonly Taken[] {
  const { keyword, rest, line } = instruction;
  switch (keyword) {
    case "ARG":
      for (const word of wordsOf(rest)) declare(word, scope);
      return [];
    case "ENV":
      setAll(rest, scope);
      return [];
    case "FROM":
      return enterStage(instruction, scope);
    case "ONBUILD": {
      // It runs in another stage, whose variables are another's.
      const trigger = readInstruction(rest, line, instruction.escapeToken);
      return trigger ? takenBy(trigger, { ...scope, variables: noVariables() }) : [];
    }
    case "COPY":
      return optionsNamed(instruction, "from").flatMap((name) => {
        const from = filledIn(name, scope);
        return /^\d+$/.test(from) ? [] : image(from, "COPY --from", line, scope);
      });
    case "ADD":
      return sourcesOf(rest).flatMap((written): Taken[] => {
        const name = filledIn(written, scope);
        return isUrl(name) ? [{ type: "url", name, by: "ADD", line }] : [];
      });
    case "RUN":
      return optionsNamed(instruction, "mount").flatMap((mount) => takenByMount(mount, scope, line));
    default:
      return [];
  }
}

function noVariables(): Variables {
  return { values: new Map(), environment: new Set() };
}

/** What an ENV has set wins with some builders, then what the build is given; without a value, the one from before the first FROM is let in. */
function declare(word: string, scope: Scope): void {
  const { builder, given, globals } = scope;
  const { values, environment } = scope.variables;
  const [, name = "", written] = /^([^=]*)(?:=(.*))?$/s.exec(word) ?? [];
  if (environment.has(name) && (!builder.argumentsWin || (written === undefined && !globals.values.has(name)))) return;
  const own = Object.hasOwn(given, name) ? given[name] : undefined;
  const inherited = globals.values.get(name) ?? values.get(name) ?? "";
  values.set(name, own ?? (written === undefined ? inherited : withoutQuotes(expand(written, values, scope))));
}

/** `ENV A=1 B=2`, whose names all see the values from before it, and `ENV A 1 2`. */
function setAll(rest: string, scope: Scope): void {
  const { values, environment } = scope.variables;
  const words = wordsOf(rest);
  const [first = ""] = words;
  const assignments = first.includes("=") ? words : [`${first}=${rest.trimStart().slice(first.length).trim()}`];
  const before = new Map(values);
  for (const assignment of assignments) {
    const [, written = "", value = ""] = /^([^=]*)=?(.*)$/s.exec(assignment) ?? [];
    const name = withoutQuotes(written);
    values.set(name, withoutQuotes(expand(value, before, scope)));
    environment.add(name);
  }
}

function enterStage({ rest, line }: DockerfileLine, scope: Scope): readonly Taken[] {
  const [written = "", as, name = "", ...more] = wordsOf(rest);
  // What builders refuse, such as Python's `from abc import ABC` where they take a here-document for instructions.
  if (more.length > 0 || (as !== undefined && as.toUpperCase() !== "AS")) return [];
  const reference = withoutQuotes(expand(written, scope.globals.values, scope));
  const taken = image(reference, "FROM", line, scope);
  const parent = scope.stages.get(reference.toLowerCase()) ?? noVariables();
  scope.variables = { values: new Map(parent.values), environment: new Set(parent.environment) };
  if (/^[a-z][a-z0-9._-]*$/i.test(name)) scope.stages.set(name.toLowerCase(), scope.variables);
  return taken;
}

/** `type=cache,source=/x`, which builders read as a line of CSV: names in any case, quotes around an option. */
function takenByMount(mount: string, scope: Scope, line: number): readonly Taken[] {
  const options = new Map(
    mount
      .replaceAll('"', "")
      .split(",")
      .map((option): [string, string] => {
        const [, name = "", value = ""] = /^([^=]*)=?(.*)$/s.exec(option) ?? [];
        return [name.trim().toLowerCase(), filledIn(value.trim(), scope)];
      }),
  );
  const source = options.get("source") ?? options.get("src");
  const mayBeCache = /^cache$/i.test(options.get("type") ?? "") || options.get("type")?.includes(unknownValue);
  return [
    ...image(options.get("from") ?? "", "RUN --mount=from", line, scope),
    ...(mayBeCache && source !== undefined
      ? [{ type: "cache-source", name: source, by: "RUN --mount=type=cache", line } as const]
      : []),
  ];
}

function image(name: string, by: string, line: number, { stages }: Scope): readonly Taken[] {
  if (name === "" || name === "scratch" || stages.has(name.toLowerCase())) return [];
  return [{ type: "image", name, by, line }];
}

function optionsNamed({ flags }: DockerfileLine, name: string): readonly string[] {
  return flags.flatMap((flag) => {
    const [, key = "", value = ""] = /^([^=]*)=?(.*)$/s.exec(flag) ?? [];
    return key.toLowerCase() === name ? [value] : [];
  });
}

function filledIn(text: string, scope: Scope): string {
  return withoutQuotes(expand(text, scope.variables.values, scope));
}

/** `${NAME#pattern}` and what else only newer builders replace becomes unknown as a whole. */
function expand(text: string, variables: ReadonlyMap<string, string>, { builder }: Pick<Scope, "builder">): string {
  const meant = builder.emptyIsUnset ? text.replace(/(\$\{\w+)(?=[-+])/g, "$1:") : text;
  return expandVariables(meant, variables, unknownValue).replace(/\$(?:\{[^}]*\}?)?/g, unknownValue);
}

/** All but the last word of an ADD, in either of its forms. */
function sourcesOf(rest: string): readonly string[] {
  return (listIn(rest) ?? rest.trim().split(/\s+/)).slice(0, -1);
}

/** Whatever ADD would not take from the context, or might not once its variables are known. */
function isUrl(source: string): boolean {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(source) || /^[\w.-]+@[^/\s:]+:/.test(source)) return true;
  const [known = "", ...unknown] = source.split(unknownValue);
  return unknown.length > 0 && ["http://", "https://", "git://", "ssh://", "git@"].some((url) => url.startsWith(known));
}

/** `# syntax=…` among the comments at the top, in all spellings that some BuildKit knows. */
function frontends(text: string, given: Readonly<Record<string, string>>): readonly Taken[] {
  const asked = Object.hasOwn(given, frontendArgument) ? (given[frontendArgument] ?? "") : "";
  const found: Taken[] =
    asked === "" ? [] : [{ type: "frontend", name: asked, by: `the build argument ${frontendArgument}`, line: 0 }];
  for (const [index, line] of text
    .replace(/^\uFEFF/, "")
    .split("\n")
    .entries()) {
    const name =
      /^\s*(?:#|\/\/)\s*syntax\s*=\s*(\S+)/i.exec(line)?.[1] ?? /^\s*\{?\s*"syntax"\s*:\s*"([^"]*)"/i.exec(line)?.[1];
    if (name !== undefined) found.push({ type: "frontend", name, by: "# syntax", line: index + 1 });
    else if (!/^\s*(?:#|\/\/|\{|$)/.test(line)) break;
  }
  return found;
}
