/** What the command is busy with: a spinner where a person looks, else a line for each step. */
export interface Progress {
  step(message: string): void;
  /** Prints lines; a spinner makes room. */
  print(print: () => void): void;
  done(): void;
}

/** Whether a spinner can turn there. A terminal that was given no size has 0 columns, and ora would count its lines for ever. */
export function isScreen({ isTTY, columns }: NodeJS.WriteStream): boolean {
  return isTTY && columns > 0;
}

export function plainProgress(): Progress {
  let last = "";
  return {
    step(message) {
      if (message !== last) process.stdout.write(`${message}\n`);
      last = message;
    },
    print: (print) => print(),
    done: () => {},
  };
}

export const silentProgress: Progress = { step: () => {}, print: (print) => print(), done: () => {} };

/** The part of ora that is used here: a type of an ES module cannot be imported by name from CommonJS. */
interface Spinner {
  readonly isSpinning: boolean;
  text: string;
  start(text: string): unknown;
  stop(): unknown;
  clear(): unknown;
  render(): unknown;
}

/** ora is an ES module: it is loaded while the first step is already under way. */
export function spinningProgress(): Progress {
  let spinner: Spinner | undefined;
  let message: string | undefined;
  void import("ora").then(({ default: ora }) => {
    // Reading standard input would take Ctrl-C away from us.
    spinner = ora({ discardStdin: false });
    if (message !== undefined) spinner.start(message);
  });
  return {
    step(next) {
      message = next;
      if (spinner?.isSpinning) spinner.text = next;
      else spinner?.start(next);
    },
    print(print) {
      if (!spinner?.isSpinning) return print();
      spinner.clear();
      print();
      spinner.render();
    },
    done() {
      message = undefined;
      if (spinner?.isSpinning) spinner.stop();
    },
  };
}
