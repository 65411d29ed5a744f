/**
 * Decides which statements a session prepares. One that is not prepared costs two round trips and is parsed anew each
 * time, which is most of the time of a page. One that is prepared takes memory in the database for as long as the
 * session lasts, so only those that return are, and not too many.
 */
export function createPreparedStatements() {
  const seen = new Map<string, number>();
  let prepared = 0;

  return (text: string, parameters: number): boolean => {
    if (parameters === 0 || parameters > mostParameters || text.length > longestText) return false;
    const times = (seen.get(text) ?? 0) + 1;
    if (times <= worthIt) {
      // Texts that never return would fill the memory.
      if (seen.size >= mostSeen) forgetRare();
      if (times === worthIt && prepared >= mostPrepared) return false;
      seen.set(text, times);
      if (times === worthIt) prepared += 1;
    }
    return times >= worthIt;
  };

  function forgetRare(): void {
    for (const [text, times] of seen) if (times < worthIt) seen.delete(text);
  }
}

/** A list of ids makes another statement of each length; the usual ones are short. */
const mostParameters = 16;
const longestText = 8_000;
const worthIt = 3;
const mostPrepared = 150;
const mostSeen = 600;
