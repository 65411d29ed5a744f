import {
  type DockerfileLine,
  listIn,
  readInstruction,
  readingsOf,
  withoutQuotes,
  wordsOf,
} from "./dockerfile-lines.ts";
import { expandVariables } from "./dockerfile-variables.ts";

/** Something that a build takes from outside its context, as far as that is known without building. */
export interface Taken {
  readonly type: "image" | "url" | "frontend" | "cache-source";
  /** The name with variables filled in. `unknownValue` replaces unknown ones. */
  readonly name: string;
  /** The instruction that takes it: "FROM", "COPY --from", "ADD". */
  readonly by: string;
  /** The line, from 1; 0 when a build argument names the source. */
  readonly line: number;
}

/**
 * The placeholder for a variable that only the base image can set, and for substitutions that only newer builders know.
 */
export const unknownValue = "\uE000";

/**
 * A builder that may read the Dockerfile. Which one will is not known here, so the Dockerfile is read as each of them
 * would.
 */
interface Builder {
  /** Whether an ARG overrides an earlier ENV of the same name. */
  readonly argumentsWin: boolean;
  /** Whether `${NAME-word}` is also replaced by the word when an ARG declares the name and nothing gives it a value. */
  readonly emptyIsUnset: boolean;
  /** The builder's names for the parts of a platform, in variables that it sets before the first FROM. */
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

/** The build argument that names a frontend and overrides the Dockerfile's own line. */
const frontendArgument = "BUILDKIT_SYNTAX";

/** The variables that an instruction can use. */
interface Variables {
  readonly values: Map<string, string>;
  /** Names that an ENV has set. No later ARG changes them. */
  readonly environment: Set<string>;
}

interface Scope {
  readonly builder: Builder;
  readonly given: Readonly<Record<string, string>>;
  readonly globals: Variables;
  /** The variables of the stage; the globals before the first FROM. */
  variables: Variables;
  /** The variables of earlier stages, by name. */
  readonly stages: Map<string, Variables>;
}

/**
 * Finds everything that a Dockerfile takes from elsewhere, also in stages that nothing needs, because builders differ
 * in which stages they build. `given` are the build's arguments. Variables and triggers of a base image are not visible
 * here.
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
      // The trigger runs in another stage, which has its own variables.
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

/**
 * Declares an ARG. With some builders a value set by ENV wins; otherwise the build's argument wins. Without a value,
 * the ARG takes the one declared before the first FROM.
 */
function declare(word: string, scope: Scope): void {
  const { builder, given, globals } = scope;
  const { values, environment } = scope.variables;
  const [, name = "", written] = /^([^=]*)(?:=(.*))?$/s.exec(word) ?? [];
  if (environment.has(name) && (!builder.argumentsWin || (written === undefined && !globals.values.has(name)))) return;
  const own = Object.hasOwn(given, name) ? given[name] : undefined;
  const inherited = globals.values.get(name) ?? values.get(name) ?? "";
  values.set(name, own ?? (written === undefined ? inherited : withoutQuotes(expand(written, values, scope))));
}

/**
 * Sets the variables of `ENV A=1 B=2`, where all values are expanded with the variables from before it, or of `ENV A 1
 * 2`.
 */
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
  // Builders refuse such a line. An example is Python's `from abc import ABC` in a here-document read as instructions.
  if (more.length > 0 || (as !== undefined && as.toUpperCase() !== "AS")) return [];
  const reference = withoutQuotes(expand(written, scope.globals.values, scope));
  const taken = image(reference, "FROM", line, scope);
  const parent = scope.stages.get(reference.toLowerCase()) ?? noVariables();
  scope.variables = { values: new Map(parent.values), environment: new Set(parent.environment) };
  if (/^[a-z][a-z0-9._-]*$/i.test(name)) scope.stages.set(name.toLowerCase(), scope.variables);
  return taken;
}

/** Reads `type=cache,source=/x` as builders do, as a line of CSV: names in any case, quotes around an option. */
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

/**
 * Expands variables. Substitutions that only newer builders know, such as `${NAME#pattern}`, become unknown as a whole.
 */
function expand(text: string, variables: ReadonlyMap<string, string>, { builder }: Pick<Scope, "builder">): string {
  const meant = builder.emptyIsUnset ? text.replace(/(\$\{\w+)(?=[-+])/g, "$1:") : text;
  return expandVariables(meant, variables, unknownValue).replace(/\$(?:\{[^}]*\}?)?/g, unknownValue);
}

/** Returns all but the last word of an ADD, in either of its forms. */
function sourcesOf(rest: string): readonly string[] {
  return (listIn(rest) ?? rest.trim().split(/\s+/)).slice(0, -1);
}

/** Whether ADD would take the source from outside the context, or might once its variables are known. */
function isUrl(source: string): boolean {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(source) || /^[\w.-]+@[^/\s:]+:/.test(source)) return true;
  const [known = "", ...unknown] = source.split(unknownValue);
  return unknown.length > 0 && ["http://", "https://", "git://", "ssh://", "git@"].some((url) => url.startsWith(known));
}

/** Finds `# syntax=…` in the comments at the top, in all spellings that any BuildKit knows. */
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
