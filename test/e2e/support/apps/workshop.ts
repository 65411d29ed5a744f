import { afterAll } from "vitest";
import { cloneRepository, createRepository, type Repository } from "../git-client.ts";
import { createSampleApp, createServiceApp, type ServiceApp } from "./apps.ts";
import { createProductApp, type ProductApp } from "./product-app.ts";

/** Repositories for the tests of a file, deleted at its end. */
export interface Workshop {
  serviceApp(name: string, branch?: string): Promise<ServiceApp>;
  productApp(): Promise<ProductApp>;
  sampleApp(sample: "node" | "static"): Promise<Repository>;
  /** A repository with these files, committed. */
  appOf(files: Readonly<Record<string, string>>): Promise<Repository>;
  /** A clone of a repository for another author. */
  clone(remote: string, author: string): Promise<Repository>;
}

export function useWorkshop(): Workshop {
  const repositories: Repository[] = [];
  const kept = (repository: Repository) => {
    repositories.push(repository);
    return repository;
  };
  afterAll(async () => {
    await Promise.all(repositories.map((repository) => repository.remove()));
  });
  return {
    async serviceApp(name, branch) {
      const app = await createServiceApp(name, branch);
      kept(app.repository);
      return app;
    },
    async productApp() {
      const app = await createProductApp();
      kept(app.repository);
      return app;
    },
    sampleApp: async (sample) => kept(await createSampleApp(sample)),
    async appOf(files) {
      const repository = kept(await createRepository());
      await repository.write(files);
      await repository.commit("An app");
      return repository;
    },
    clone: async (remote, author) => kept(await cloneRepository(remote, author)),
  };
}
