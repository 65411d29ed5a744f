import type { StackProgress, StackStatus } from "../../server/model/deployment/event.ts";
import { counted } from "../../server/rules/wording/duration-text.ts";
import { Badge, type Tone } from "../ui/badge.tsx";
import { Icon, type IconName } from "../ui/icon.tsx";
import { OutputLines } from "../ui/output/output-lines.tsx";
import { failureSentence } from "../ui/sentence.tsx";

export interface StackOverview {
  readonly stacks: readonly StackView[];
  /** Name of the stack that is shown on the right. */
  readonly chosen: string;
  /** Whether the user chose that stack; otherwise Baton picked the most interesting one. */
  readonly isAsked: boolean;
  /** How many stacks have passed their checks. */
  readonly done: number;
}

export interface StackView extends StackProgress {
  readonly displayName: string;
  readonly message: string | null;
  /** A sentence about what a pending stack waits for. */
  readonly waitingFor: string | null;
  readonly services: readonly { readonly name: string; readonly kind: string }[];
  readonly initLog: { readonly service: string; readonly lines: readonly string[] } | null;
}

const looks: Readonly<Record<StackStatus, readonly [Tone, IconName, string]>> = {
  pending: ["plain", "clock", "Pending"],
  removing: ["warn", "spinner", "Removing"],
  deploying: ["busy", "spinner", "Deploying"],
  running: ["good", "check", "Running"],
  failed: ["bad", "cross", "Failed"],
};

/** A stack that was rolled back because another one failed does not look failed. */
function lookOf({ status, message }: Pick<StackView, "status" | "message">): readonly [Tone, IconName, string] {
  return status === "failed" && message?.startsWith("rolled back") ? ["off", "square", "Rolled back"] : looks[status];
}

function StackBadge({ stack }: { readonly stack: StackView }) {
  const [tone, icon, text] = lookOf(stack);
  return <Badge tone={tone} icon={icon} text={text} />;
}

/** Shows the product's progress, then its stacks on the left and the chosen stack on the right. */
export function StackSplit({ overview, path }: { readonly overview: StackOverview; readonly path: string }) {
  const { stacks, chosen, done } = overview;
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
        <progress value={done} max={stacks.length} aria-label="Progress of all stacks"></progress>
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
                  <span class={`split-name tone-${lookOf(other)[0]}`}>
                    {other.displayName}
                    <span class="muted">{counted(other.serviceCount, "service")}</span>
                  </span>
                  <StackBadge stack={other} />
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
        <p class="state tone-plain">
          <Icon name="clock" />
          {stack.waitingFor}
        </p>
      );
    case "removing":
      return (
        <>
          <p class="state tone-warn">
            <Icon name="spinner" />
            Removing existing stack before redeploy…
          </p>
          {stack.currentService && (
            <p class="muted">
              The old {stack.currentService} is stopped so that the new one can start. It comes back if the new one
              fails.
            </p>
          )}
        </>
      );
    case "deploying":
      return (
        <>
          <p class="state tone-busy">
            <Icon name="spinner" />
            {stack.phase ?? "Starting"}
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
          <p class={`state tone-${lookOf(stack)[0]}`}>
            <Icon name={lookOf(stack)[1]} />
            {failureSentence({ message: stack.message ?? "It failed.", service: stack.currentService })}
          </p>
          <Measure stack={stack} />
        </>
      );
  }
}

/** Shows the progress of the phase as a bar and in words. */
function Measure({ stack }: { readonly stack: StackView }) {
  const { servicesDone, serviceCount, currentService, status, phase, displayName } = stack;
  const [tone] = lookOf(stack);
  const percent = percentOf(stack);
  const words = [
    ...(status === "deploying" ? [`${percent} %`] : []),
    `${servicesDone} of ${counted(serviceCount, "service")}`,
    ...(status === "failed" && phase ? [`stopped at: ${phase}`] : []),
    ...(currentService && status !== "running" ? [currentService] : []),
  ];
  return (
    <div class={`measure tone-${tone}`}>
      <progress value={percent} max={100} aria-label={`${phase ?? "Progress"} of ${displayName}`}></progress>
      <p class="muted">{words.join(" · ")}</p>
    </div>
  );
}

/** The progress of the phase, or of all services if the phase reports none. */
function percentOf({ status, phasePercent, servicesDone, serviceCount }: StackView): number {
  if (status === "running") return 100;
  return phasePercent ?? Math.round((100 * servicesDone) / Math.max(1, serviceCount));
}

function InitLog({ log }: { readonly log: NonNullable<StackView["initLog"]> }) {
  return (
    <div class="init-log">
      <h3>Output of {log.service}</h3>
      <OutputLines lines={log.lines} />
    </div>
  );
}
