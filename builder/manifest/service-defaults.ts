/** The port that an app is given when nothing says which port it listens on. */
export const defaultPort = 3000;
export const defaultStopGraceMs = 10_000;
export const defaultPids = 512;
/** The most processes that one service may ask for. Machines have at least 32,768 process ids for everything. */
export const mostPids = 16_384;
