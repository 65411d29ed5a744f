import type { StackProgress, StackStatus } from "../server/model/event.ts";
import { counted } from "../server/rules/duration-text.ts";
import { Badge, type Tone } from "./badge.tsx";
import { capital } from "./capital.ts";
import { Icon, type IconName } from "./icon.tsx";
import { OutputLines } from "./output-lines.tsx";

export interface StackOverview {
  readonly stacks: readonly StackView[];
  /** Name of the one that is shown at the right. */
  readonly chosen: string;
  /** It was chosen by a person, and not by what is worth seeing. */
  readonly isAsked: boolean;
  /** How many have passed their checks. */
  readonly done: number;
  readonly percent: number;
}

export interface StackView extends StackProgress {
  readonly displayName: string;
  readonly message: string | null;
  /** Of one that is pending: a sentence. */
  readonly waitingFor: string | null;
  readonly services: readonly { readonly name: string; readonly kind: string }[];
  readonly initLog: { readonly service: string; readonly lines: readonly string[] } | null;
}

const looks: Readonly<Record<StackStatus, readonly [Tone, IconName, string]>> = {
  pending: ["wait", "clock", "Pending"],
  removing: ["busy", "spinner", "Removing"],
  deploying: ["busy", "spinner", "Deploying"],
  running: ["good", "check", "Running"],
  failed: ["bad", "cross", "Failed"],
};

function StackBadge({ status }: { readonly status: StackStatus }) {
  const [tone, icon, text] = looks[status];
  return <Badge tone={tone} icon={icon} text={text} />;
}

/** How far the product is, then its stacks at the left and the chosen one at the right. */
export function StackSplit({ overview, path }: { readonly overview: StackOverview; readonly path: string }) {
  const { stacks, chosen, done, percent } = overview;
  const isBroken = stacks.some(({ status }) => status === "failed");
  const tone = isBroken ? "bad" : done === stacks.length ? "good" : "busy";
  const stack = stacks.find(({ name }) => name === chosen);
  return (
    <>
      <div class={`overall tone-${tone}`}>
        <p>
          <strong>
            {done} of {stacks.length} stacks
          </strong>
        </p>
        <progress value={percent} max={100} aria-label="Progress of all stacks"></progress>
      </div>
      <div class="split">
        <nav class="split-list" aria-label="Stacks">
          <ul>
            {stacks.map((other) => (
              <li>
                <a
                  href={`${path}?${new URLSearchParams({ stack: other.name })}`}
                  aria-current={other.name === chosen ? "true" : undefined}
                  id={`stack-${other.name}`}
                >
                  <span class="split-name">
                    {other.displayName}
                    <span class="muted">{counted(other.serviceCount, "service")}</span>
                  </span>
                  <StackBadge status={other.status} />
                </a>
              </li>
            ))}
          </ul>
        </nav>
        {stack && <StackDetail stack={stack} />}
      </div>
    </>
  );
}

function StackDetail({ stack }: { readonly stack: StackView }) {
  return (
    <section class="split-detail" aria-labelledby="stack-title">
      <h2 id="stack-title">{stack.displayName}</h2>
      <StackState stack={stack} />
      {stack.services.length > 0 && (
        <ul class="stack-services" aria-label={`Services of ${stack.displayName}`}>
          {stack.services.map(({ name, kind }) => (
            <li>
              {name} <span class="muted">{kind}</span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function StackState({ stack }: { readonly stack: StackView }) {
  switch (stack.status) {
    case "pending":
      return (
        <p class="state tone-wait">
          <Icon name="clock" />
          {stack.waitingFor}
        </p>
      );
    case "removing":
      return (
        <p class="state tone-busy">
          <Icon name="spinner" />
          {stack.currentService
            ? `The old ${stack.currentService} is being removed, so that the new one can take its place.`
            : "What ran before is being removed."}
        </p>
      );
    case "deploying":
      return (
        <>
          <p class="state tone-busy">
            <Icon name="spinner" />
            {stack.phase ?? "It begins"}
          </p>
          <Measure stack={stack} />
          {stack.initLog && <InitLog log={stack.initLog} />}
        </>
      );
    case "running":
      return (
        <>
          <p class="state tone-good">
            <Icon name="check" />
            {stack.serviceCount === 1
              ? "Its service has passed its checks."
              : `All ${stack.serviceCount} services have passed their checks.`}
          </p>
          <Measure stack={stack} />
        </>
      );
    case "failed":
      return (
        <>
          <p class="state tone-bad">
            <Icon name="cross" />
            {capital(stack.message ?? "It failed.")}
          </p>
          <Measure stack={stack} />
        </>
      );
  }
}

/** The bar, and what it stands for in words. */
function Measure({ stack }: { readonly stack: StackView }) {
  const { percent, servicesDone, serviceCount, currentService, status, phase, displayName } = stack;
  const tone = { pending: "wait", removing: "busy", deploying: "busy", running: "good", failed: "bad" }[status];
  const words = [
    `${servicesDone} of ${counted(serviceCount, "service")}`,
    ...(status === "failed" && phase ? [`it was at: ${phase}`] : []),
    ...(currentService && status !== "running" ? [currentService] : []),
  ];
  return (
    <div class={`measure tone-${tone}`}>
      <progress value={percent} max={100} aria-label={`Progress of ${displayName}`}></progress>
      <p class="muted">{words.join(" · ")}</p>
    </div>
  );
}

function InitLog({ log }: { readonly log: NonNullable<StackView["initLog"]> }) {
  return (
    <div class="init-log">
      <h3>What {log.service} prints</h3>
      <OutputLines lines={log.lines} />
    </div>
  );
}
