import { endAll } from "../local/cli-process";
import { removeFolders } from "../local/project";
import {
  type Account,
  answersOf,
  CLUSTER,
  deployment,
  event,
  runningTask,
  secondsAgo,
  service,
  serviceName,
  stoppedTask,
  taskDefinition,
} from "./account";
import { type Answers, AwsServer, Refusal } from "./aws-server";
import { deployedProject, type Run, run } from "./deployed-project";

let aws: AwsServer | undefined;

afterEach(async () => {
  await endAll();
  await aws?.stop();
  aws = undefined;
  removeFolders();
});

async function status(account: Account, args: readonly string[] = [], more: Answers = {}): Promise<Run> {
  aws = await AwsServer.start({ ...answersOf(account), ...more });
  return run(["status", "--folder", deployedProject(["web"]), "--skip-synth", ...args], aws);
}

const WEB = serviceName("web");
const FAILED_TASK = "f".repeat(32);

/** A service whose first deployment is under way. */
function firstDeployment(given: object = {}, events: object[] = []) {
  const primary = deployment({
    taskDefinition: taskDefinition(8),
    createdAt: secondsAgo(300),
    runningCount: 0,
    rolloutState: "IN_PROGRESS",
    rolloutStateReason: "ECS deployment ecs-svc/1000000000000000008 in progress.",
    ...given,
  });
  return service("web", { runningCount: 0, deployments: [primary], events });
}

describe("an endpoint that runs as it should", () => {
  const healthy = {
    services: [service("web")],
    tasks: [runningTask()],
    lines: { [`app/app/${"a".repeat(32)}`]: ["ready"] },
  };

  test("takes one line, and the exit code is 0", async () => {
    const { code, out, err } = await status(healthy);
    expect(out.split("\n")).toEqual([
      expect.stringMatching(/^ENDPOINT +STATE +TASKS +HEALTHY +REVISION +SINCE +URL$/),
      expect.stringMatching(
        /^acme\/web +running +1 of 1 +1 +7 +2 h ago +http:\/\/acme-1\.eu-west-1\.elb\.amazonaws\.com\/acme-web\/$/,
      ),
    ]);
    expect([code, err]).toEqual([0, ""]);
    expect(aws!.actions).not.toContain("GetLogEvents");
  });

  test("is shown with its last lines when it is named, by target, name or label", async () => {
    for (const name of ["acme/web", "web", "acme-web"]) {
      const { code, out } = await status(healthy, [name]);
      expect(out).toMatch(
        /\nacme\/web: 1 of 1 tasks run\.\n {2}deployments +revision 7 PRIMARY COMPLETED, 1 of 1 tasks, begun 2 h ago\n/,
      );
      expect(out).toMatch(/\n {2}app log +task a{32}\n {4}ready$/);
      expect(code).toBe(0);
      await aws!.stop();
    }
  });

  test("but has lost tasks of its version tells so, in one more line", async () => {
    const id = "b".repeat(32);
    const killed = stoppedTask(60, "Essential container in task exited", { id, revision: 7, app: { exitCode: 1 } });
    const old = stoppedTask(90, "Essential container in task exited", { id: FAILED_TASK, app: { exitCode: 1 } });
    const { code, out } = await status({ ...healthy, tasks: [runningTask(), killed, old] });
    expect(out).toContain(
      "\nacme/web: 1 of 1 tasks run, and 1 failed within the last hour. Why: slipway status acme/web",
    );
    expect(code).toBe(0);
  });

  test("is asked about by the names in the manifest", async () => {
    await status(healthy);
    expect(aws!.asked.find(({ action }) => action === "DescribeServices")!.input).toEqual({
      cluster: CLUSTER,
      services: [WEB],
    });
  });

  test("is found in a cluster whose name only Terraform knows", async () => {
    aws = await AwsServer.start(answersOf({ ...healthy, clusters: ["another", CLUSTER] }));
    const { code, out } = await run(
      ["status", "--skip-synth", "--folder", deployedProject(["web"], { hasClusterName: false })],
      aws,
    );
    expect(out).toMatch(/^acme\/web +running/m);
    expect(code).toBe(0);
  });

  test("is told of although AWS throttles at first", async () => {
    let refused = false;
    const answers = answersOf(healthy);
    const { code } = await status(healthy, [], {
      DescribeServices: (input) => {
        if (refused) return answers.DescribeServices!(input);
        refused = true;
        throw new Refusal("ThrottlingException", "Rate exceeded");
      },
    });
    expect([refused, code]).toEqual([true, 0]);
  });
});

