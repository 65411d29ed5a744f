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

/**
 * The names among these that a build is given: those that are marked "at build", and those that are public by their name
 * and not marked otherwise. In alphabetical order, so that the order of entry changes no Dockerfile.
 */
export function buildVariablesOf(
  names: readonly string[],
  marks: Readonly<Record<string, boolean>> = {},
): readonly string[] {
  return names
    .filter((name) => /^[A-Z_][A-Z0-9_]*$/i.test(name))
    .filter((name) => (Object.hasOwn(marks, name) ? marks[name] : isPublic(name)))
    .toSorted();
}

function isPublic(name: string): boolean {
  return publicPrefixes.some((prefix) => name.startsWith(prefix));
}
