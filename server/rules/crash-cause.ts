import { missingModule, packageOf } from "./missing-module.ts";

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
        ? `${name} is not in the image: the start command names what neither the repository holds nor the build makes, or it is spelled in another case.`
        : `The package ${wanted} is not in the image. It belongs among the dependencies in package.json: development dependencies are left out.`;
    },
  },
  {
    pattern:
      /ECONNREFUSED (?:127\.0\.0\.1|::1|localhost):(\d+)|(?:127\.0\.0\.1|localhost):(\d+): connect: connection refused/,
    hint: (port) =>
      `The app looks for a service at port ${port} of its own container, where there is none. Name the host of the real one in a variable of the product, or add it as a service of a compose file.`,
  },
  {
    pattern: /(?:ENOTFOUND|EAI_AGAIN) (?:_\w+\._tcp\.)?([\w-]+(?:\.[\w-]+)*)/,
    hint: (host) =>
      `The app wants ${host}, which it cannot reach from here. If that is another service, name its host in a variable of the product.`,
  },
  {
    pattern: /^(?:.*\/)?node: (\S{1,100}): not found$/m,
    hint: (path) =>
      `The start command reads ${path}, which is not in the repository, and should not be. Set its variables at the product, and start without --env-file (or with --env-file-if-exists).`,
  },
  {
    pattern: /EACCES: permission denied, \w+ ["'`]([^"'`\n]{1,200})["'`]/,
    hint: (path) =>
      `The app may not write ${path}: it does not run as root. What it writes belongs into its own folder, or into a volume (volumes: in baton.yaml).`,
  },
];

/** What to do about an app that crashed or answers with errors, as far as its last lines name a cause that is known. Pure. */
export function crashCause(lastLines: readonly string[]): string | null {
  const text = lastLines.join("\n");
  for (const { pattern, hint } of causes) {
    const found = pattern.exec(text);
    if (found) return hint(found[1] ?? found[2] ?? "");
  }
  return null;
}
