import { ExecuteCommandCommand, TargetNotConnectedException } from "@aws-sdk/client-ecs";
import { type AwsClients, awsClients } from "./aws-clients";
import { DeployedError } from "./deployed-error";
import { describeTasks, newestRunning, type Service, type Task, type TaskContainer } from "./ecs";
import type { ContainerName, Endpoint } from "./endpoint";
import { findServices } from "./find-services";
import { quoted } from "./shell-words";

export interface ShellOptions {
  readonly endpoint: Endpoint;
  readonly container: ContainerName;
  readonly command: readonly string[];
  readonly profile?: string;
  readonly onProgress: (message: string) => void;
}

export interface ShellSession {
  readonly task: string;
  /** What the Session Manager plugin takes: the same as the AWS CLI passes to it. */
  readonly pluginArgs: readonly string[];
}

/** Opens an ECS Exec session in the newest running task. */
export async function openShell(options: ShellOptions): Promise<ShellSession> {
  const { endpoint, container, command, profile = "", onProgress } = options;
  const aws = awsClients({ region: endpoint.region, profile: options.profile });
  onProgress(`looking for a running task of ${endpoint.target}`);
  const service = await serviceOf(aws, endpoint);
  const task = await taskWithAgent(aws, endpoint, service, container);
  onProgress(`opening a session in task ${task.id}`);
  const { session } = await aws.ecs
    .send(
      new ExecuteCommandCommand({
        cluster: service.cluster,
        task: task.arn,
        container,
        command: command.map(quoted).join(" "),
        interactive: true,
      }),
    )
    .catch((error) => {
      if (!(error instanceof TargetNotConnectedException)) throw error;
      throw noAgent(container, task, "it does not answer");
    });
  const clusterName = service.cluster.split("/").at(-1);
  const target = { Target: `ecs:${clusterName}_${task.id}_${containerOf(task, container)!.runtimeId}` };
  return {
    task: task.id,
    pluginArgs: [
      JSON.stringify(session),
      endpoint.region,
      "StartSession",
      profile,
      JSON.stringify(target),
      await ecsAddress(aws),
    ],
  };
}

async function serviceOf({ ecs }: AwsClients, endpoint: Endpoint): Promise<Service> {
  const { target, stack, path, exec } = endpoint;
  const service = (await findServices(ecs, [endpoint])).get(endpoint)!;
  if (typeof service === "string") {
    throw new DeployedError(`${target} is not deployed in this account.`, {
      fix: `Deploy it: npx cdktf deploy ${stack}. If it is in another account: --profile <name>.`,
    });
  }
  if (service.exec) return service;
  throw new DeployedError(`ECS Exec is not enabled for ${target}.`, {
    fix: exec
      ? `Its construct has exec: true, and that is not deployed yet: npx cdktf deploy ${stack}`
      : `Set the prop exec: true on the construct ${path}, and deploy it: npx cdktf deploy ${stack}`,
  });
}

async function taskWithAgent(
  { ecs }: AwsClients,
  { target }: Endpoint,
  service: Service,
  container: ContainerName,
): Promise<Task> {
  const tasks = await describeTasks(ecs, service, "RUNNING");
  const runs = (task: Task) => containerOf(task, container)?.status === "RUNNING";
  const newest = newestRunning(tasks.filter(runs));
  if (!newest) {
    throw new DeployedError(`No task of ${target} is running.`, { fix: `Why: slipway status ${target}` });
  }
  const ready = newestRunning(
    tasks.filter((task) => runs(task) && containerOf(task, container)!.exec?.status === "RUNNING"),
  );
  if (ready) return ready;
  const { exec } = containerOf(newest, container)!;
  if (!exec) {
    throw new DeployedError(`The running tasks of ${target} started before ECS Exec was enabled.`, {
      fix: `Start new ones: aws ecs update-service --cluster ${service.cluster} --service ${service.name} --force-new-deployment`,
    });
  }
  if (exec.status === "PENDING") {
    throw new DeployedError(`The agent of ECS Exec in ${container} of task ${newest.id} is still starting.`, {
      fix: "Try again in a few seconds.",
    });
  }
  throw noAgent(container, newest, `it is ${exec.status}${exec.reason ? `: ${exec.reason}` : ""}`);
}

function noAgent(container: string, { id }: Task, what: string): DeployedError {
  return new DeployedError(`The agent of ECS Exec in ${container} of task ${id} cannot be reached: ${what}.`, {
    fix:
      "It needs the four ssmmessages permissions that exec: true grants to the task role, a way to Systems Manager " +
      "(a NAT gateway, or a VPC endpoint for ssmmessages), and a root filesystem that it can write to.",
  });
}

function containerOf({ containers }: Task, name: ContainerName): TaskContainer | undefined {
  return containers.find((container) => container.name === name);
}

async function ecsAddress({ ecs, region }: AwsClients): Promise<string> {
  const { config } = ecs;
  const { url } = config.endpointProvider({
    Region: region,
    UseDualStack: await config.useDualstackEndpoint(),
    UseFIPS: await config.useFipsEndpoint(),
  });
  return url.href.replace(/\/$/, "");
}
