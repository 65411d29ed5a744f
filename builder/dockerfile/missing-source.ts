import { nearest } from "../compose/read/nearest.ts";
import { ignoreRules } from "../source/ignore.ts";

/** The source of a COPY or ADD, and the files that exist. */
export interface CopySources {
  /** The path as the builder names it: relative to the context, with or without a leading slash. */
  readonly wanted: string;
  /** Every file of the repository. */
  readonly files: readonly string[];
  /** The files that are sent to the build. */
  readonly sent: readonly string[];
  /** The folder that is the build context; empty for the root. */
  readonly contextFolder: string;
  /** The .dockerignore that applies, and its lines. */
  readonly ignoreFile: string;
  readonly ignore: readonly string[];
  /** Lines of the .gitignore in the root. */
  readonly gitignore: readonly string[];
}

/** Extracts the missing path from a builder's message; null when the message is about something else. */
export function missingPath(message: string): string | null {
  const patterns = [
    /"([^"\n]+)":? not found/,
    /file not found in build context or excluded by \.dockerignore: stat (.+?): file does not exist/,
    /(?:lstat|stat) (?:\/var\/lib\/docker\/tmp\/[^/\s]+\/)?(\S+): no such file or directory/,
  ];
  for (const pattern of patterns) {
    const found = pattern.exec(message)?.[1];
    if (found !== undefined) return found;
  }
  return null;
}

/** Says why a file that a Dockerfile copies is not in the build, and what to do about it. */
export function whyMissing(sources: CopySources): string {
  const { files, sent, contextFolder, ignoreFile, ignore } = sources;
  const prefix = contextFolder === "" ? "" : `${contextFolder}/`;
  const wanted = clean(sources.wanted);
  const path = prefix + wanted;
  const within = files.filter((file) => file.startsWith(prefix)).map((file) => file.slice(prefix.length));

  if (holds(within, wanted) && !holds(sent, wanted)) {
    const line = ignore.find((each) => !/^\s*(?:#|!|$)/.test(each) && ignoreRules([each]).ignores(wanted));
    const which = line === undefined ? "" : ` (its line \`${line.trim()}\`)`;
    return `${wanted} is in the repository, but ${ignoreFile} leaves it out of the build${which}. Remove that line, or add \`!${wanted}\` after it.`;
  }
  const names = namesIn(within);
  const otherCase = names.find((name) => name.toLowerCase() === wanted.toLowerCase());
  if (otherCase !== undefined) {
    return `The repository has ${otherCase}, which differs only in upper and lower case. Did you mean that? On Linux they are two different files.`;
  }
  if (isIgnoredByGit(sources.gitignore, path)) {
    return `${wanted} is not in the repository, because .gitignore leaves it out. Create it in the Dockerfile (RUN …), or remove it from .gitignore and commit it.`;
  }
  const close = nearest(wanted, names);
  if (close !== null) return `The repository has no ${wanted}. Did you mean ${close}?`;
  if (contextFolder !== "" && holds(files, wanted)) {
    return `${wanted} is at the root of the repository, but the build only sees the folder ${contextFolder}. Copy from there, or make the root the build context.`;
  }
  const elsewhere = files.find((file) => file.endsWith(`/${wanted}`));
  const where = elsewhere === undefined ? "" : ` There is ${elsewhere}.`;
  return `The repository has no ${path}: commit it, or correct the path in the Dockerfile.${where}`;
}

function clean(path: string): string {
  return path.replace(/^(?:\.?\/)+/, "").replace(/\/+$/, "");
}

/** Whether there is a file or a folder at the path. */
function holds(files: readonly string[], path: string): boolean {
  return files.some((file) => file === path || file.startsWith(`${path}/`));
}

function namesIn(files: readonly string[]): readonly string[] {
  const names = new Set<string>();
  for (const file of files) {
    for (let slash = file.indexOf("/"); slash >= 0; slash = file.indexOf("/", slash + 1))
      names.add(file.slice(0, slash));
    names.add(file);
  }
  return [...names];
}

/**
 * Whether .gitignore excludes the path. It is read as a .dockerignore, except that a name without a slash matches in
 * every folder.
 */
function isIgnoredByGit(lines: readonly string[], path: string): boolean {
  const rules = lines.map((line) => {
    const [, not = "", pattern = ""] = /^(!?)(.*)$/.exec(line.trim()) ?? [];
    const name = pattern.replace(/\/+$/, "");
    return name === "" || name.startsWith("#") || name.includes("/") ? line : `${not}**/${name}`;
  });
  return ignoreRules(rules).ignores(path);
}
