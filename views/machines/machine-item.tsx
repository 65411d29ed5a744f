import type { MachineState } from "../../server/model/machine.ts";
import { routes } from "../../server/routes.ts";
import { counted } from "../../server/rules/wording/duration-text.ts";
import { sizeText } from "../../server/rules/wording/size-text.ts";
import type { PageFrame } from "../frame/frame.ts";
import { offers } from "../frame/offers.ts";
import { Badge, type Tone } from "../ui/badge.tsx";
import { CsrfField } from "../ui/form/csrf-field.tsx";
import type { IconName } from "../ui/icon.tsx";

export interface MachineView {
  readonly id: string;
  readonly name: string;
  readonly address: string;
  readonly role: "manager" | "worker";
  readonly isServer: boolean;
  readonly architecture: string;
  readonly dockerVersion: string;
  readonly cpus: number;
  readonly memoryBytes: number;
  readonly disk: { readonly totalBytes: number; readonly freeBytes: number } | null;
  readonly state: MachineState;
  readonly since: Date;
  readonly isDrained: boolean;
  readonly services: readonly { readonly name: string; readonly running: number; readonly tasks: number }[];
  /** One a line, as they are typed. */
  readonly labels: string;
}

const looks: Readonly<Record<MachineState, readonly [Tone, IconName, string]>> = {
  ready: ["good", "check", "Ready"],
  draining: ["busy", "spinner", "Draining"],
  drained: ["off", "square", "Drained"],
  lost: ["bad", "cross", "Lost"],
  unknown: ["warn", "warning", "Not heard from yet"],
};

export function MachineItem({ machine, frame }: { readonly machine: MachineView; readonly frame: PageFrame }) {
  const { name, address, role, isServer, state, since, disk, services, labels } = machine;
  const [tone, icon, text] = looks[state];
  return (
    <li class="machine">
      <div>
        <p>
          <strong>{name}</strong> {isServer && <span class="muted">(this server)</span>}{" "}
          <Badge tone={tone} icon={icon} text={text} />{" "}
          <span class="muted small">
            since <time datetime={since.toISOString()}>{since.toISOString().slice(0, 16).replace("T", " ")} UTC</time>
          </span>
        </p>
        <p class="meta">
          <span>{role}</span>
          <span>{address}</span>
          <span>{machine.architecture}</span>
          <span>Docker {machine.dockerVersion}</span>
          <span>{counted(machine.cpus, "CPU")}</span>
          <span>{sizeText(machine.memoryBytes)} memory</span>
          {disk && (
            <span>
              {sizeText(disk.freeBytes)} of {sizeText(disk.totalBytes)} disk free{!isServer && " when it joined"}
            </span>
          )}
        </p>
        {state === "lost" && (
          <p>
            Nothing is heard from it, so its services are started elsewhere; what runs there may go on running. If it
            never comes back, remove it.
          </p>
        )}
        {services.length > 0 && (
          <p>
            Runs{" "}
            {services.map((service, index) => (
              <>
                {index > 0 && ", "}
                <code>{service.name}</code>
                {service.tasks > 1 && ` × ${service.tasks}`}
                {service.running < service.tasks && ` (${service.running} running)`}
              </>
            ))}
          </p>
        )}
        {labels !== "" && (
          <p class="meta">
            {labels.split("\n").map((label) => (
              <code>{label}</code>
            ))}
          </p>
        )}
        {offers(frame, routes.machineLabels.post) && <Labels machine={machine} csrf={frame.csrf} />}
      </div>
      <Actions machine={machine} frame={frame} />
    </li>
  );
}

function Labels({ machine, csrf }: { readonly machine: MachineView; readonly csrf: string | null }) {
  const { id, name, labels } = machine;
  return (
    <details class="choice">
      <summary>
        Change labels<span class="visually-hidden"> of {name}</span>
      </summary>
      <form class="rights-form" method="post" action={routes.machineLabels(id)}>
        <CsrfField token={csrf} />
        <p class="field whole">
          <label for={`labels-${id}`}>Labels, one a line</label>
          <textarea id={`labels-${id}`} name="labels" rows={3} spellcheck={false} placeholder="disk=ssd">
            {labels}
          </textarea>
        </p>
        <button class="button small" type="submit">
          Save
        </button>
      </form>
    </details>
  );
}

function Actions({ machine, frame }: { readonly machine: MachineView; readonly frame: PageFrame }) {
  const { id, name, isServer, isDrained, state } = machine;
  const mayRemove = !isServer && (state === "drained" || state === "lost");
  const toggle = isDrained ? routes.machineActivate : routes.machineDrain;
  return (
    <div class="actions">
      {(isDrained || state !== "lost") && offers(frame, toggle.post) && (
        <form method="post" action={toggle(id)}>
          <CsrfField token={frame.csrf} />
          <button class="button small" type="submit">
            {isDrained ? "Return to service" : "Drain"}
            <span class="visually-hidden"> {name}</span>
          </button>
        </form>
      )}
      {mayRemove && offers(frame, routes.machineRemove.get) && (
        <a class="button small" href={routes.machineRemove(id)}>
          Remove<span class="visually-hidden"> {name}</span>
        </a>
      )}
    </div>
  );
}
