import { randomUUID } from "node:crypto";
import { cp, readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { createRepository, type Repository } from "../git-client.ts";

const sampleFolder = (name: string) => fileURLToPath(new URL(`../../sample-apps/${name}/`, import.meta.url));

/** The behaviours of the sample service; see sample-apps/service/server.mjs. */
export type Behaviour =
  | "serve"
  | "listen-elsewhere"
  | "listen-on-loopback"
  | "listen-nowhere"
  | "answer-500"
  | "redirect"
  | "hang"
  | "crash-when-live"
  | "exit-3"
  | "exit-0"
  | "want-a-variable"
  | "use-all-memory"
  | "tcp"
  | "tcp-elsewhere"
  | "work";

export interface Release {
  readonly behaviour?: Behaviour;
  /** The text of baton.yaml. Without it there is no such file. */
  readonly manifest?: string;
  /** Additional lines at the end of the Dockerfile. */
  readonly build?: string;
  /** Replaces `FROM baton/node:22`. */
  readonly from?: string;
}

/** A product with a Dockerfile and a server that answers with its version: v1, v2, v3 … */
export interface ServiceApp {
  readonly name: string;
  readonly repository: Repository;
  release(version: string, release?: Release): Promise<string>;
}

export async function createServiceApp(name: string, branch = "main"): Promise<ServiceApp> {
  const repository = await createRepository(branch);
  return serviceApp(name, repository);
}

export async function serviceApp(name: string, repository: Repository): Promise<ServiceApp> {
  await cp(sampleFolder("service"), repository.folder, { recursive: true });
  const dockerfile = await readFile(`${sampleFolder("service")}Dockerfile`, "utf8");
  return {
    name,
    repository,
    async release(version, { behaviour = "serve", manifest, build = "", from } = {}) {
      await repository.write({
        // A value that is never the same twice, so that no build is answered from the engine's cache.
        "release.json": JSON.stringify({ version, behaviour, made: randomUUID() }),
        "baton.yaml": manifest ?? null,
        Dockerfile: `${from === undefined ? dockerfile : dockerfile.replace(/^FROM .*/, `FROM ${from}`)}${build}\n`,
      });
      return repository.commit(`Release ${version}`);
    },
  };
}

/** A committed copy of one of the other sample apps. */
export async function createSampleApp(sample: "node" | "static"): Promise<Repository> {
  const repository = await createRepository();
  await cp(sampleFolder(sample), repository.folder, { recursive: true });
  await repository.commit(`A ${sample} app`);
  return repository;
}
