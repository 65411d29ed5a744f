import type { DeploymentId } from "../../model/names/ids.ts";
import type { Log } from "../../ports/log.ts";
import type { EventStore } from "../../ports/store/deployments.ts";

/**
 * Notifies listeners in this process when something was committed. Memory is enough: one server works on a database at
 * a time, and a listener that starts late reads what is stored.
 */
export interface Announcements extends Pick<EventStore, "subscribe" | "subscribeAll"> {
  announce(deployment: DeploymentId): void;
}

export function createAnnouncements(log: Pick<Log, "warn"> | undefined): Announcements {
  const ofAll = new Set<{ wake(deployment: DeploymentId): void }>();
  const ofOne = new Map<DeploymentId, Set<{ wake(): void }>>();

  // The announced change is committed already, so a listener's error must not look like a failed write.
  const notify = (deployment: DeploymentId, wake: () => void) => {
    try {
      wake();
    } catch (error) {
      log?.warn({ err: error, deployment }, "a subscriber of deployment events failed");
    }
  };

  return {
    announce(deployment) {
      for (const listener of [...(ofOne.get(deployment) ?? [])]) notify(deployment, () => listener.wake());
      for (const listener of [...ofAll]) notify(deployment, () => listener.wake(deployment));
    },

    subscribe(deployment, wake) {
      const listener = { wake };
      const listeners = ofOne.get(deployment) ?? new Set();
      ofOne.set(deployment, listeners.add(listener));
      return () => {
        listeners.delete(listener);
        if (listeners.size === 0 && ofOne.get(deployment) === listeners) ofOne.delete(deployment);
      };
    },

    subscribeAll(wake) {
      const listener = { wake };
      ofAll.add(listener);
      return () => void ofAll.delete(listener);
    },
  };
}
