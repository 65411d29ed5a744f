import type { Failure } from "../../server/model/deployment/deployment.ts";
import { capital } from "../text/capital.ts";

/** Renders a sentence, with the text in back-ticks as code. */
export function Sentence({ text }: { readonly text: string }) {
  return <>{text.split(/`([^`]+)`/).map((part, index) => (index % 2 === 1 ? <code>{part}</code> : part))}</>;
}

/** A failure's message as a sentence of its own. A service's name keeps its spelling. */
export function failureSentence({ message, service }: Pick<Failure, "message" | "service">): string {
  return service !== null && message.startsWith(`${service} `) ? message : capital(message);
}
