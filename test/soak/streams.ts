import { freePorts, send, until } from "../runtime/gateway/loopback";
import { PythonProcess } from "../runtime/gateway/python-process";
import { bodies } from "./bodies";
import { events } from "./events";
import { leaving } from "./leaving";
import { MemoryWatch } from "./memory";
import type { Row } from "./report";
import { type Soak, startSoakedGateway } from "./soak";

const LIMIT_MB = 150;

/** Bodies of any size, events for minutes and clients that leave, all through one gateway in front of uvicorn. */
export async function streams(soak: Soak): Promise<Row[]> {
  const [app] = (await freePorts(1)) as [number];
  const quiet = ["--log-level", "critical", "--no-access-log"];
  await PythonProcess.start("-m", "uvicorn", "streams_app:app", "--port", String(app), ...quiet);
  const answers = () =>
    send(app, "/download?mebibytes=0").then(
      () => true,
      () => false,
    );
  await until(answers, "the app answers", 60_000);
  const gateway = await startSoakedGateway(soak, app);
  const memory = new MemoryWatch(gateway, LIMIT_MB, soak);
  const ports = { app, gateway: gateway.port };
  const onRow = ({ name, through }: Row) => soak.say(`${name}: ${through}`);

  const inTurn = async () => [
    ...(await bodies(ports, soak.isShort ? 256 : 2048, onRow)),
    ...(await leaving(ports, soak.isShort ? 10 : 100, onRow)),
  ];
  const timing = soak.isShort ? { count: 11, everySeconds: 1 } : { count: 31, everySeconds: 20 };
  const [rows, stream] = await Promise.all([inTurn(), events(ports, timing)]);
  return [...rows, stream, memory.finish()];
}
