import { cp } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { createRepository, type Repository } from "../git-client.ts";

const folder = fileURLToPath(new URL("../../sample-apps/product/", import.meta.url));

export interface ProductRelease {
  readonly api?: "sick";
  readonly migration?: "broken";
  /** The database's message. Another text gives another image; "broken" does not start. */
  readonly database?: string;
}

/** A product of two stacks and five services: web; api, worker, migrate and a database with a volume. */
export interface ProductApp {
  readonly repository: Repository;
  release(version: string, release?: ProductRelease): Promise<void>;
}

export async function createProductApp(): Promise<ProductApp> {
  const repository = await createRepository();
  await cp(folder, repository.folder, { recursive: true });
  return {
    repository,
    async release(version, { api = "well", migration = "sound", database = "first" } = {}) {
      await repository.write({
        "frontend/release.json": JSON.stringify({ version }),
        "backend/release.json": JSON.stringify({ version, api, migration }),
        "database/release.txt": `${database}\n`,
      });
      await repository.commit(`Release ${version}`);
    },
  };
}
