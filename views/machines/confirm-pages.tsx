import { routes } from "../../server/routes.ts";
import { ConfirmPage } from "../frame/confirm-page.tsx";
import type { PageFrame } from "../frame/frame.ts";

export function RemoveMachinePage(props: {
  readonly frame: PageFrame;
  readonly id: string;
  readonly name: string;
  readonly isLost: boolean;
}) {
  const { frame, id, name, isLost } = props;
  return (
    <ConfirmPage
      frame={frame}
      title={`Remove ${name}?`}
      action={routes.machineRemove(id)}
      yes={`Remove ${name}`}
      isDangerous
      no={{ text: "Keep", url: routes.machines() }}
    >
      <ul class="consequences">
        <li>It takes no more services, also if it comes back. To use it again, let it join anew.</li>
        {isLost ? (
          <li>
            Baton cannot see what still runs there. When it is back, run <code>docker swarm leave</code> on it.
          </li>
        ) : (
          <li>
            Its Docker, images and volumes stay as they are. Run <code>docker swarm leave</code> on it, so that it stops
            looking for the cluster.
          </li>
        )}
      </ul>
    </ConfirmPage>
  );
}

export function EndClusterPage({ frame }: { readonly frame: PageFrame }) {
  return (
    <ConfirmPage
      frame={frame}
      title="End the cluster?"
      action={routes.clusterEnd()}
      yes="End the cluster"
      isDangerous
      no={{ text: "Keep", url: routes.machines() }}
    >
      <ul class="consequences">
        <li>This server is its only machine. What is deployed here stays as it is.</li>
        <li>Labels, and commands for new machines, are gone. A new cluster can be begun at any time.</li>
      </ul>
    </ConfirmPage>
  );
}
