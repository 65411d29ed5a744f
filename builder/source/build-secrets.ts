/** Where BuildKit puts a secret by its id, in memory, for the time of one command. */
const folder = "/run/secrets";

/**
 * Declared before a command that secrets go into: what a secret is does not count for BuildKit's cache, so that a
 * changed one would change nothing. Baton gives it another value when one of them has changed.
 */
export const secretsVersionArgument = "BATON_SECRETS_VERSION";

/**
 * A RUN line whose command finds these secrets among its environment variables. They are read from files instead of
 * `env=`, which older BuildKits don't know, and are in no layer.
 */
export function runWithSecrets(command: string, flags: readonly string[], secrets: readonly string[]): string {
  const mounts = secrets.map((name) => `--mount=type=secret,id=${name}`);
  const exports = secrets.map((name) => `export ${name}="$(cat ${folder}/${name})" && `).join("");
  return ["RUN", ...flags, ...mounts, exports + command].join(" ");
}

/** A line of the build as it would be without the secrets that go into it, for people to read. */
export function withoutSecrets(line: string): string {
  return line
    .replace(/--mount=type=secret,id=\S+ /g, "")
    .replace(/export (\w+)="\$\(cat \/run\/secrets\/\1\)" && /g, "");
}
