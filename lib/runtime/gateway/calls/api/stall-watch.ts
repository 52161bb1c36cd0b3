/** Aborts when a number has stayed the same for a time. */
export function stallWatch(progress: () => number, ms: number): { readonly signal: AbortSignal; stop(): void } {
  const controller = new AbortController();
  let last = progress();
  const timer = setInterval(() => {
    const now = progress();
    if (now === last) controller.abort(new Error(`no progress within ${ms} ms`));
    last = now;
  }, ms);
  return { signal: controller.signal, stop: () => clearInterval(timer) };
}
