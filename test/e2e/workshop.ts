import { afterAll } from "vitest";
import { createSampleApp, createServiceApp, type ServiceApp } from "./apps.ts";
import { cloneRepository, type Repository } from "./git-client.ts";
import { createProductApp, type ProductApp } from "./product-app.ts";

/** Repositories for the tests of a file, thrown away when they are over. */
export interface Workshop {
  serviceApp(name: string, branch?: string): Promise<ServiceApp>;
  productApp(): Promise<ProductApp>;
  sampleApp(sample: "node" | "static"): Promise<Repository>;
  /** A further person's copy. */
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
    clone: async (remote, author) => kept(await cloneRepository(remote, author)),
  };
}
