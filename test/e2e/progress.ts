const HEARTBEAT_MS = 20_000;

/** A step under way: what it last said is shown while it takes long. */
export interface Progress {
  say(what: string): void;
}

/** Runs a step, with its beginning, a sign of life and its duration on stderr: a silent run of minutes looks hung. */
export async function step<T>(title: string, work: (progress: Progress) => Promise<T>): Promise<T> {
  const started = Date.now();
  const tell = (text: string) => process.stderr.write(`${`${seconds(started)} s`.padStart(7)}  ${title}${text}\n`);
  let last = "";
  const heartbeat = setInterval(() => tell(last ? `: ${last}` : " ..."), HEARTBEAT_MS);
  tell(" ...");
  try {
    const result = await work({ say: (what) => (last = what) });
    tell(": done");
    return result;
  } catch (error) {
    tell(": FAILED");
    throw error;
  } finally {
    clearInterval(heartbeat);
  }
}

function seconds(since: number): number {
  return Math.round((Date.now() - since) / 1000);
}
