import { missingModule, packageOf } from "./missing-module.ts";
import { variableMissedIn } from "./missing-variable.ts";
import { nativePackageHint } from "./native-package.ts";

interface Cause {
  readonly pattern: RegExp;
  readonly hint: (first: string) => string;
}

const causes: readonly Cause[] = [
  {
    pattern: missingModule,
    hint(name) {
      const wanted = packageOf(name);
      return wanted === null
        ? `${name} is not in the image: neither the repository nor the build provides it, or the case of a letter differs.`
        : `The package ${wanted} is not in the image. Add it to "dependencies" in package.json (devDependencies aren't installed in production).`;
    },
  },
  {
    pattern:
      /ECONNREFUSED (?:127\.0\.0\.1|::1|localhost):(\d+)|(?:127\.0\.0\.1|localhost):(\d+): connect: connection refused/,
    hint: (port) =>
      `The app tries to connect to localhost:${port}, but nothing runs there inside its container. Set a variable with the real host, or add the service to a compose file.`,
  },
  {
    pattern: /(?:ENOTFOUND|EAI_AGAIN) (?:_\w+\._tcp\.)?([\w-]+(?:\.[\w-]+)*)/,
    hint: (host) =>
      `The app tries to reach ${host}, but that name can't be resolved here. If it is another service, set a variable with its real host.`,
  },
  {
    pattern: /^(?:.*\/)?node: (\S{1,100}): not found$/m,
    hint: (path) =>
      `The start command reads ${path}, which isn't in the repository, and shouldn't be. Set its variables on the Variables page, and start without --env-file (or with --env-file-if-exists).`,
  },
  {
    pattern: /EACCES: permission denied, \w+ ["'`]([^"'`\n]{1,200})["'`]/,
    hint: (path) =>
      `The app isn't allowed to write to ${path}, because it doesn't run as root. Write to its own folder, or to a volume (volumes: in baton.yaml).`,
  },
];

/**
 * Suggests what to do about an app that crashed or answers with errors. Null when its last lines name no known cause.
 */
export function crashCause(lastLines: readonly string[]): string | null {
  const text = lastLines.join("\n");
  const native = nativePackageHint(text);
  if (native !== null) return native;
  for (const { pattern, hint } of causes) {
    const found = pattern.exec(text);
    if (found) return hint(found[1] ?? found[2] ?? "");
  }
  const variable = variableMissedIn(lastLines);
  return variable === null ? null : `Set ${variable} on the product's Variables page, then deploy again.`;
}
