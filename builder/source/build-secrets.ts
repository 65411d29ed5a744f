/** The folder where BuildKit mounts a secret under its id, in memory, for one command. */
const folder = "/run/secrets";

/**
 * The argument declared before a command that uses secrets. BuildKit's cache ignores the values of secrets, so a
 * changed secret would not cause a new build. Baton changes this argument when a secret has changed.
 */
export const secretsVersionArgument = "BATON_SECRETS_VERSION";

/**
 * Returns a RUN line whose command gets the secrets as environment variables. They are read from files and not with
 * `env=`, which older BuildKits do not know. They are in no layer.
 */
export function runWithSecrets(command: string, flags: readonly string[], secrets: readonly string[]): string {
  const mounts = secrets.map((name) => `--mount=type=secret,id=${name}`);
  const exports = secrets.map((name) => `export ${name}="$(cat ${folder}/${name})" && `).join("");
  return ["RUN", ...flags, ...mounts, exports + command].join(" ");
}

/** Removes the parts of a build line that concern secrets, so that people can read it. */
export function withoutSecrets(line: string): string {
  return line
    .replace(/--mount=type=secret,id=\S+ /g, "")
    .replace(/export (\w+)="\$\(cat \/run\/secrets\/\1\)" && /g, "");
}
