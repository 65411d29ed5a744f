import { routes } from "../../server/routes.ts";
import type { SystemWarning } from "../../server/rules/health/system-warning.ts";
import { sizeText } from "../../server/rules/wording/size-text.ts";
import type { PageFrame } from "../frame/frame.ts";
import { Layout } from "../frame/layout.tsx";
import { offers } from "../frame/offers.ts";
import { Badge } from "../ui/badge.tsx";
import { Icon } from "../ui/icon.tsx";
import { type SpaceProps, SpaceSection } from "./space-section.tsx";

export interface SystemProps {
  readonly warnings: readonly SystemWarning[];
  readonly parts: readonly SystemPart[];
  /** The disks of Baton's and of Docker's data: one if it is the same. */
  readonly disks: readonly ShownDisk[];
  readonly usage: readonly { readonly name: string; readonly bytes: number }[] | null;
  readonly space: SpaceProps | null;
}

interface ShownDisk {
  readonly folder: string;
  readonly freeBytes: number;
  readonly totalBytes: number;
}

/** Something that Baton depends on. */
export interface SystemPart {
  readonly name: string;
  readonly answers: boolean;
  readonly facts: readonly (readonly [name: string, value: string])[];
  /** What one could do about one of the facts. */
  readonly advice?: string | null;
}

export function SystemPage({ frame, system }: { readonly frame: PageFrame; readonly system: SystemProps }) {
  const { warnings, parts, disks, usage, space } = system;
  return (
    <Layout frame={frame}>
      <header class="page-head">
        <h1>System</h1>
        <div class="actions">
          <a class="button" href={routes.environments()}>
            Environments
          </a>
          <a class="button" href={routes.machines()}>
            Machines
          </a>
          {offers(frame, routes.backupPlace.get) && (
            <a class="button" href={routes.backupPlace()}>
              Backups
            </a>
          )}
          {offers(frame, routes.signInSettings.get) && (
            <a class="button" href={routes.signInSettings()}>
              Signing in
            </a>
          )}
          <a class="button" href={routes.setUp()}>
            Going public
          </a>
        </div>
      </header>
      {warnings.length === 0 ? (
        <p class="verdict tone-good">
          <Icon name="check" />
          All systems OK
        </p>
      ) : (
        <ul class="warnings">
          {warnings.map(({ isSerious, text, whatToDo }) => (
            <li class={`verdict ${isSerious ? "tone-bad" : "tone-warn"}`}>
              <Icon name="warning" />
              <span>{text}</span>
              <span class="what-to-do">{whatToDo}</span>
            </li>
          ))}
        </ul>
      )}
      <div class="parts">
        {parts.map((part) => (
          <Part part={part} />
        ))}
        <section class="card" aria-labelledby="disk-title">
          <h2 id="disk-title">Disk</h2>
          {disks.map((disk) => (
            <DiskPart disk={disk} />
          ))}
          {disks.length === 0 && <p class="muted">Unknown.</p>}
        </section>
        <section class="card" aria-labelledby="usage-title">
          <h2 id="usage-title">Docker disk usage</h2>
          {usage ? (
            <Facts facts={usage.map(({ name, bytes }) => [name, sizeText(bytes)])} />
          ) : (
            <p class="muted">Docker is still adding it up. Reload the page in a moment.</p>
          )}
        </section>
      </div>
      <SpaceSection frame={frame} space={space} />
    </Layout>
  );
}

function DiskPart({ disk: { folder, freeBytes, totalBytes } }: { readonly disk: ShownDisk }) {
  return (
    <>
      <meter
        min={0}
        max={totalBytes}
        high={totalBytes * 0.9}
        value={totalBytes - freeBytes}
        aria-label={`Used at ${folder}`}
      ></meter>
      <p>
        {sizeText(freeBytes)} of {sizeText(totalBytes)} free
      </p>
      <p class="muted small">{folder}</p>
    </>
  );
}

function Part({ part: { name, answers, facts, advice } }: { readonly part: SystemPart }) {
  return (
    <section class="card" aria-label={name}>
      <h2>{name}</h2>
      <p>{answers ? <Badge tone="good" icon="check" text="Up" /> : <Badge tone="bad" icon="cross" text="Down" />}</p>
      <Facts facts={facts} />
      {advice && <p class="muted small">{advice}</p>}
    </section>
  );
}

function Facts({ facts }: { readonly facts: SystemPart["facts"] }) {
  return (
    <dl class="rows">
      {facts.map(([name, value]) => (
        <div>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
