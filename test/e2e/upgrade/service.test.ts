import { afterAll, beforeAll, expect, test } from "vitest";
import { root } from "../../../bin/set-up/places.mjs";
import { caddyBin } from "../../proxy/real-caddy.ts";
import { bootMachine, type SystemdMachine, whyNoSystemd } from "../support/systemd-machine.ts";

const [checkout, data, token] = ["/opt/baton", "/srv/baton", "a-token-for-a-machine-with-systemd"];
const settings = {
  ...{ BATON_DATA: data, BATON_LISTEN: "127.0.0.1:4000", BATON_HTTP_PORT: "8080", BATON_HTTPS_PORT: "8443" },
  ...{ BATON_ADMIN_TOKEN: token, BATON_CADDY_BIN: caddyBin(), BATON_HELLO: "0", BATON_WATCH: "300ms" },
};
const patience = { timeout: 120_000, interval: 250 };
const whyNot = whyNoSystemd();
let machine: SystemdMachine;

const sh = (script: string, ...args: readonly string[]) => machine.run("sh", ["-ec", script, "sh", ...args]);
const npm = (...args: readonly string[]) =>
  // What a person types; the settings of a service are known.
  machine.run("npm", ["run", ...args], { cwd: checkout, env: { BATON_DATA: data } });
const systemctl = async (...args: readonly string[]) => (await machine.run("systemctl", args)).trim();
const processOf = (unit: string) => systemctl("show", unit, "--property=MainPID", "--value");
const version = async () => (await machine.run("git", ["describe", "--tags"], { cwd: checkout })).trim();
const ask = (url: string, host: string) =>
  machine.run("curl", ["-s", "-o", "/dev/null", "-w", "%{http_code}", "-H", `Host: ${host}`, url]).catch(() => "000");
const health = () => ask("http://127.0.0.1:4000/healthz", "127.0.0.1:4000");

/** Releases of this checkout as it is now; each later one has a migration more, and the last one is never healthy. */
const makeReleases = `
git config --global user.name Ada; git config --global user.email ada@example.com
git config --global --add safe.directory '*'
git init -q --initial-branch=main /srv/origin
git -C "$1" ls-files -z | tar -C "$1" --null --ignore-failed-read --files-from=- -cf - | tar -C /srv/origin -xf -
cd /srv/origin
release() {
  sed -i "0,/\\"version\\": \\"[^\\"]*\\"/s//\\"version\\": \\"$1\\"/" package.json
  git add --all
  git commit -qm "Release $1"
  git tag "v$1"
}
migration() {
  echo "$2" > "migrations/$1.sql"
  node -e '
    const [name] = process.argv.slice(1);
    const file = "migrations/meta/_journal.json";
    const journal = JSON.parse(fs.readFileSync(file));
    const last = journal.entries.at(-1);
    journal.entries.push({ ...last, idx: last.idx + 1, when: last.when + 1, tag: name });
    fs.writeFileSync(file, JSON.stringify(journal));
  ' "$1"
}
release 0.1.0
migration 9001_more 'create table more (id integer);'
release 0.2.0
migration 9002_less 'drop table more;'
sed -i 's/? "ok" : "unavailable"/? "unavailable" : "unavailable"/' server/web/health/health.ts
release 0.3.0
git clone -q /srv/origin "$2"
git -C "$2" checkout -q -B main v0.1.0
cp -a "$1/node_modules" "$2/node_modules"
[ ! -e "$1/.build" ] || cp -a "$1/.build" "$2/.build"
`;

/** An app that needs no base image: Caddy, which answers with a text. */
const pushApp = `
mkdir -p /srv/image/bin /srv/shop
cp "$1" /srv/image/bin/caddy
for library in $(ldd "$1" | grep -o '/[^ ]*'); do
  mkdir -p "/srv/image$(dirname "$library")"
  cp "$library" "/srv/image$library"
done
tar -C /srv/image -c . | docker import - baton-test-reply:1
cd /srv/shop
git init -q --initial-branch=main
printf '%s\\n' 'FROM baton-test-reply:1' 'EXPOSE 3000' 'CMD ["/bin/caddy", "respond", "--listen", ":3000", "--body", "v1"]' > Dockerfile
git add Dockerfile
git commit -qm v1
git push "http://x:$2@127.0.0.1:4000/git/shop.git" HEAD:main
`;

/** Asks the app until the file goes, and counts the answers by their status. */
const traffic = `
touch /srv/traffic
while [ -e /srv/traffic ]; do
  curl -s -o /dev/null -w '%{http_code}\\n' -H 'Host: shop.localhost:8080' http://127.0.0.1:8080/ >> /srv/answers || true
  sleep 0.05
done
`;

async function answersDuring(work: () => Promise<unknown>) {
  await sh("rm -f /srv/answers");
  machine.start("sh", ["-c", traffic]);
  await work();
  await sh("rm /srv/traffic; sleep 0.3");
  const answers = (await sh("cat /srv/answers")).trim().split("\n");
  return { count: answers.length, lost: answers.filter((status) => status !== "200") };
}

beforeAll(async () => {
  if (whyNot !== null) return;
  machine = await bootMachine();
  await sh(makeReleases, root, checkout);
});
afterAll(() => machine?.end());

test("Baton is installed as a service, which starts with the machine", async ({ skip }) => {
  if (whyNot !== null) skip(whyNot);
  const said = await machine.run("npm", ["run", "service"], { cwd: checkout, env: settings });
  expect(said).toContain("Baton is running as a service and starts again with the machine");
  await expect.poll(health, patience).toBe("200");
  for (const unit of ["docker.service", "baton.service", "baton-caddy.service"])
    expect(await systemctl("is-enabled", unit)).toBe("enabled");
  const pushed = await sh(pushApp, caddyBin(), token);
  expect(pushed).toContain("shop");
  await expect.poll(() => ask("http://127.0.0.1:8080/", "shop.localhost:8080"), patience).toBe("200");
});

test("an upgrade restarts it by systemd, and no request to an app is lost", async ({ skip }) => {
  if (whyNot !== null) skip(whyNot);
  const before = await processOf("baton.service");
  let said = "";
  const { count, lost } = await answersDuring(async () => {
    said = await npm("upgrade", "--", "v0.2.0");
  });
  expect(said).toContain("Baton is upgraded to 0.2.0.");
  expect(await version()).toBe("v0.2.0");
  expect(await health()).toBe("200");
  expect(await processOf("baton.service")).not.toBe(before);
  expect(lost, `of ${count}`).toEqual([]);
});

test("one that is not healthy is replaced by the version and the database from before, by systemd", async ({
  skip,
}) => {
  if (whyNot !== null) skip(whyNot);
  const { count, lost } = await answersDuring(async () => {
    await expect(npm("upgrade")).rejects.toThrow(/Baton 0\.3\.0 is not used: \/healthz answers 503: .*unavailable/);
  });
  expect(await version()).toBe("v0.2.0");
  expect(await health()).toBe("200");
  expect(await systemctl("is-active", "baton.service")).toBe("active");
  // It would not start on a database that a newer version has migrated, and does not restart in a loop.
  expect(await systemctl("show", "baton.service", "--property=NRestarts", "--value")).toBe("0");
  expect(lost, `of ${count}`).toEqual([]);
});

test("npm run down removes both services", async ({ skip }) => {
  if (whyNot !== null) skip(whyNot);
  await npm("down", "--", "--yes");
  expect(await sh("ls /etc/systemd/system")).not.toContain("baton");
  expect(await sh("docker ps -aq; pgrep -a caddy || true")).toBe("");
});
