import { routes } from "../../server/routes.ts";
import type { Tone } from "../ui/badge.tsx";
import { Icon, type IconName } from "../ui/icon.tsx";
import { Sentence } from "../ui/sentence.tsx";
import { Part } from "./live-region.tsx";

/** One sentence about something that happened elsewhere, which links there. */
export interface Toast {
  readonly deploymentId: number;
  readonly tone: Extract<Tone, "good" | "busy" | "bad" | "off">;
  readonly text: string;
}

const toastsId = "toasts";

export function Toasts() {
  return <div id={toastsId} class="toasts" role="status" aria-live="polite"></div>;
}

const icons: Readonly<Record<Toast["tone"], IconName>> = { good: "check", busy: "clock", bad: "cross", off: "square" };

/** The part of a message that shows toasts. baton.js removes each one after a while. */
export function ToastPart({ toasts }: { readonly toasts: readonly Toast[] }) {
  return (
    <Part target={toastsId} how="append">
      {toasts.map(({ deploymentId, tone, text }) => (
        <a class={`toast tone-${tone}`} href={routes.deployment(deploymentId)} data-toast="">
          <Icon name={icons[tone]} />
          <span>
            <Sentence text={text} />
          </span>
        </a>
      ))}
    </Part>
  );
}
