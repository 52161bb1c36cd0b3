import type { Agent } from "node:http";
import { DevSession } from "../../../lib/local/dev";
import type { LocalEvent } from "../../../lib/local/events";
import { send } from "./http";
import { write } from "./project";
import { until } from "./waiting";

const sessions: DevSession[] = [];

export async function stopSessions(): Promise<void> {
  await Promise.all(sessions.splice(0).map((session) => session.stop()));
}

/** A session of `slipway dev` in a project, and what it told. */
export class Running {
  readonly events: LocalEvent[] = [];
  readonly session: DevSession;

  constructor(
    readonly folder: string,
    port = 0,
  ) {
    this.session = new DevSession({ folder, port, onEvent: (event) => this.events.push(event) });
    sessions.push(this.session);
  }

  get port(): number {
    return Number(new URL(this.session.url).port);
  }

  /** What a function answers, or the status when that is not 200. */
  async answer(name = "web", agent?: Agent): Promise<string> {
    const { status, text } = await send({ port: this.port, host: `acme-${name}-dev.localhost`, agent });
    return status === 200 ? text : String(status);
  }

  answers(text: string, name = "web"): Promise<boolean> {
    return until(`acme/${name} answers ${text}`, async () => (await this.answer(name)) === text);
  }

  event<T extends LocalEvent["type"]>(type: T): Promise<Extract<LocalEvent, { type: T }>> {
    const find = () => this.events.find((event) => event.type === type) as Extract<LocalEvent, { type: T }> | undefined;
    return until(`the event ${type}`, find) as Promise<Extract<LocalEvent, { type: T }>>;
  }

  /** The functions that were started, in order. */
  starts(): string[] {
    return this.events.flatMap((event) => (event.type === "starting" ? [event.target] : []));
  }

  edit(text: string, file = "api/server"): void {
    write(this.folder, file, text);
  }
}
