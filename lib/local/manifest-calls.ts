import type { FunctionEntry } from "../calls/function-entry";
import { isEndpoint, type Manifest, type ManifestFunction } from "../manifest/schema";

/** A function that runs what others spawn, in place of answering requests. */
export interface SpawnedFunction {
  readonly target: string;
  readonly kind: "function";
  /** Targets of what may spawn it. */
  readonly callers: readonly string[];
}

/** What one stack's platform has for calls; its queues are those on AWS. */
export interface PlatformCalls {
  readonly platform: Pick<Manifest["platform"], "workspace" | "environment" | "region">;
  readonly stores: NonNullable<Manifest["calls"]>;
  readonly functions: readonly FunctionEntry[];
}

export function spawnedFunctions(all: readonly ManifestFunction[]): SpawnedFunction[] {
  const mayCall = (caller: ManifestFunction, target: string) =>
    (caller.gateway.calls?.grants ?? []).some((granted) => targetOf(granted) === target);
  return all.flatMap((fn) => {
    const target = targetOf(fn);
    if (isEndpoint(fn)) return [];
    return { target, kind: fn.kind, callers: all.filter((one) => mayCall(one, target)).map(targetOf) };
  });
}

/** The service and its revision are those of a deployment: here every worker runs the newest. */
export function callsOf({ platform, calls, functions }: Manifest): PlatformCalls[] {
  if (!calls) return [];
  const entries = functions.flatMap((fn) => {
    if (isEndpoint(fn)) return [];
    const { app, name, service, entry, gateway } = fn;
    const { queueUrl, dlqUrl } = gateway.worker;
    return { app, name, queueUrl, dlqUrl, service: service ?? name, revision: 1, ...entry };
  });
  return [{ platform, stores: calls, functions: entries }];
}

function targetOf({ app, name }: Pick<ManifestFunction, "app" | "name">): string {
  return `${app}/${name}`;
}
