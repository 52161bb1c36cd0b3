import fc from "fast-check";
import {
  alarmMetrics,
  type MetricExpression,
  type QueueScaling,
  queueScaling,
  type StepPlan,
} from "../../../lib/scaling";

const metric = (metricName: string) => ({ namespace: "N", metricName, statistic: "Maximum", dimensions: {} });
const METRICS = {
  visible: metric("visible"),
  inFlight: metric("inFlight"),
  delayed: metric("delayed"),
  tasks: metric("tasks"),
};

function scaling(o: { min?: number; max?: number; window?: number; target?: number } = {}): QueueScaling {
  const { min = 0, max = 10, window = 60, target = 1 } = o;
  const spec = {
    minContainers: min,
    maxContainers: max,
    scaledownWindow: window,
    concurrency: { targetInputs: target },
  };
  return queueScaling(spec, METRICS);
}
const step = (name: StepPlan["name"], plan = scaling()) => plan.steps.find((one) => one.name === name)!;

/** One minute of a function, as CloudWatch has it: of a service without tasks it knows nothing. */
interface Minute {
  readonly visible: number;
  readonly inFlight: number;
  readonly delayed: number;
  readonly tasks: number;
}

/** The part of CloudWatch's metric math that the expressions use. */
function value({ metrics, expression }: MetricExpression, minute: Minute): number {
  const known: Record<string, number | undefined> = { ...minute, tasks: minute.tasks === 0 ? undefined : minute.tasks };
  const names = Object.keys(metrics);
  const IF = (condition: boolean, yes: number, no: number) => (condition ? yes : no);
  const FILL = (given: number | undefined, otherwise: number) => given ?? otherwise;
  const run = new Function("IF", "FILL", ...names, `return ${expression};`);
  return run(IF, FILL, ...names.map((name) => known[name]));
}

function isBreaching({ when, comparison, threshold }: StepPlan, minute: Minute): boolean {
  const given = value(when, minute);
  return comparison === "GreaterThanOrEqualToThreshold" ? given >= threshold : given <= threshold;
}

const calls = fc.nat({ max: 1000 });
const minute = fc.record({ visible: calls, inFlight: calls, delayed: calls, tasks: fc.nat({ max: 50 }) });

describe("which policies there are", () => {
  test("from 0: the backlog, and both steps over the edge of nothing", () => {
    const { min, max, backlog, steps } = scaling();
    expect([min, max, backlog?.target, steps.map(({ name }) => name)]).toEqual([0, 10, 1, ["wake", "sleep"]]);
  });

  test("from 1 on: the backlog alone", () => {
    expect(scaling({ min: 1 }).steps).toEqual([]);
    expect(scaling({ min: 1 }).backlog).toBeDefined();
  });

  test("one container at the most is a matter of the steps, and a fixed size of nothing", () => {
    expect(scaling({ max: 1 })).toMatchObject({ steps: [{ name: "wake" }, { name: "sleep" }] });
    expect(scaling({ max: 1 }).backlog).toBeUndefined();
    expect(scaling({ min: 3, max: 3 })).toEqual({ min: 3, max: 3, steps: [] });
  });

  test("their alarms are paid for by the metric", () => {
    expect(alarmMetrics(scaling())).toBe(2 * 4 + 3 + 4);
    expect(alarmMetrics(scaling({ min: 3, max: 3 }))).toBe(0);
  });
});

describe("the backlog", () => {
  const { backlog } = scaling({ target: 4 });

  test("is a number whatever CloudWatch knows, without containers too", () => {
    fc.assert(fc.property(minute, (given) => expect(Number.isFinite(value(backlog!.metric, given))).toBe(true)));
  });

  test("asks for as many containers as the calls need at targetInputs each, and never for none while there are some", () => {
    fc.assert(
      fc.property(
        minute.filter(({ tasks }) => tasks > 0),
        (given) => {
          // How target tracking reckons: the containers there are, by how far the metric is from its target.
          const wanted = Math.ceil((given.tasks * value(backlog!.metric, given)) / backlog!.target - 1e-9);
          const work = given.visible + given.inFlight + given.delayed;
          expect(wanted).toBe(Math.ceil(work / 4));
          if (work > 0) expect(wanted).toBeGreaterThanOrEqual(1);
        },
      ),
    );
  });

  test("of a service without containers is what waits for one; what is held back wakes nobody", () => {
    expect(value(backlog!.metric, { visible: 3, inFlight: 1, delayed: 9, tasks: 0 })).toBe(4);
  });
});

