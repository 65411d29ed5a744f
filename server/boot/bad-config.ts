/** The message is one sentence that names the variable, its value and what is accepted. */
export class BadConfig extends Error {
  override readonly name = "BadConfig";
}

export type EnvironmentVariables = Readonly<Record<string, string | undefined>>;

export function wrong(name: string, value: string, accepted: string): BadConfig {
  return new BadConfig(`${name} must be ${accepted} (got "${value}")`);
}
