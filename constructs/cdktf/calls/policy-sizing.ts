import { isToken, type Problem } from "../../../lib/spec";
import {
  type AccountScope,
  type CallsNames,
  controlStatements,
  policyCharacters,
  ROLE_POLICY_CHARACTERS,
  wakeStatement,
} from "../../../lib/task";
import type { IPlatform } from "../platform/platform-ref";
import { callsNames, type PlatformCalls } from "./platform-calls";

/** What stands for the part of the bucket's name that AWS adds. */
const BUCKET_SUFFIX = "-".padEnd(27, "0");

/** A cluster's name that is known only after apply; of Slipway's own, the longest. */
const SOME_CLUSTER = "c".repeat(64);

/** Names and account as long as they will be at the most, to count a policy's characters by. */
export function sizing(
  { standIns }: PlatformCalls,
  { attributes }: IPlatform,
): { names: CallsNames; account: AccountScope } {
  const { clusterName, region } = attributes;
  return {
    names: callsNames(
      { ...standIns, bucket: `${standIns.bucket}${BUCKET_SUFFIX}` },
      { ...attributes, clusterName: isToken(clusterName) ? SOME_CLUSTER : clusterName },
    ),
    account: { partition: "aws-us-gov", account: "000000000000", region },
  };
}

/** Every function adds a policy to the control service's role, and all policies of a role share one limit. */
export function controlRoleProblems(calls: PlatformCalls, platform: IPlatform, services: readonly string[]): Problem[] {
  const { names, account } = sizing(calls, platform);
  const size = policyCharacters([
    controlStatements(names, account),
    ...services.map((service) => [wakeStatement(service, names, account)]),
  ]);
  if (size <= ROLE_POLICY_CHARACTERS) return [];
  return [
    {
      code: "SLIPWAY_E_POLICY_TOO_LARGE",
      prop: "calls",
      value: undefined,
      message: `${services.length} functions take ${size} characters of the control service's role, and IAM allows ${ROLE_POLICY_CHARACTERS}`,
      fix: "Put some of them on another platform",
    },
  ];
}
