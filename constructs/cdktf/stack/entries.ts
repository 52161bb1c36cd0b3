import type { Construct } from "constructs";
import type { DashboardEndpoint } from "../../../lib/monitoring";
import type { ListenerRule } from "../../../lib/routing";
import type { QueueScaling } from "../../../lib/scaling";
import type { FunctionSpec, WebSpec } from "../../../lib/spec";
import type { CallerConfig, CallStores, entryOf, FunctionTask, TaskSize, WebTask } from "../../../lib/task";
import type { Caller } from "../calls/caller";
import type { IPlatform } from "../platform/platform-ref";

/** What an endpoint tells its stack: enough for the manifest, the summary, and the checks across constructs. */
export interface EndpointEntry {
  readonly construct: Construct;
  readonly platform: IPlatform;
  readonly spec: WebSpec;
  readonly task: WebTask;
  readonly caller: Caller;
  /** The task when it may make these calls. */
  readonly taskWith: (calls: CallerConfig) => WebTask;
  readonly url: string;
  readonly rule: ListenerRule;
  /** The ECS service's name. */
  readonly service?: string;
  readonly alarms: number;
  readonly dimensions: DashboardEndpoint["dimensions"];
}

/** What a SpawnFunction tells its stack. */
export interface FunctionEntry {
  readonly construct: Construct;
  readonly platform: IPlatform;
  readonly spec: FunctionSpec;
  readonly size: TaskSize;
  readonly caller: Caller;
  readonly entry: ReturnType<typeof entryOf>;
  readonly queues: { readonly queue: string; readonly deadLetters: string };
  /** The task by other names than those that only a deployment knows. */
  readonly taskWith: (
    stores: CallStores,
    urls: { readonly queueUrl: string; readonly dlqUrl: string },
    calls: CallerConfig | undefined,
  ) => FunctionTask;
  /** The ECS service's name. */
  readonly service: string;
  readonly alarms: number;
  readonly scaling: QueueScaling;
}

/** `<app>/<name>` */
export function targetOf({ spec }: { readonly spec: { readonly app: string; readonly name: string } }): string {
  return `${spec.app}/${spec.name}`;
}
