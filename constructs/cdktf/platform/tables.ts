import type { DynamodbTable } from "@cdktf/provider-aws/lib/dynamodb-table";
import type { PlatformSpec } from "../../../lib/spec";
import { literalName } from "../engine/literal-name";
import type { ResourceMaker } from "../engine/resource-maker";
import type { PlatformResourceTable } from "./resources";

interface TableOptions {
  readonly spec: PlatformSpec;
  readonly name: (kind: string) => string;
  readonly tags: Record<string, string>;
}

interface Tables {
  readonly registry: DynamodbTable;
  readonly tokens: DynamodbTable;
  /** Known at synth: gateways' configuration holds it, which `slipway dev` and `slipway tokens` read from the manifest. */
  readonly tokensName: string;
}

/** Paid by request, encrypted, and restorable to any second of the last 35 days. */
export function tableSettings(spec: PlatformSpec, tags: Record<string, string>) {
  return {
    billingMode: "PAY_PER_REQUEST",
    pointInTimeRecovery: { enabled: true },
    serverSideEncryption: spec.kmsKeyArn ? { enabled: true, kmsKeyArn: spec.kmsKeyArn } : undefined,
    deletionProtectionEnabled: spec.protect,
    tags,
  };
}

export function makeTables(maker: ResourceMaker<PlatformResourceTable>, { spec, name, tags }: TableOptions): Tables {
  const common = tableSettings(spec, tags);
  const registry = maker.make("registry", {
    ...common,
    name: name("registry"),
    hashKey: "pk",
    rangeKey: "sk",
    attribute: [
      { name: "pk", type: "S" },
      { name: "sk", type: "S" },
    ],
  });
  const tokens = maker.make("tokens", {
    ...common,
    name: name("tokens"),
    hashKey: "keyId",
    attribute: [{ name: "keyId", type: "S" }],
  });
  return { registry, tokens, tokensName: literalName(tokens.nameInput, tokens, "tokens") };
}
