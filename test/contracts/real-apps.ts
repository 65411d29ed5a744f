import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { copyFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type HostAddress, hostAddress, partsOf } from "../../server/model/names/host-address.ts";
import { type App, behaviourFile } from "../fakes/docker/app.ts";
import { freePorts } from "../proxy/real-caddy.ts";

/** Where a container would be reached. The app's own loopback is 127.0.0.1. */
const insideHost = "127.0.0.3";

/** Apps on real sockets, published as Docker publishes a container's port, but without containers. */
export interface RealApps extends AsyncDisposable {
  run(app: App): Promise<{ readonly address: HostAddress; stop(): Promise<void> }>;
  freeAddress(): Promise<HostAddress>;
}

export async function createRealApps(): Promise<RealApps> {
  const folder = await mkdtemp(join(tmpdir(), "baton-apps-"));
  const running: { stop(): Promise<void> }[] = [];
  const freeAddress = async () => hostAddress("127.0.0.2", (await freePorts(1))[0] ?? 0);
  return {
    freeAddress,
    async run(app) {
      const address = await freeAddress();
      const [port = 0] = await freePorts(1);
      const program = await startProgram(await mkdtemp(join(folder, "app-")), app, port);
      const docker = await publish(address, port);
      const one = {
        address,
        async stop() {
          await docker.close();
          if (program.exitCode !== null || program.signalCode !== null) return;
          program.kill("SIGKILL");
          await once(program, "exit");
        },
      };
      running.push(one);
      return one;
    },
    async [Symbol.asyncDispose]() {
      for (const one of running) await one.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Starts the program that runs in the containers of the engine's contract, without a container. */
async function startProgram(folder: string, app: App, port: number): Promise<ChildProcess> {
  await copyFile(join(import.meta.dirname, "engine/behave.cjs"), join(folder, "behave.cjs"));
  await writeFile(join(folder, behaviourFile), JSON.stringify(app));
  return spawn(process.execPath, [join(folder, "behave.cjs")], {
    env: { PORT: String(port) },
    stdio: "ignore",
  });
}

/** Behaves like docker-proxy: it accepts, connects to the container, and closes when nothing listens there. */
async function publish(address: HostAddress, port: number): Promise<{ close(): Promise<void> }> {
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const inside = connect({ host: insideHost, port });
    for (const socket of [client, inside]) {
      sockets.add(socket);
      socket.on("error", () => {});
      socket.on("close", () => {
        sockets.delete(socket);
        client.destroy();
        inside.destroy();
      });
    }
    client.pipe(inside).pipe(client);
  });
  await new Promise<void>((resolve) => server.listen(partsOf(address), resolve));
  return {
    async close() {
      if (!server.listening) return;
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
