import { Icon, type IconName } from "./icon.tsx";

export type StepState = "done" | "current" | "failed" | "stopped" | "skipped" | "pending";

/** One step of a deployment. */
export interface StepView {
  readonly name: string;
  readonly state: StepState;
  /** How long the step took; for the current step, when it started. */
  readonly took: string | null;
}

const looks: Readonly<Record<StepState, readonly [IconName, string]>> = {
  done: ["check", "done"],
  current: ["spinner", "in progress"],
  failed: ["cross", "failed"],
  stopped: ["square", "stopped"],
  skipped: ["dash", "not needed"],
  pending: ["ring", "not reached"],
};

export const stepsId = "steps";

export function Steps({ steps }: { readonly steps: readonly StepView[] }) {
  return (
    <ol id={stepsId} class="steps" aria-label="Steps">
      {steps.map(({ name, state, took }) => {
        const [icon, word] = looks[state];
        return (
          <li class={`step step-${state}`} aria-current={state === "current" ? "step" : undefined}>
            <span class="step-mark">
              <Icon name={icon} />
            </span>
            <span class="step-name">
              {name}
              <span class="visually-hidden">: {word}</span>
            </span>
            <span class="step-time">{took ?? ""}</span>
          </li>
        );
      })}
    </ol>
  );
}
