import { routes } from "../../server/routes.ts";
import type { SetUpStep } from "../../server/rules/products/set-up-steps.ts";
import type { LiveStream, PageFrame, Reader } from "../frame/frame.ts";
import { Layout } from "../frame/layout.tsx";
import { LiveRegion } from "../frame/live-region.tsx";
import { offers } from "../frame/offers.ts";
import { Badge } from "../ui/badge.tsx";
import { Copyable } from "../ui/copyable.tsx";
import { CsrfField } from "../ui/form/csrf-field.tsx";
import { Icon } from "../ui/icon.tsx";

export interface SetUpProps {
  readonly steps: readonly SetUpStep[];
  /** This machine's addresses, including private ones. */
  readonly addresses: readonly string[];
  /**
   * The SSH command that reaches the dashboard before any domain points here; null if the dashboard is opened at its
   * public URL.
   */
  readonly tunnel: string | null;
}

export const setUpStepsId = "set-up-steps";

/** The way from a bare server to HTTPS, with the steps that are done and those that are left. */
export function SetUpPage(props: {
  readonly frame: PageFrame;
  readonly setUp: SetUpProps;
  readonly stream: LiveStream;
}) {
  const { frame, setUp, stream } = props;
  return (
    <Layout frame={frame} hasStream>
      <h1>Going public</h1>
      <p class="muted">
        From this server to HTTPS for your team. This page checks each step and updates automatically.{" "}
        <a href={routes.document("going-public")}>Read the full guide</a>
      </p>
      <LiveRegion stream={stream}>
        <SetUpSteps setUp={setUp} reader={frame} />
      </LiveRegion>
      {setUp.tunnel && (
        <section class="card" aria-labelledby="tunnel-title">
          <h2 id="tunnel-title">Before DNS is ready</h2>
          <p>Open an SSH tunnel from your laptop, then sign in there at the same address:</p>
          <Copyable id="tunnel" text={setUp.tunnel} label="the tunnel command" />
        </section>
      )}
    </Layout>
  );
}

export function SetUpSteps(props: { readonly setUp: SetUpProps; readonly reader: Reader }) {
  const { steps, addresses } = props.setUp;
  const left = steps.filter(({ state }) => state !== "done").length;
  return (
    <div id={setUpStepsId}>
      <p class={`verdict ${left === 0 ? "tone-good" : "tone-wait"}`}>
        <Icon name={left === 0 ? "check" : "clock"} />
        <span>{left === 0 ? "All set." : `${steps.length - left} of ${steps.length} steps done.`}</span>
      </p>
      <ol class="set-up-steps">
        {steps.map((step) => (
          <Step step={step} reader={props.reader} />
        ))}
      </ol>
      <p class="muted small">
        {addresses.length > 0
          ? `This machine's addresses: ${addresses.join(", ")}`
          : "This machine has no network address that Baton can see."}
      </p>
    </div>
  );
}

function Step({ step, reader }: { readonly step: SetUpStep; readonly reader: Reader }) {
  const { id, title, state, detail, example } = step;
  return (
    <li class={`card set-up-step${state === "done" ? " set-up-step-done" : ""}`} id={`step-${id}`}>
      <div class="set-up-step-head">
        <h2>{title}</h2>
        {state === "done" && <Badge tone="good" icon="check" text="Done" />}
        {state === "waiting" && <Badge tone="wait" icon="clock" text="Waiting" />}
        {state === "todo" && <Badge tone="off" icon="ring" text="To do" />}
      </div>
      <p>{detail}</p>
      {example && <Copyable id={`example-${id}`} text={example} label={title} />}
      {id === "first-app" && state !== "done" && offers(reader, routes.newProduct.get) && (
        <p>
          <a href={routes.newProduct()}>New product</a>
        </p>
      )}
    </li>
  );
}

/** The hint on the home page. It is shown until everything is done or somebody hides it. */
export function SetUpHint({ left, reader }: { readonly left: number; readonly reader: Reader }) {
  return (
    <div class="verdict tone-off set-up-hint">
      <Icon name="ring" />
      <span>Your team can't reach this server yet: {left === 1 ? "1 step" : `${left} steps`} left.</span>
      <span class="verdict-links">
        <a href={routes.setUp()}>Set-up checklist</a>
      </span>
      {offers(reader, routes.setUpHide.post) && (
        <form method="post" action={routes.setUpHide()}>
          <CsrfField token={reader.csrf} />
          <button class="link" type="submit">
            Hide
          </button>
        </form>
      )}
    </div>
  );
}
