import { SystemPage, type SystemPart, type SystemProps } from "../../../../views/system/system-page.tsx";
import { createLastKnown } from "../../../async/last-known.ts";
import type { EngineInfo, EngineMachine } from "../../../ports/engine/engine.ts";
import { routes } from "../../../routes.ts";
import { failingBackups, failingDrills } from "../../../rules/backup/failing.ts";
import { ownBackupTrouble } from "../../../rules/backup/own-backup.ts";
import { type DockerFacts, systemWarnings } from "../../../rules/health/system-warnings.ts";
import { isReadableOnTheWay } from "../../../rules/webhooks/readable-on-the-way.ts";
import { installationName } from "../../../rules/wording/installation-name.ts";
import { sizeText } from "../../../rules/wording/size-text.ts";
import { reachCaddy, reachDatabase } from "../../health/health.ts";
import { frameOf, type PageNeeds } from "../page.ts";
import { productsHealth } from "../product/product-health.ts";
import { dockerAdvice, dockerFacts } from "./docker-facts.ts";
import { createSpace } from "./space.ts";

const factsLimitMs = 5_000;
/** Docker adds up for seconds, and for minutes on a full disk. Nobody waits for that: the page shows the last sum. */
const usageLimitMs = 120_000;
const sizesMaxAgeMs = 60_000;
const sizesPatienceMs = 50;
const backupsLookedAt = 500;
const ownBackupsLookedAt = 50;

/** Shows what Baton depends on, how each part is doing, and what somebody should fix. */
export function createSystemPages(needs: PageNeeds) {
  const { endpoints } = needs;
  const sizes = createSizes(needs);

  return endpoints
    .router()
    .on(routes.system.get, async (c) => {
      const system = await readSystem(needs, sizes);
      const mood = system.warnings.some(({ isSerious }) => isSerious) ? "failed" : "idle";
      return c.html(SystemPage({ frame: frameOf(c, needs, { title: "System", section: "system", mood }), system }));
    })
    .on(routes.systemFreeSpace.post, async (c) => {
      await needs.commands.freeSpace();
      return c.redirect(`${routes.system()}#space`, 303);
    });
}

type Sizes = ReturnType<typeof createSizes>;

function createSizes(needs: PageNeeds) {
  const { clock, engine, store } = needs;
  const options = { maxAgeMs: sizesMaxAgeMs, patienceMs: sizesPatienceMs, nowMs: clock.monotonicMs };
  return {
    docker: createLastKnown(() => engine.diskUsage(AbortSignal.timeout(usageLimitMs)), options),
    // Postgres looks at each file of the database.
    database: createLastKnown(() => store.facts(), options),
    space: createSpace(needs),
  };
}

interface KnownDocker {
  readonly info: EngineInfo;
  readonly machine: EngineMachine | null;
}

function factsForWarnings({ info, machine }: KnownDocker): DockerFacts {
  const { operatingSystem = "", rootless = false, cannotLimit = [] } = machine ?? {};
  return { ...info, operatingSystem, rootless, cannotLimit };
}

async function readSystem(needs: PageNeeds, sizes: Sizes): Promise<SystemProps> {
  const { clock, engine, machine, publicUrl } = needs;
  // Whether Docker answers is known from the first of its two answers.
  const [database, caddy, info, itsMachine, usage, disk, products, failing, lost, ownTrouble] = await Promise.all([
    reachDatabase(needs),
    reachCaddy(needs),
    known(engine.info(AbortSignal.timeout(factsLimitMs))),
    known(engine.machine(AbortSignal.timeout(factsLimitMs))),
    sizes.docker.get(),
    known(machine.disk()),
    known(productsHealth(needs, AbortSignal.timeout(factsLimitMs))),
    known(readFailingBackups(needs)),
    known(needs.store.machines.list()),
    known(readOwnBackupTrouble(needs)),
  ]);
  const dockersDisk = itsMachine?.dataFolder ? await known(machine.diskOf(itsMachine.dataFolder)) : null;
  const docker = info && { info, machine: itsMachine };
  const answers = { caddy: caddy === "ok", database: database === "ok" };
  return {
    parts: await partsOf(needs, sizes, answers, docker),
    // A disk is told by its size: what is free changes between two looks.
    disks: [disk, dockersDisk?.totalBytes === disk?.totalBytes ? null : dockersDisk].flatMap((one) => one ?? []),
    space: await known(sizes.space(usage)),
    usage: usage && [
      { name: "Images", bytes: usage.imagesBytes },
      { name: "Build cache", bytes: usage.buildCacheBytes },
      { name: "Volumes", bytes: usage.volumesBytes },
      { name: "Containers", bytes: usage.containersBytes },
    ],
    warnings: systemWarnings(
      {
        docker: docker && factsForWarnings(docker),
        firewall: needs.firewall.state(),
        buildLimits: needs.buildLimiter.state(),
        usage,
        caddyAnswers: answers.caddy,
        databaseAnswers: answers.database,
        disk,
        unserved: needs.unserved(),
        products: products ?? [],
        failingBackups: failing ?? [],
        lostMachines: (lost ?? []).filter(({ state }) => state === "lost"),
        ownBackupTrouble: ownTrouble,
        isReadableOnTheWay: isReadableOnTheWay(publicUrl),
      },
      clock.now(),
    ),
  };
}

async function readFailingBackups({ store, catalog }: PageNeeds) {
  const failing = [
    ...failingBackups(await store.backups.list({ limit: backupsLookedAt })),
    ...failingDrills(await store.backups.drills({ limit: backupsLookedAt })),
  ];
  const places = await catalog.placesWith(failing.map(({ installation }) => installation));
  return failing.flatMap((one) => {
    const place = places.find(({ installation }) => installation.id === one.installation);
    return place ? [{ ...one, name: installationName(place) }] : [];
  });
}

async function readOwnBackupTrouble({ store, clock, ownBackups }: PageNeeds): Promise<string | null> {
  const backups = await store.backups.own({ limit: ownBackupsLookedAt });
  return ownBackupTrouble(ownBackups.schedule, backups, clock.now());
}

async function partsOf(
  needs: PageNeeds,
  sizes: Sizes,
  answers: { readonly caddy: boolean; readonly database: boolean },
  docker: KnownDocker | null,
): Promise<readonly SystemPart[]> {
  const { clock, proxy, machine, publicUrl, version } = needs;
  const [caddyVersion, database] = await Promise.all([known(proxy.version()), sizes.database.get()]);
  const aboutBaton: SystemPart["facts"] = [
    ["Version", version],
    ["Node.js", machine.nodeVersion],
    ["Address", publicUrl.origin],
  ];
  const states = { firewall: needs.firewall.state(), buildLimits: needs.buildLimiter.state() };
  const aboutDocker = docker ? dockerFacts(docker, states, clock.now()) : [];
  const aboutDatabase: SystemPart["facts"] = database
    ? [
        ["Postgres", database.version],
        ["Size", sizeText(database.sizeBytes)],
      ]
    : [];
  return [
    { name: "Baton", answers: true, facts: aboutBaton },
    { name: "Caddy", answers: answers.caddy, facts: caddyVersion ? [["Version", caddyVersion]] : [] },
    { name: "Database", answers: answers.database, facts: aboutDatabase },
    // The longest card comes after the short ones: the cards fill columns.
    {
      ...{ name: "Docker", answers: docker !== null, facts: aboutDocker },
      advice: dockerAdvice(docker?.machine ?? null),
    },
  ];
}

/** Null if the fact cannot be found out: a page without one fact is better than no page. */
async function known<T>(fact: Promise<T>): Promise<T | null> {
  return fact.catch(() => null);
}
