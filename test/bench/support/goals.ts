/** What a figure should be at most. A figure without a goal is there to explain the others. */
export interface Goal {
  readonly median?: number;
  readonly p99?: number;
}

/** The first pattern that fits a figure's name counts. */
export const goals: readonly { readonly figure: RegExp; readonly goal: Goal }[] = [
  { figure: /^push -> live, ratio/, goal: { median: 1.6 } },
  { figure: /^push -> live without the gate, ratio/, goal: { median: 1.2 } },
  { figure: /^redeploy -> live, ratio/, goal: { median: 1.7 } },
  { figure: /^listening after .* -> live/, goal: { median: 500 } },
  { figure: /live until the push returns/, goal: { median: 200 } },
  { figure: /^plan and context, ratio/, goal: { median: 1.1 } },
  { figure: /^home\b.*, ms$/, goal: { median: 30, p99: 100 } },
  { figure: /^GET \/api\/(product-deployments|products), ms$/, goal: { median: 30 } },
  { figure: /^GET .*, ms$/, goal: { median: 8, p99: 20 } },
  { figure: /^first load of .* hosts, ms$/, goal: { median: 2_000 } },
  { figure: /^one host more, ms$/, goal: { p99: 300 } },
  { figure: /^(lost requests|requests lost)/, goal: { median: 0 } },
  { figure: /^Docker \w+, live-restore: apps lose requests for, ms$/, goal: { median: 50 } },
  { figure: /^idle server, MB$/, goal: { median: 120 } },
  { figure: /^server, 4 builds and 200 viewers, MB$/, goal: { p99: 250 } },
  { figure: /^log line, container -> viewer, ms$/, goal: { p99: 250 } },
  { figure: /^log lines (missing|twice)/, goal: { median: 0 } },
  { figure: /^webhook of a burst of 1000, ms$/, goal: { p99: 500 } },
  { figure: /^idle server, ms of CPU a second$/, goal: { median: 10 } },
];
