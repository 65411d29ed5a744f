import { dirname, join, resolve } from "node:path";
import { SetUpProblem } from "../console/problem.mjs";
import { MIGRATE_SETTING } from "../programs/kernel.mjs";

/** The kernel's limit is 108 bytes with the terminating zero. */
const LONGEST_SOCKET_PATH = 107;

/** Matches the variables that the service takes from the environment of `npm run service`. */
const carried =
  /^(BATON_\w+|DATABASE_URL|DOCKER_(HOST|TLS_VERIFY|CERT_PATH)|AWS_(ACCESS_KEY_ID|SECRET_ACCESS_KEY|REGION|ENDPOINT_URL(_S3)?)|NODE_EXTRA_CA_CERTS|(https?|no)_proxy)$/i;

/**
 * Returns all files of the service. There are two units, so that the apps are served before Baton starts and after it
 * is stopped. Baton runs as root, because access to Docker amounts to root access. The sandbox only denies what neither
 * Docker's client nor the making of base images needs.
 *
 * @param {{ root: string, data: string, node: string, caddy: string, env: NodeJS.ProcessEnv }} facts
 * @returns {{ path: string, mode: number, text: string }[]}
 */
export function serviceFiles(facts) {
  for (const path of [facts.root, facts.data, facts.node, facts.caddy, facts.env.BATON_BACKUP_TO ?? ""])
    refuseLineBreaks(path);
  refuseLongSocket(join(facts.data, "caddy/admin.sock"));
  return [
    { path: "/etc/systemd/system/baton.service", mode: 0o644, text: batonUnit(facts) },
    { path: "/etc/systemd/system/baton-caddy.service", mode: 0o644, text: caddyUnit(facts) },
    { path: "/etc/sysctl.d/60-baton.conf", mode: 0o644, text: `${MIGRATE_SETTING} = 1\n` },
    { path: environmentFile(facts.data), mode: 0o600, text: environmentText(facts) },
  ];
}

/**
 * Returns the final message of `npm run service`. Baton itself prints a new token to its log. `hintsAtLiveRestore`: see
 * `couldLiveRestore`.
 */
export function serviceGreeting({ dashboard, hasOwnToken, hintsAtLiveRestore }) {
  const token = hasOwnToken
    ? "the one in BATON_ADMIN_TOKEN"
    : "a first start prints it in the log: journalctl -u baton -g baton_";
  return `
  Baton is running as a service and starts again with the machine

    Dashboard   ${dashboard}
    Sign in     npm run admin -- link   (prints a link that works once)
    Token       ${token}
    Log         journalctl -fu baton
${hintsAtLiveRestore ? liveRestoreHint : ""}
`;
}

const liveRestoreHint = `
  Apps stop while this Docker is restarted or upgraded. To let them go on, add
  "live-restore": true to /etc/docker/daemon.json, then run: systemctl reload docker
  (docs/reliability.md says what it costs.)
`;

const environmentFile = (data) => join(data, "service.env");

const batonUnit = ({ root, data, node, env }) => `[Unit]
Description=Baton deploy server
After=network-online.target docker.service baton-caddy.service
Wants=network-online.target docker.service

[Service]
WorkingDirectory=${plain(root)}
EnvironmentFile=${plain(environmentFile(data))}
ExecStart=${command(node, join(root, "bin/start.mjs"))}
Restart=always
RestartSec=2
TimeoutStopSec=60
# Only Baton itself gets the stop signal. It stops its database and leaves Caddy running to serve the apps.
KillMode=process
UMask=0077
# Older versions of iptables use this lock, and Docker takes it too.
ReadWritePaths=${quote(root)} ${quote(data)}${backupFolder(root, env)} -/run/xtables.lock
${sandbox}
PrivateTmp=yes

[Install]
WantedBy=multi-user.target
`;

/** Where backups go, unless into a bucket. It may be a disk that is not there yet. */
function backupFolder(root, { BATON_BACKUP_TO: to = "" }) {
  return to === "" || to.includes("://") ? "" : ` ${quote(resolve(root, to)).replace(/^"/, '"-')}`;
}

/** Starts Caddy with the same arguments as Baton does, so that Baton recognises it as its own. */
const caddyUnit = ({ data, caddy }) => {
  const folder = join(data, "caddy");
  const file = join(folder, "caddy.json");
  const settings = ["HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME"].map((name) => quote(`${name}=${folder}`));
  return `[Unit]
Description=Caddy, in front of the apps that Baton deploys
After=network-online.target
Wants=network-online.target
# Written when Baton starts for the first time.
ConditionPathExists=${plain(file)}

[Service]
Type=notify
ExecStart=${command(caddy, "run", "--config", file, "--pidfile", join(folder, "caddy.pid"))}
WorkingDirectory=${plain(folder)}
Environment=${settings.join(" ")}
Restart=on-failure
RestartSec=1
LimitNOFILE=1048576
UMask=0077
ReadWritePaths=${quote(folder)}
CapabilityBoundingSet=CAP_NET_BIND_SERVICE
${sandbox}
PrivateDevices=yes
ProtectClock=yes
ProtectControlGroups=yes
RestrictNamespaces=yes
RestrictSUIDSGID=yes

[Install]
WantedBy=multi-user.target
`;
};

/** Restrictions that both services can live with. */
const sandbox = `NoNewPrivileges=yes
ProtectSystem=strict
ProtectHome=read-only
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
LockPersonality=yes
RestrictRealtime=yes
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK
SystemCallArchitectures=native`;

/**
 * Returns the environment file. It is separate from the units, which every user can read, because DATABASE_URL contains
 * a password.
 */
function environmentText({ data, node, caddy, env }) {
  const settings = {
    ...Object.fromEntries(Object.entries(env).filter(([name]) => carried.test(name))),
    PATH: `${dirname(node)}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`,
    BATON_DATA: data,
    BATON_CADDY_BIN: caddy,
    // The home folder is read-only.
    npm_config_cache: join(data, "cache/npm"),
  };
  return Object.entries(settings)
    .map(([name, value]) => `${name}="${value.replace(/["\\$`]/g, "\\$&")}"\n`)
    .join("");
}

function refuseLineBreaks(path) {
  if (/[\r\n]/.test(path)) throw new SetUpProblem(`A systemd unit cannot contain the path ${JSON.stringify(path)}.`);
}

/**
 * Refuses a long path. Baton would put Caddy's admin socket into the temporary folder, and each service has its own.
 */
function refuseLongSocket(path) {
  if (Buffer.byteLength(path) <= LONGEST_SOCKET_PATH) return;
  throw new SetUpProblem(`As a service Baton needs a shorter BATON_DATA: ${path} is too long for a socket.`);
}

// Quoting for systemd: % begins a specifier everywhere, and $ a variable in commands. Quotes work only in lists.
const plain = (path) => path.replaceAll("%", "%%");
const quote = (word) => `"${plain(word).replace(/["\\]/g, "\\$&")}"`;
const command = (...words) => words.map((word) => quote(word).replaceAll("$", "$$$$")).join(" ");