describe("a deployment that did not come up", () => {
  const failure = stoppedTask(40, "Essential container in task exited", {
    id: FAILED_TASK,
    app: { exitCode: 1 },
    gateway: { exitCode: 0 },
  });
  const traceback = [
    "Traceback (most recent call last):",
    '  File "/app/app.py", line 3, in <module>',
    "KeyError: 'DATABASE_URL'",
  ];

  test("and was rolled back says so with the failed revision and its last lines", async () => {
    const rolledBack = service("web", {
      deployments: [deployment({ createdAt: secondsAgo(120) })],
      events: [
        event(30, `(service ${WEB}) has reached a steady state.`),
        event(31, `(service ${WEB}) (deployment ecs-svc/1000000000000000009) deployment completed.`),
        event(121, `(service ${WEB}) rolling back to deployment ecs-svc/1000000000000000007.`),
        event(
          122,
          `(service ${WEB}) (deployment ecs-svc/1000000000000000008) deployment failed: tasks failed to start.`,
        ),
      ],
    });
    const earlier = stoppedTask(160, "Essential container in task exited", {
      id: "e".repeat(32),
      app: { exitCode: 1 },
      gateway: { exitCode: 0 },
    });
    const lines = { [`app/app/${FAILED_TASK}`]: traceback };
    const { code, out } = await status({ services: [rolledBack], tasks: [runningTask(), earlier, failure], lines });
    expect(out).toMatch(/^acme\/web +rolled back +1 of 1 +1 +7 /m);
    expect(out).toContain("\nacme/web: Revision 8 did not come up: ECS rolled back to revision 7.\n");
    expect(out).toMatch(
      /\n {2}stopped +2 tasks of revision 8, the last \d+ s ago: Essential container in task exited\n +app: exit code 1\n +gateway: exit code 0\n/,
    );
    expect(out).toMatch(/\n {2}events +\d+ .* ago: rolling back to deployment ecs-svc\/1000000000000000007\.\n/);
    expect(out).not.toContain("steady state");
    expect(out).toMatch(new RegExp(`\\n  app log +task ${FAILED_TASK}, stopped \\d+ s ago\\n    Traceback`));
    expect(out.endsWith("    KeyError: 'DATABASE_URL'")).toBe(true);
    expect(code).toBe(1);
  });

  test("is told as soon as ECS rolls back", async () => {
    const reason = "ECS deployment circuit breaker: rolling back to deploymentId ecs-svc/1000000000000000007.";
    const rollingBack = service("web", {
      deployments: [
        deployment({ createdAt: secondsAgo(10), rolloutState: "IN_PROGRESS", rolloutStateReason: reason }),
        deployment({
          id: "ecs-svc/1000000000000000008",
          status: "ACTIVE",
          taskDefinition: taskDefinition(8),
          runningCount: 0,
          failedTasks: 3,
          createdAt: secondsAgo(900),
          rolloutState: "FAILED",
          rolloutStateReason: "ECS deployment circuit breaker: tasks failed to start.",
        }),
      ],
      events: [event(11, `(service ${WEB}) rolling back to deployment ecs-svc/1000000000000000007.`)],
    });
    const { code, out } = await status({ services: [rollingBack], tasks: [runningTask(), failure] });
    expect(out).toContain("Revision 8 did not come up: ECS is rolling back to revision 7.");
    expect(out).toMatch(
      /revision 8 ACTIVE FAILED, 0 of 1 tasks \(3 failed\), begun 15 min ago, ECS deployment circuit breaker: tasks failed to start\.$/m,
    );
    expect(code).toBe(1);
  });

  test("is told apart from the next one, which did", async () => {
    const next = service("web", {
      deployments: [deployment({ taskDefinition: taskDefinition(9), createdAt: secondsAgo(300) })],
      events: [event(900, `(service ${WEB}) rolling back to deployment ecs-svc/1000000000000000007.`)],
    });
    const { code, out } = await status({ services: [next], tasks: [runningTask({ revision: 9 }), failure] });
    expect(out).toMatch(/^acme\/web +running +1 of 1 +1 +9 /m);
    expect(code).toBe(0);
  });

  test("and has none before it has failed", async () => {
    const reason = "ECS deployment circuit breaker: tasks failed to start.";
    const failed = firstDeployment({ rolloutState: "FAILED", rolloutStateReason: reason, failedTasks: 3 });
    const { code, out } = await status({ services: [failed], tasks: [failure], targets: [] });
    expect(out).toMatch(/^acme\/web +failed +0 of 1 +0 +8 /m);
    expect(out).toContain("Revision 8 did not come up, and there is no version to go back to.");
    expect(code).toBe(1);
  });
});

