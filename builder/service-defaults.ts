/** What is given to an app that does not say which port it takes. */
export const defaultPort = 3000;
export const defaultStopGraceMs = 10_000;
export const defaultPids = 512;