describe("the steps", () => {
  test("wake only a service without containers that has calls, and stop only one with containers that has none", () => {
    fc.assert(
      fc.property(minute, (given) => {
        const { visible, inFlight, delayed, tasks } = given;
        expect(isBreaching(step("wake"), given)).toBe(tasks === 0 && visible + inFlight > 0);
        expect(isBreaching(step("sleep"), given)).toBe(tasks > 0 && visible + inFlight + delayed === 0);
      }),
    );
  });

  test("never both", () => {
    fc.assert(
      fc.property(minute, (given) => {
        expect(isBreaching(step("wake"), given) && isBreaching(step("sleep"), given)).toBe(false);
      }),
    );
  });

  test("waking adds one, so it never takes from a service that has begun to grow; stopping is for all", () => {
    expect(step("wake").adjustment).toEqual({ type: "ChangeInCapacity", amount: 1 });
    expect(step("sleep").adjustment).toEqual({ type: "ExactCapacity", amount: 0 });
  });

  test.each([
    [60, 1],
    [61, 2],
    [300, 5],
    [86_400, 1440],
  ])("a window of %i s is %i minutes in a row", (window, periods) => {
    expect(step("sleep", scaling({ window })).periods).toBe(periods);
  });
});

describe("over time", () => {
  /** A minute of load: calls that come, and how many a container finishes. */
  interface Load {
    readonly come: number;
    /** Held back for a retry, until some minute. */
    readonly heldUntil?: number;
  }

  /**
   * A service under the plan alone, without the control service, minute by minute; a container takes one minute to start, and
   * each finishes `rate` calls a minute. Returns the containers of each minute, and what waits at its end.
   */
  function simulate(plan: QueueScaling, loads: readonly Load[], rate = 1): { tasks: number[]; left: number } {
    let desired = plan.min;
    let running = plan.min;
    let waiting = 0;
    let held = 0;
    let heldUntil = 0;
    const quiet: Record<string, number> = { wake: 0, sleep: 0 };
    const blockedUntil: Record<string, number> = { wake: 0, sleep: 0 };
    const tasks = loads.map(({ come, heldUntil: until }, now) => {
      waiting += come;
      if (until !== undefined) {
        held += 1;
        heldUntil = until;
      }
      if (held > 0 && now >= heldUntil) {
        waiting += held;
        held = 0;
      }
      const inFlight = Math.min(waiting, running);
      const seen: Minute = { visible: waiting - inFlight, inFlight, delayed: held, tasks: running };
      waiting -= Math.min(waiting, running * rate);
      if (plan.backlog && running > 0) {
        const wanted = Math.ceil((running * value(plan.backlog.metric, seen)) / plan.backlog.target - 1e-9);
        if (wanted > desired) desired = Math.min(plan.max, wanted);
      }
      for (const one of plan.steps) {
        quiet[one.name] = isBreaching(one, seen) ? quiet[one.name]! + 1 : 0;
        if (quiet[one.name]! < one.periods || now < blockedUntil[one.name]!) continue;
        desired =
          one.adjustment.type === "ExactCapacity"
            ? Math.max(plan.min, one.adjustment.amount)
            : Math.min(plan.max, desired + one.adjustment.amount);
        blockedUntil[one.name] = now + one.cooldown / 60;
      }
      running = desired;
      return seen.tasks;
    });
    return { tasks, left: waiting + held };
  }
  const quietMinutes = (count: number): Load[] => Array.from({ length: count }, () => ({ come: 0 }));

  test("a call is met within minutes though nobody woke the service, and its container stops a window later", () => {
    const { tasks, left } = simulate(scaling({ window: 120 }), [...quietMinutes(5), { come: 1 }, ...quietMinutes(20)]);
    expect(left).toBe(0);
    expect(tasks.indexOf(1)).toBe(5 + 3);
    expect(Math.max(...tasks)).toBe(1);
    expect(tasks.at(-1)).toBe(0);
    expect(tasks.filter((count) => count > 0).length).toBeLessThanOrEqual(1 + 2 + 1);
  });

  test("a retry that is held back keeps the container that will run it", () => {
    const loads = [{ come: 1 }, ...quietMinutes(3), { come: 0, heldUntil: 14 }, ...quietMinutes(20)];
    const { tasks, left } = simulate(scaling({ window: 60 }), loads);
    expect(left).toBe(0);
    expect(tasks.slice(5, 15)).toEqual(Array(10).fill(1));
    expect(tasks.at(-1)).toBe(0);
  });

  test("a burst grows to the most there may be, and everything is done", () => {
    const { tasks, left } = simulate(scaling({ max: 8 }), [{ come: 100 }, ...quietMinutes(40)]);
    expect(left).toBe(0);
    expect(Math.max(...tasks)).toBe(8);
    expect(tasks.at(-1)).toBe(0);
  });

  test("calls that never cease keep it up without a stop", () => {
    const { tasks } = simulate(scaling(), [{ come: 3 }, ...Array.from({ length: 60 }, () => ({ come: 1 }))]);
    const first = tasks.findIndex((count) => count > 0);
    expect(tasks.slice(first).every((count) => count > 0)).toBe(true);
  });

  test("whatever comes, no call is left and no container stays", () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat({ max: 20 }), { maxLength: 30 }),
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 60, max: 600 }),
        (come, max, window) => {
          const loads = [...come.map((count) => ({ come: count })), ...quietMinutes(700)];
          const { tasks, left } = simulate(scaling({ max, window }), loads);
          expect(left).toBe(0);
          expect(tasks.at(-1)).toBe(0);
          expect(Math.max(...tasks)).toBeLessThanOrEqual(max);
        },
      ),
    );
  });
});
