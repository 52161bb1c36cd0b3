const HEARTBEAT_MS = 20_000;

export interface Progress {
  /** What the step is at; shown while it takes long. */
  say(what: string): void;
}

/** Runs one step of a run. */
export type Step = <T>(title: string, work: (progress: Progress) => Promise<T>) => Promise<T>;

/** Steps with their beginning, signs of life and duration on stderr: a run takes minutes, and a silent one looks hung. */
export function stepsOf(run: string): Step {
  return async (title, work) => {
    const started = Date.now();
    let at = "";
    const tell = (state: string) => {
      const seconds = Math.round((Date.now() - started) / 1000);
      process.stderr.write(`${String(seconds).padStart(5)} s  ${run}: ${title}${state}\n`);
    };
    const heartbeat = setInterval(() => tell(at ? `, ${at}` : ""), HEARTBEAT_MS);
    tell(" ...");
    try {
      const result = await work({
        say: (what) => {
          at = what;
        },
      });
      tell(": done");
      return result;
    } catch (error) {
      tell(": FAILED");
      throw error;
    } finally {
      clearInterval(heartbeat);
    }
  };
}
