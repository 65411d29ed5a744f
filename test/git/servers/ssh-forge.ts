import { spawn } from "node:child_process";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { Server, utils } from "ssh2";
import { newDeployKey } from "../../../server/git/fetch/deploy-key.ts";

/** The SSH side of a forge: one key may sign in, and may only read one repository. */
export interface SshForge extends AsyncDisposable {
  readonly port: number;
  /** The commands that clients asked for. */
  readonly commands: string[];
}

export async function serveSshForge(folder: string, publicKey: string, hostKey = newKey().private): Promise<SshForge> {
  const allowed = utils.parseKey(publicKey);
  if (allowed instanceof Error) throw allowed;
  const commands: string[] = [];
  const server = new Server({ hostKeys: [hostKey] }, (client) => {
    client.on("error", () => {});
    client.on("authentication", (context) => {
      const isKnown =
        context.method === "publickey" &&
        context.key.data.equals(allowed.getPublicSSH()) &&
        (!context.signature || allowed.verify(context.blob ?? Buffer.alloc(0), context.signature, context.hashAlgo));
      if (isKnown) context.accept();
      else context.reject();
    });
    client.on("session", (accept) => {
      const session = accept();
      session.on("env", (acceptEnv) => acceptEnv?.());
      session.on("exec", (acceptExec, _reject, { command }) => {
        commands.push(command);
        const channel = acceptExec();
        if (command !== "git-upload-pack '/acme/shop.git'") {
          channel.stderr.write("ERROR: Repository not found.\n");
          channel.exit(1);
          channel.end();
          return;
        }
        const git = spawn("git", ["upload-pack", folder], { stdio: ["pipe", "pipe", "ignore"] });
        git.stdin.on("error", () => {});
        channel.pipe(git.stdin);
        git.stdout.pipe(channel, { end: false });
        git.once("close", (code) => {
          channel.exit(code ?? 1);
          channel.end();
        });
      });
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    commands,
    async [Symbol.asyncDispose]() {
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
    },
  };
}

export function newKey(): { readonly private: string; readonly public: string } {
  const { privateKey, publicKey } = newDeployKey("forge");
  return { private: privateKey, public: publicKey };
}
