import { routes } from "../server/routes.ts";
import { CsrfField } from "./csrf-field.tsx";
import type { Frame, LiveStream } from "./frame.ts";
import { inEnvironment } from "./in-environment.ts";
import { ProductFrame, type ProductHeadProps } from "./product-frame.tsx";

export interface SettingsProps {
  /** Null: the first push decides. */
  readonly branch: string | null;
  readonly repository: string | null;
  readonly gitUrl: string;
  readonly services: readonly ServiceSettings[];
  /** Environments in which the product is not installed yet. */
  readonly elsewhere: readonly string[];
  readonly error: string | null;
}

/** What the repository says about a service; changed there. */
export interface ServiceSettings {
  readonly name: string;
  readonly health: string;
  readonly limits: string;
}

export function SettingsPage(props: {
  readonly frame: Frame;
  readonly head: ProductHeadProps;
  readonly settings: SettingsProps;
  readonly notice: string | null;
  readonly stream: LiveStream;
}) {
  const { frame, head, settings, notice, stream } = props;
  const { branch, repository, gitUrl, services, elsewhere, error } = settings;
  const action = inEnvironment(routes.productSettings(head.slug), head);
  const isMain = head.environment === "production" || head.environments.length === 1;
  return (
    <ProductFrame frame={frame} head={head} tab="settings" notice={notice} stream={stream}>
      {error && (
        <p class="verdict tone-bad" role="alert">
          {error}
        </p>
      )}
      <section class="card" aria-labelledby="source-title">
        <h2 id="source-title">Source</h2>
        <dl class="facts-list">
          <div>
            <dt>{repository === null ? "Push to" : "Repository"}</dt>
            <dd>
              <code>{repository ?? gitUrl}</code>
            </dd>
          </div>
        </dl>
        <form class="fields" method="post" action={action}>
          <CsrfField token={frame.csrf} />
          <p class="field grow">
            <label for="branch">Branch that is deployed</label>
            <input
              id="branch"
              name="branch"
              value={branch ?? ""}
              required
              maxlength={250}
              autocomplete="off"
              spellcheck={false}
              placeholder="the first push decides between main and master"
            />
          </p>
          <button class="button" type="submit">
            Save
          </button>
        </form>
      </section>
      <section class="card" aria-labelledby="services-title">
        <h2 id="services-title">Root directory, health checks, limits</h2>
        <p class="muted">
          The repository says them, so that they are versioned with the code: <code>baton.yaml</code> at its root, or{" "}
          <code>x-baton</code> in a compose file.
        </p>
        {services.length > 0 && (
          <dl class="facts-list">
            {services.map(({ name, health, limits }) => (
              <div>
                <dt>{name}</dt>
                <dd>
                  {health}
                  <span class="help">{limits}</span>
                </dd>
              </div>
            ))}
          </dl>
        )}
      </section>
      {elsewhere.length > 0 && (
        <section class="card" aria-labelledby="elsewhere-title">
          <h2 id="elsewhere-title">Install in another environment</h2>
          <form class="fields" method="post" action={action}>
            <CsrfField token={frame.csrf} />
            <p class="field">
              <label for="install">Environment</label>
              <select id="install" name="install">
                {elsewhere.map((name) => (
                  <option value={name}>{name}</option>
                ))}
              </select>
            </p>
            <button class="button" type="submit">
              Install
            </button>
          </form>
        </section>
      )}
      <section class="card danger-zone" aria-labelledby="danger-title">
        <h2 id="danger-title">Stop or delete</h2>
        <p class="muted">Both ask first. Stopping keeps everything; deleting asks what becomes of the data.</p>
        <div class="actions">
          {head.isLive && (
            <a class="button" href={inEnvironment(routes.productStop(head.slug), head)}>
              Stop {head.slug}
            </a>
          )}
          <a class="button danger" href={inEnvironment(routes.productDelete(head.slug), head)}>
            {isMain ? `Delete ${head.slug}` : `Remove from ${head.environment}`}
          </a>
        </div>
      </section>
    </ProductFrame>
  );
}
