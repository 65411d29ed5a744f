import type { PushWatch } from "../../server/model/product.ts";
import { routes } from "../../server/routes.ts";
import type { LiveStream, PageFrame } from "../frame/frame.ts";
import { offers } from "../frame/offers.ts";
import { ProductFrame, type ProductHeadProps } from "../product/product-frame.tsx";
import { capital } from "../text/capital.ts";
import { inEnvironment } from "../text/in-environment.ts";
import { CsrfField } from "../ui/form/csrf-field.tsx";
import { TextField } from "../ui/form/text-field.tsx";
import { ScalingCard, type ScalingView } from "./scaling-card.tsx";
import { ServiceSettingsCard, type ServiceSettingsView } from "./service-settings-card.tsx";

export interface SettingsProps {
  /** Null means that the first push decides. */
  readonly branch: string | null;
  readonly repository: string | null;
  readonly gitUrl: string;
  readonly rootDirectory: string;
  readonly watch: PushWatch;
  readonly hidesLogs: boolean;
  readonly services: readonly ServiceSettingsView[];
  readonly scaling: readonly ScalingView[];
  /** Environments in which the product is not installed yet. */
  readonly elsewhere: readonly string[];
  readonly error: string | null;
  /** The values of a source form that was refused. */
  readonly refused: RefusedSource | null;
}

export interface RefusedSource {
  /** Keyed by field name. */
  readonly typed: Readonly<Record<string, string>>;
  readonly message: string;
}

export function SettingsPage(props: {
  readonly frame: PageFrame;
  readonly head: ProductHeadProps;
  readonly settings: SettingsProps;
  readonly notice: string | null;
  readonly stream: LiveStream;
}) {
  const { frame, head, settings, notice, stream } = props;
  const { branch, repository, gitUrl, rootDirectory, watch, services, elsewhere, error, refused } = settings;
  const chosenWatch = refused?.typed.watch ?? watch;
  const action = inEnvironment(routes.productSettings(head.slug), head);
  const isMain = head.environment === "production" || head.environments.length === 1;
  return (
    <ProductFrame frame={frame} head={head} tab="settings" notice={notice} stream={stream}>
      {error && (
        <p class="verdict tone-bad" role="alert">
          {capital(error)}.
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
          <TextField
            name="branch"
            label="Branch to deploy"
            width="grow"
            value={refused?.typed.branch ?? branch ?? ""}
            required
            maxlength={250}
            placeholder="the first push decides between main and master"
          />
          <TextField
            name="rootDirectory"
            label={<>Root directory{head.environments.length > 1 && " (all environments)"}</>}
            width="grow"
            value={refused?.typed.rootDirectory ?? rootDirectory}
            maxlength={500}
            placeholder="repository root"
          />
          {repository === null && (
            <p class="field grow">
              <label for="watch">git push returns</label>
              <select id="watch" name="watch">
                <option value="wait" selected={chosenWatch === "wait"}>
                  after the watch window
                </option>
                <option value="background" selected={chosenWatch === "background"}>
                  as soon as the new version is live
                </option>
              </select>
            </p>
          )}
          <button class="button" type="submit">
            Save
          </button>
          {refused && (
            <p class="field-error field whole" role="alert">
              {capital(refused.message)}.
            </p>
          )}
        </form>
      </section>
      <ScalingCard place={head} csrf={frame.csrf} services={settings.scaling} />
      <ServiceSettingsCard place={head} csrf={frame.csrf} services={services} />
      <LogsCard action={action} csrf={frame.csrf} hidesLogs={settings.hidesLogs} />
      <section class="card" aria-labelledby="elsewhere-title">
        <h2 id="elsewhere-title">Other environments</h2>
        {elsewhere.length > 0 && (
          <form class="fields" method="post" action={action}>
            <CsrfField token={frame.csrf} />
            <p class="field">
              <label for="install">Install in</label>
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
        )}
        <p class="muted">
          Run another copy of {head.slug}, for example for staging.{" "}
          <a href={routes.environments()}>
            {offers(frame, routes.environments.post) ? "Create or remove environments" : "All environments"}
          </a>
          .
        </p>
      </section>
      <section class="card danger-zone" aria-labelledby="danger-title">
        <h2 id="danger-title">Stop or delete</h2>
        <p class="muted">
          You'll be asked to confirm. Stopping keeps everything; deleting lets you keep or remove data.
        </p>
        <div class="actions">
          {head.isLive && offers(frame, routes.productStop.get) && (
            <a class="button" href={inEnvironment(routes.productStop(head.slug), head)}>
              Stop {head.slug}
            </a>
          )}
          {offers(frame, routes.productDelete.get) && (
            <a class="button danger" href={inEnvironment(routes.productDelete(head.slug), head)}>
              {isMain ? `Delete ${head.slug}` : `Remove from ${head.environment}`}
            </a>
          )}
        </div>
      </section>
    </ProductFrame>
  );
}

/** Who reads what the services print. */
function LogsCard(props: { readonly action: string; readonly csrf: string | null; readonly hidesLogs: boolean }) {
  const { action, csrf, hidesLogs } = props;
  return (
    <section class="card" aria-labelledby="logs-title">
      <h2 id="logs-title">Logs of services</h2>
      <form class="fields" method="post" action={action}>
        <CsrfField token={csrf} />
        <p class="field grow">
          <label for="logs">Who reads them</label>
          <select id="logs" name="logs">
            <option value="open" selected={!hidesLogs}>
              everybody who sees the product
            </option>
            <option value="hidden" selected={hidesLogs}>
              deployers and maintainers: hidden from viewers
            </option>
          </select>
        </p>
        <button class="button" type="submit">
          Save
        </button>
      </form>
      <p class="muted small">
        In all environments. Hidden are the Logs tab and, where a deployment failed, what its services printed; the
        output of builds is not.
      </p>
    </section>
  );
}
