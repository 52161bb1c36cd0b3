import { AwsStandIns } from "../../runtime/calls/aws-stand-ins";
import type { Row } from "../report";
import type { Soak } from "../soak";
import { deadWorkers } from "./dead-workers";
import { deploy } from "./deploy";
import { cancel, timeout } from "./ending";
import { lease } from "./lease";
import { type Case, World } from "./world";

export const CASES = { lease, cancel, timeout, deadWorkers, deploy } as const;

/** Real workers and executors, with AWS's places taken: how long it takes that calls end, go elsewhere, or give way to a deploy. */
export async function calls(soak: Soak): Promise<Row[]> {
  const world = new World(soak, await AwsStandIns.start());
  const inTurn = async (...cases: readonly Case[]) => {
    const rows: Row[] = [];
    for (const one of cases) rows.push(...(await one(world)));
    return rows;
  };
  const { lease, cancel, timeout, deadWorkers, deploy } = CASES;
  // Where each second counts, as little as there is time for goes on beside it.
  const lanes = soak.isShort
    ? [[lease], [cancel, timeout], [deploy, deadWorkers]]
    : [[lease], [deploy, cancel, timeout], [deadWorkers]];
  const rows = await Promise.all(lanes.map((cases) => inTurn(...cases)));
  return rows.flat();
}
