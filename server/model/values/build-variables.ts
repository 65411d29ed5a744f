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
 * Package managers read these, and nothing at run time does: indexes of one's own, with the token in the address. They
 * are given to builds as secrets.
 */
const ofPackageManagers = [
  /^(?:PIP|UV|POETRY|PIPENV)_\w+$/,
  /^GO(?:PROXY|NOPROXY|PRIVATE|SUMDB|NOSUMDB|INSECURE|AUTH|FLAGS|TOOLCHAIN|EXPERIMENT|AMD64)$/,
  /^(?:CGO_ENABLED|DISABLE_COLLECTSTATIC)$/,
];

/** Names of the variables that a build is given, in alphabetical order, so that the order of entry changes no Dockerfile. */
export interface BuildVariables {
  /** As arguments, which stay in the image's layers: public ones. */
  readonly known: readonly string[];
  /** As secrets, which are there for single commands and in no layer. */
  readonly secret: readonly string[];
}

/**
 * Those that are public by their name are known, and those of package managers are secrets, unless a user marked them
 * otherwise; what a user marked "at build" and is not public is a secret.
 */
export function buildVariablesOf(
  names: readonly string[],
  marks: Readonly<Record<string, boolean>> = {},
): BuildVariables {
  const usable = names.filter((name) => /^[A-Z_][A-Z0-9_]*$/i.test(name)).toSorted();
  const given = usable.filter((name) => (Object.hasOwn(marks, name) ? marks[name] : isForBuilds(name)));
  return { known: given.filter(isPublic), secret: given.filter((name) => !isPublic(name)) };
}

function isForBuilds(name: string): boolean {
  return isPublic(name) || ofPackageManagers.some((pattern) => pattern.test(name));
}

function isPublic(name: string): boolean {
  return publicPrefixes.some((prefix) => name.startsWith(prefix));
}
