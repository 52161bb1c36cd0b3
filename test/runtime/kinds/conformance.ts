import type { AppsAlone } from "./alone";
import { type Address, type Client, type ClientAnswer, type ClientRequest, MOST_MS } from "./client";
import { curl, hasCurl } from "./curl-client";
import type { Example } from "./example";
import { below, comparable } from "./expected";
import { node } from "./node-client";
import { httpx, openWebSocket } from "./python-client";

/** A client gives up by itself, and says at what; the test only waits for that. */
const TEST_MS = 2 * MOST_MS;

const CLIENTS: readonly Client[] = [...(hasCurl() ? [curl] : []), httpx, node];

/** Where an app answers behind Slipway. */
export interface Place extends Address {
  /** What a client puts before the app's own paths. */
  readonly base: string;
  /** The path at which the app is mounted; a local name of `slipway dev` stands for it, so that no client writes it. */
  readonly prefix: string;
}

/** Whoever asks through Slipway gets what the app alone gives. Both have to run when the tests do. */
export function conformance<App extends string>(
  example: Example<App>,
  alone: AppsAlone<App>,
  through: (app: App) => Place,
): void {
  const { apps, requests, events, webSockets = [], oneTime } = example;
  const lasting = (answer: ClientAnswer) => comparable(answer, oneTime);

  describe.each(Object.keys(requests) as App[])("%s gives", (app) => {
    test.each(CLIENTS)(
      "$name what the app alone gives",
      async ({ exchange }) => {
        const place = through(app);
        const itsOwn = alone.find(app, place.prefix);
        const [got, expected] = await Promise.all([
          exchange(place, under(place.base, requests[app])),
          exchange({ port: itsOwn.port, host: place.host }, under(itsOwn.mountedAt, requests[app])),
        ]);
        const prefix = apps[app].keepsBasePath ? "" : place.prefix;
        const alike = expected.map((answer) => below(prefix, place.host, answer));
        expect(got.map(lasting).map(named(requests[app]))).toEqual(alike.map(lasting).map(named(requests[app])));
      },
      TEST_MS,
    );
  });

  if (events) {
    test.each(CLIENTS)(
      "$name reads each event before the next one is sent",
      async ({ lines }) => {
        const place = through(events.app);
        const read = (await lines(place, place.base + events.path)).filter(([, line]) => /^data: /.test(line));
        expect(read).toHaveLength(events.count);
        const sentAt = read.map(([, line]) => Number(line.slice("data: ".length)));
        for (const [i, [readAt]] of read.slice(0, -1).entries()) expect(readAt).toBeLessThan(sentAt[i + 1]!);
      },
      TEST_MS,
    );
  }

  if (webSockets.length > 0) {
    test.each(webSockets)("a WebSocket at $path of $app gets what the app alone gives: $status", async (webSocket) => {
      const { app, status, echoes = [], ...handshake } = webSocket;
      const place = through(app);
      const { port, mountedAt } = alone.find(app, place.prefix);
      const [got, expected] = await Promise.all([
        openWebSocket(place, { ...handshake, path: place.base + handshake.path }, echoes),
        openWebSocket({ port, host: place.host }, { ...handshake, path: mountedAt + handshake.path }, echoes),
      ]);
      expect(got.answer.status).toBe(status);
      expect({ ...got, answer: lasting(got.answer) }).toEqual({ ...expected, answer: lasting(expected.answer) });
      if (status === 101) expect(got).toMatchObject({ received: echoes, pong: true, closed: 1000 });
    });
  }
}

function under(base: string, requests: readonly ClientRequest[]): ClientRequest[] {
  return requests.map((request) => ({ ...request, path: base + request.path }));
}

/** A difference shows which request it is about. */
function named(requests: readonly ClientRequest[]): <T>(answer: T, i: number) => readonly [string, T] {
  return (answer, i) => [`${requests[i]!.method} ${requests[i]!.path}`, answer];
}
