/** What is given to an app that does not say which port it takes. */
export const defaultPort = 3000;
export const defaultStopGraceMs = 10_000;
export const defaultPids = 512;
/** What one service may ask for: machines have 32,768 process ids at the least, for everybody. */
export const mostPids = 16_384;
