/**
 * Frameworks write variables with these names into the files that every visitor gets, so they are no secrets, and the
 * build needs them. All others are given only to the running app, because the values that a build uses stay in its
 * layers.
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
 * Variables that only package managers read, and nothing at run time: private indexes with the token in the address.
 * Builds get them as secrets.
 */
const ofPackageManagers = [
  /^(?:PIP|UV|POETRY|PIPENV)_\w+$/,
  /^GO(?:PROXY|NOPROXY|PRIVATE|SUMDB|NOSUMDB|INSECURE|AUTH|FLAGS|TOOLCHAIN|EXPERIMENT|AMD64)$/,
  /^(?:CGO_ENABLED|DISABLE_COLLECTSTATIC)$/,
];

/**
 * The names of the variables that a build gets, in alphabetical order, so that the order of entry changes no
 * Dockerfile.
 */
export interface BuildVariables {
  /** Public variables, passed as arguments, which stay in the image's layers. */
  readonly known: readonly string[];
  /** Variables passed as secrets, which single commands can read and no layer contains. */
  readonly secret: readonly string[];
}

/**
 * Sorts variables by their names and marks. Variables with public names become arguments and those of package managers
 * become secrets, unless a user marked them otherwise. Other variables become secrets when a user marked them "at
 * build".
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
