/**
 * Prints one line a step: "  ✓ Docker 20.10.24 (started, 4.1 s)". A step that takes a while announces itself when it
 * begins. On a terminal the result replaces the announcement; in a log both lines stay.
 *
 * @typedef {{ is?: string, did?: string, mark?: string }} Outcome
 *   is: the state after the step ("20.10.24"); did: what was done ("started"), absent when nothing was needed
 * @typedef {(doing: string) => void} Announce
 */

const WORTH_SAYING_MS = 100;

/** @param {{ write(text: string): unknown, isTTY?: boolean }} out */
export function createPrinter(out = process.stdout, now = () => performance.now()) {
  return {
    /**
     * @param {string} name
     * @param {(announce: Announce) => Promise<Outcome> | Outcome} work
     * @returns {Promise<Outcome>}
     */
    async step(name, work) {
      const begunAt = now();
      let announced = false;
      const show = (line) => {
        out.write(`${announced && out.isTTY ? "\r\u001b[1A\u001b[K" : ""}${line}\n`);
        announced = true;
      };
      try {
        const outcome = await work((doing) => show(`  … ${name}: ${doing}`));
        show(resultLine(name, outcome, now() - begunAt));
        return outcome;
      } catch (error) {
        show(resultLine(name, { mark: "✗", did: "failed" }, now() - begunAt));
        throw error;
      }
    },
  };
}

function resultLine(name, { is, did, mark = "✓" }, tookMs) {
  const work = did && (tookMs < WORTH_SAYING_MS ? did : `${did}, ${seconds(tookMs)}`);
  return `  ${mark} ${name}${is ? ` ${is}` : ""}${work ? ` (${work})` : ""}`;
}

const seconds = (ms) => `${(ms / 1000).toFixed(1)} s`;
