import { routes } from "../../server/routes.ts";
import type { PageFrame } from "../frame/frame.ts";
import { offers } from "../frame/offers.ts";
import { CsrfField } from "../ui/form/csrf-field.tsx";

export interface StartClusterProps {
  /** Private ones first. */
  readonly addresses: readonly { readonly address: string; readonly isPublic: boolean }[];
  /** The one that is chosen. */
  readonly address: string;
}

/** Offers to begin a cluster, and says what that changes. */
export function StartCluster({ frame, start }: { readonly frame: PageFrame; readonly start: StartClusterProps }) {
  const { addresses, address } = start;
  const hasPublic = addresses.some(({ isPublic }) => isPublic);
  return (
    <section class="card" aria-labelledby="start-title">
      <h2 id="start-title">One machine: this server</h2>
      <p>
        Begin a cluster to let other machines join this server. Baton uses Docker Swarm, which is part of every Docker,
        and shows here what each machine is and whether it is there.
      </p>
      <ul class="consequences">
        <li>What is deployed now stays as it is, on this server.</li>
        <li>
          While there is a cluster, containers end when Docker on this server is restarted, and start again with it: a
          Swarm rules out Docker's live restore.
        </li>
      </ul>
      {offers(frame, routes.clusterStart.post) && addresses.length > 0 && (
        <form class="fields" method="post" action={routes.clusterStart()}>
          <CsrfField token={frame.csrf} />
          <p class="field grow">
            <label for="address">Address that the other machines reach this server at</label>
            <select id="address" name="address">
              {addresses.map((one) => (
                <option value={one.address} selected={one.address === address}>
                  {one.address}
                  {one.isPublic ? " (public)" : ""}
                </option>
              ))}
            </select>
          </p>
          {hasPublic && (
            <p class="field whole">
              <label>
                <input type="checkbox" name="mayBePublic" value="yes" /> It may be a public address: traffic between
                machines crosses the internet, and only a firewall keeps others out
              </label>
            </p>
          )}
          <button class="button primary" type="submit">
            Begin a cluster
          </button>
        </form>
      )}
      {addresses.length === 0 && <p class="muted">This server has no IPv4 address besides its loopback.</p>}
    </section>
  );
}
