import { spawn } from "node:child_process";
import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { routes } from "../../routes.ts";
import { bundledAppFolder } from "./bundled-app.ts";

/** The bundled app is an ordinary folder, and an ordinary push deploys it. */
const author = ["-c", "user.name=Baton", "-c", "user.email=baton@localhost", "-c", "commit.gpgsign=false"];

/**
 * Tries the main path on the first start: commits the bundled app in a temporary folder and pushes it to this server
 * over HTTP. The push's output is shown as it happens. Resolves with git's exit code.
 */
export async function pushHello(server: URL, token: string, signal: AbortSignal): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), "baton-hello-"));
  try {
    await cp(bundledAppFolder, folder, { recursive: true });
    const remote = new URL(routes.git("hello"), server);
    const steps = [
      ["init", "--quiet", "--initial-branch=main"],
      ["add", "--all"],
      [...author, "commit", "--quiet", "--message=Hello"],
    ];
    for (const step of steps) {
      const code = await git(folder, step, token, signal);
      if (code !== 0) return code;
    }
    return await git(folder, ["push", remote.href, "main"], token, signal);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The token goes through git's environment, because every user of the machine could read it in an argument. */
function git(folder: string, command: readonly string[], token: string, signal: AbortSignal): Promise<number> {
  const header = `Authorization: Basic ${Buffer.from(`baton:${token}`).toString("base64")}`;
  return new Promise((resolve, reject) => {
    const child = spawn("git", command, {
      cwd: folder,
      signal,
      stdio: ["ignore", "inherit", "inherit"],
      env: {
        PATH: process.env.PATH,
        HOME: folder,
        GIT_CONFIG_NOSYSTEM: "1",
        GIT_NO_REPLACE_OBJECTS: "1",
        GIT_TERMINAL_PROMPT: "0",
        GIT_CONFIG_COUNT: "1",
        GIT_CONFIG_KEY_0: "http.extraHeader",
        GIT_CONFIG_VALUE_0: header,
      },
    });
    child.once("error", reject);
    child.once("close", (code) => resolve(code ?? 1));
  });
}
