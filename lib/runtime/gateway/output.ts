/** Lines of a busy second leave together: a write to the log's pipe costs more than a request does. */
const MOST_CHARACTERS = 32 * 1024;
const LONGEST_WAIT_MS = 100;

/** The program's one stream of lines. What is not urgent waits a moment for more; urgent lines overtake nothing. */
export class Output {
  private held = "";
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly write: (text: string) => void) {}

  line(text: string): void {
    this.held += `${text}\n`;
    if (this.held.length >= MOST_CHARACTERS) this.flush();
    else this.timer ??= setTimeout(this.flush, LONGEST_WAIT_MS);
  }

  readonly flush = (): void => {
    clearTimeout(this.timer);
    this.timer = undefined;
    if (this.held === "") return;
    const text = this.held;
    this.held = "";
    this.write(text);
  };
}
