/** Why the engine refused to create or start a container, in the user's terms. */
export interface StartRefusal {
  /** Completes the sentence "web could not be started: …". */
  readonly reason: string;
  readonly hint: string;
}

interface Known {
  readonly pattern: RegExp;
  readonly explain: (...caught: readonly string[]) => StartRefusal;
}

const known: readonly Known[] = [
  {
    pattern: /Range of CPUs is from \S+ to \S+, as there are only (\d+) CPUs/i,
    explain: (cpus) => ({
      reason: `it asks for more CPUs than this server has (${cpus})`,
      hint: "Lower cpus in the compose file, in baton.yaml or in Settings.",
    }),
  },
  {
    pattern: /Minimum memory (?:limit|reservation) allowed is (\S+)/i,
    explain: (least) => ({
      reason: `its memory limit is below the least that Docker accepts (${least})`,
      hint: "Raise memory in the compose file, in baton.yaml or in Settings.",
    }),
  },
  {
    pattern: /no command specified/i,
    explain: () => ({
      reason: "there is no command to run: its image has no CMD and no ENTRYPOINT",
      hint: 'Add a CMD to its Dockerfile, such as CMD ["node", "server.js"], or set command: in the compose file or baton.yaml.',
    }),
  },
  {
    pattern: /the working directory '([^']*)' is invalid/i,
    explain: (folder) => ({
      reason: `its working directory ${folder} is not an absolute path`,
      hint: `Begin it with a slash (WORKDIR in the Dockerfile, working_dir in the compose file): /${folder}.`,
    }),
  },
  {
    pattern: /Cannot mkdir: (\S+) is not a directory/i,
    explain: (path) => ({
      reason: `its working directory ${path} is a file`,
      hint: "Name a folder as WORKDIR in the Dockerfile, or as working_dir in the compose file.",
    }),
  },
  {
    pattern: /unable to find (user|group) ([^:\s]+)/i,
    explain: (what, name) => ({
      reason: `its image has no ${what} named ${name}`,
      hint: `Create it in the Dockerfile (RUN ${what}add ${name}), or use a number, such as 1000:1000, as USER there or as user: in the compose file.`,
    }),
  },
  {
    pattern: /uids and gids must be in range/i,
    explain: () => ({
      reason: "the number of its user or group is out of range",
      hint: "Use a number from 0 to 2147483647 as USER in the Dockerfile, or as user: in the compose file.",
    }),
  },
  {
    pattern: /(?:open|write) \/proc\/sys\/(\S+?): (.+)|sysctl "([^"]+)" (?:is not|not allowed)/i,
    explain: (path, why, name) => ({
      reason: `the sysctl ${name ?? path?.replaceAll("/", ".")} can't be set in a container${why === undefined ? "" : ` (${why})`}`,
      hint: "Remove it from sysctls: in the compose file, or correct its value.",
    }),
  },
  {
    pattern: /setting rlimits?|wrong rlimit value/i,
    explain: () => ({
      reason: "one of its ulimits can't be set on this server",
      hint: "Lower it under ulimits: in the compose file. It can't be higher than Docker's own limit.",
    }),
  },
  {
    pattern: /sethostname: /i,
    explain: () => ({ reason: "its hostname isn't valid", hint: "Correct or remove hostname: in the compose file." }),
  },
  {
    pattern: /invalid signal: (\S+)/i,
    explain: (signal) => ({
      reason: `its stop signal ${signal} doesn't exist`,
      hint: "Use SIGTERM, SIGINT or SIGQUIT as STOPSIGNAL in the Dockerfile, or as stop_signal in the compose file.",
    }),
  },
  {
    pattern: /unknown (?:runtime specified|or invalid runtime name:?) (\S+)/i,
    explain: (runtime) => ({
      reason: `this server's Docker has no runtime named ${runtime}`,
      hint: "Remove runtime: from the compose file.",
    }),
  },
  {
    pattern: /pids\.max/,
    explain: () => ({
      reason: "its process limit is higher than this server allows",
      hint: "Lower pids_limit in the compose file.",
    }),
  },
  {
    pattern: /no space left on device/i,
    explain: () => ({
      reason: "the server's disk is full",
      hint: "Free some space: the System page shows what Docker uses.",
    }),
  },
  {
    pattern:
      /not a directory.{0,80}Are you trying to mount a directory onto a file|mounting "?[^"]*"? to rootfs at "([^"]+)"/s,
    explain: (path) => ({
      reason:
        path === undefined
          ? "a folder is mounted over a file, or a file over a folder"
          : `nothing can be mounted at ${path}`,
      hint: "Check both sides of the mount in the compose file: a file goes over a file, a folder over a folder, and nothing below /proc or /sys.",
    }),
  },
  {
    pattern: /Duplicate mount point: (\S+)/i,
    explain: (path) => ({ reason: `there are two mounts at ${path}`, hint: "Remove one of the two mounts." }),
  },
  {
    pattern: /invalid environment variable: (.*)/i,
    explain: () => ({ reason: "one of its environment variables has no name", hint: "Write NAME=value." }),
  },
];

/** Translates the engine's refusal. */
export function startRefusal(words: string): StartRefusal {
  for (const { pattern, explain } of known) {
    const match = pattern.exec(words);
    if (match) return explain(...match.slice(1));
  }
  const missing = /exec: "([^"]+)": (?:executable file not found|stat |no such file)/.exec(words)?.[1];
  if (missing !== undefined) {
    const hint = `${missing} is not in the image. Check the command, and that the build copies or installs it.`;
    return { reason: words, hint };
  }
  const hint = words.startsWith("exec")
    ? "Check the command and the entrypoint of its image."
    : "This is Docker's own message. Check the settings in the compose file, baton.yaml and the Dockerfile.";
  return { reason: words, hint };
}
