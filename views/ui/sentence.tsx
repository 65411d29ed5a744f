import type { Failure } from "../../server/model/deployment/deployment.ts";
import { capital } from "../text/capital.ts";

/** A sentence in which what stands in back-ticks is code. */
export function Sentence({ text }: { readonly text: string }) {
  return <>{text.split(/`([^`]+)`/).map((part, index) => (index % 2 === 1 ? <code>{part}</code> : part))}</>;
}

/** A failure's message where it stands alone. The name of a service is left as it is written. */
export function failureSentence({ message, service }: Pick<Failure, "message" | "service">): string {
  return service !== null && message.startsWith(`${service} `) ? message : capital(message);
}
