/**
 * Frameworks write variables with these names into the files that every visitor gets, so they are no secrets, and the
 * build has to know them. All others are given to the running app alone: what a build knows stays in its layers.
 */
const publicPrefixes = [
  "NEXT_PUBLIC_",
  "VITE_",
  "PUBLIC_",
  "REACT_APP_",
  "NUXT_PUBLIC_",
  "GATSBY_",
  "VUE_APP_",
  "EXPO_PUBLIC_",
] as const;

/** What a user said of single variables: whether builds get them. Those that are not named here go by their name. */
export type BuildMarks = Readonly<Record<string, boolean>>;

/** The names among these that a build is given as arguments, in alphabetical order, so that the order of entry changes no Dockerfile. */
export function buildVariablesOf(names: readonly string[], marks: BuildMarks = {}): readonly string[] {
  return usable(names).filter((name) => isPublic(name) && markOf(name, marks) !== false);
}

/** The names among these that a build gets without keeping them, because a user marked them and everyone may not know them. */
export function buildSecretsOf(names: readonly string[], marks: BuildMarks = {}): readonly string[] {
  return usable(names).filter((name) => !isPublic(name) && markOf(name, marks) === true);
}

function usable(names: readonly string[]): readonly string[] {
  return names.filter((name) => /^[A-Z_][A-Z0-9_]*$/i.test(name)).toSorted();
}

function isPublic(name: string): boolean {
  return publicPrefixes.some((prefix) => name.startsWith(prefix));
}

function markOf(name: string, marks: BuildMarks): boolean | undefined {
  return Object.hasOwn(marks, name) ? marks[name] : undefined;
}
