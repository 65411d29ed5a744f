import type { DeploymentId, InstallationId } from "../../server/model/names/ids.ts";
import type { FakeWorld } from "../fakes/fake-world.ts";

/** Knows what the services of one product should hold, whatever fails and whoever dies meanwhile. */
export interface DataOracle {
  /** Lets the live version write, unless a deployment is under way, which may let it write no longer. */
  write(text: string): Promise<void>;
  /** Expects that everything is over. */
  wrong(): readonly string[];
}

const services = ["db", "wiki"] as const;

export function watchData({ backupTools, store }: FakeWorld, installation: () => InstallationId | null): DataOracle {
  const written: { readonly after: DeploymentId; readonly text: string }[] = [];
  /** What each backup was made of, also when it has been removed since. */
  const dumped = new Map<string, string>();
  const { data, stored } = backupTools;
  const keep = stored.set.bind(stored);
  stored.set = (folder, what) => {
    dumped.set(folder, what.data);
    return keep(folder, what);
  };

  /** What was written last, or brought back since by a deployment that went live. */
  function expected(service: string): string | undefined {
    const last = written.at(-1);
    let text = last?.text;
    for (const { deploymentId, backupId, status } of store.rows.backup.restores.values()) {
      const backup = store.rows.backup.backups.get(backupId);
      const deployment = deploymentId === null ? undefined : store.rows.deployments.get(deploymentId);
      const isLater = deploymentId !== null && deploymentId > (last?.after ?? 0);
      const wentLive = deployment !== undefined && "readyAt" in deployment && deployment.readyAt !== null;
      if (backup?.service === service && status === "done" && isLater && wentLive) text = dumped.get(backup.folder);
    }
    return text;
  }

  return {
    async write(text) {
      const id = installation();
      if (id === null || (await store.deployments.undecided(id)).length > 0) return;
      const after = [...store.rows.deployments.keys()].at(-1);
      if (after === undefined) return;
      written.push({ after, text });
      for (const service of services) data.set(service, text);
    },
    wrong: () =>
      services
        .filter((service) => data.get(service) !== expected(service))
        .map((service) => `${service} holds ${data.get(service)}, and should hold ${expected(service)}`),
  };
}