describe("a task that does not start or stay is shown with the reason, and what to do", () => {
  test("an image that is not there", async () => {
    const reason =
      "CannotPullContainerError: pull image manifest has been retried 1 time(s): failed to resolve ref " +
      "123456789012.dkr.ecr.eu-west-1.amazonaws.com/acme:2: not found";
    const tasks = [1, 2].map((i) => stoppedTask(i * 40, reason, { id: `${i}`.repeat(32), app: { reason } }));
    const { code, out } = await status({ services: [firstDeployment({ failedTasks: 2 })], tasks, targets: [] });
    expect(out).toMatch(/^acme\/web +deploying +0 of 1 +0 +8 +5 min ago/m);
    expect(out).toContain("acme/web: Revision 8 is being deployed. 2 of its tasks failed so far.\n");
    expect(out).toContain("Push the image, or correct the prop image");
    expect(out).toContain(reason);
    expect(out).toMatch(/\n {2}app log +task 1{32}, stopped \d+ s ago: no lines$/);
    expect(code).toBe(1);
  });

  test("an app that ran out of memory", async () => {
    const reason = "OutOfMemoryError: Container killed due to memory usage";
    const killed = stoppedTask(20, "Essential container in task exited", {
      id: FAILED_TASK,
      app: { exitCode: 137, reason },
      gateway: { exitCode: 0 },
    });
    const lines = { [`app/app/${FAILED_TASK}`]: ["loading the model"] };
    const { out } = await status({ services: [firstDeployment()], tasks: [killed], lines, targets: [] });
    expect(out).toContain(`app: exit code 137, ${reason}`);
    expect(out).toContain("Raise the prop memory");
    expect(out).toContain("    loading the model");
  });

  test("an app that never listens: the gateway's own lines say it, and come first", async () => {
    const stopped = stoppedTask(20, "Essential container in task exited", {
      id: FAILED_TASK,
      app: { exitCode: 143 },
      gateway: { exitCode: 1 },
    });
    const entry = (level: string, name: string, message: string) =>
      JSON.stringify({ level, event: name, time: "2026-11-21T10:00:00.000Z", app: "acme", function: "web", message });
    const lines = {
      [`gateway/gateway/${FAILED_TASK}`]: [
        entry("info", "listening", "port 18080"),
        entry("error", "app_failed_to_start", "the app listens on 5000, not on 8000"),
      ],
      [`app/app/${FAILED_TASK}`]: [" * Running on http://127.0.0.1:5000"],
    };
    const { out } = await status({ services: [firstDeployment()], tasks: [stopped], lines, targets: [] });
    expect(out).toMatch(
      /\n {2}gateway log .*\n {4}gateway error: app_failed_to_start message=the app listens on 5000, not on 8000\n {2}app log .*\n {4} \* Running on/,
    );
    expect(out).not.toContain("listening");
  });

  test("a task that AWS has no room for", async () => {
    const message = `(service ${WEB}) was unable to place a task. Reason: Capacity is unavailable at this time. Please try again later or in a different availability zone.`;
    const { code, out } = await status({
      services: [firstDeployment({}, [event(20, message), event(50, message)])],
      targets: [],
    });
    expect(out).toMatch(
      /\n {2}events +\d+ s ago \(2 times\): was unable to place a task\. Reason: Capacity is unavailable/,
    );
    expect(out).toContain("AWS has no such capacity just now");
    expect(code).toBe(1);
  });

  test("a task that the load balancer finds unhealthy", async () => {
    const Description = "Health checks failed with these codes: [503]";
    const { code, out } = await status({
      services: [service("web", { desiredCount: 2, runningCount: 2 })],
      tasks: [runningTask()],
      targets: [{ State: "healthy" }, { State: "unhealthy", Description }],
    });
    expect(out).toContain("acme/web: 1 of 2 tasks pass the load balancer's health check.");
    expect(out).toMatch(/\n {2}targets +1 healthy\n +1 unhealthy: Health checks failed with these codes: \[503\]\n/);
    expect(code).toBe(1);
  });

  test("too few tasks, some of them on their way", async () => {
    const services = [service("web", { desiredCount: 3, pendingCount: 1 })];
    const { code, out } = await status({ services, tasks: [runningTask()] });
    expect(out).toContain("acme/web: 1 of 3 tasks run. 1 is starting.");
    expect(code).toBe(1);
  });
});

describe("an endpoint that is not deployed", () => {
  test("has no service yet", async () => {
    const { code, out } = await status({});
    expect(out).toMatch(/^acme\/web +not deployed +0 of 0 +0 +- +- +-$/m);
    expect(out).toContain(`There is no service ${WEB} in the cluster ${CLUSTER} in eu-west-1.`);
    expect(out).toContain("Deploy it: npx cdktf deploy acme.");
    expect(code).toBe(1);
  });

  test("has one no more", async () => {
    const { out } = await status({ services: [service("web", { status: "INACTIVE" })] });
    expect(out).toContain("not deployed");
  });

  test("has not even a cluster", async () => {
    const { out } = await status({ clusters: [] });
    expect(out).toContain(`There is no cluster ${CLUSTER} in eu-west-1.`);
  });
});

test("--json tells everything as one line, log lines included", async () => {
  const lines = { [`app/app/${"a".repeat(32)}`]: ["one", "two", "three"] };
  const { code, out } = await status({ services: [service("web")], tasks: [runningTask()], lines }, [
    "--json",
    "-n",
    "2",
  ]);
  expect(code).toBe(0);
  expect(JSON.parse(out)).toMatchObject({
    type: "status",
    ok: true,
    endpoints: [
      {
        target: "acme/web",
        stack: "acme",
        region: "eu-west-1",
        cluster: CLUSTER,
        service: WEB,
        state: "running",
        tasks: { desired: 1, running: 1, pending: 0, failed: 0 },
        deployments: [{ status: "PRIMARY", rollout: "COMPLETED", revision: 7, failedTasks: 0 }],
        targets: [{ state: "healthy", count: 1 }],
        stopped: [],
        events: [],
        logs: [{ task: "a".repeat(32), container: "app", lines: [{ message: "two" }, { message: "three" }] }],
      },
    ],
  });
});
