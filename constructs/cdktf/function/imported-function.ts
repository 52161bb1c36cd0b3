import { Construct } from "constructs";
import { functionTag } from "../../../lib/calls/call-id";
import { parseFunctionName } from "../../../lib/spec";
import { queueNames } from "../../../lib/task";
import { type ICaller, type IFunction, markCallable } from "../calls/callable";
import { grantSpawnTo } from "../calls/caller";
import { requireSameStack } from "../engine/same-stack";
import { type IPlatform, PLATFORM_REFERENCE } from "../platform/platform-ref";

/** A function that another stack deploys, found by its name. It creates nothing. */
export class ImportedFunction extends Construct implements IFunction {
  readonly app: string;
  readonly name: string;

  constructor(scope: Construct, id: string, platform: IPlatform, app: string, name: string) {
    super(scope, id);
    parseFunctionName({ platform, app, name }, this.node.path, { platform: PLATFORM_REFERENCE });
    requireSameStack(this, platform, {
      prop: "platform",
      fix: "Use Platform.fromAttributes(this, …) with the values that the platform's stack outputs as slipway_platform",
    });
    this.app = app;
    this.name = name;
    const { workspace, environment, region } = platform.attributes;
    markCallable(this, {
      platform,
      app,
      name,
      tag: functionTag({ environment: environment ?? "", app, name }),
      queue: queueNames({ workspace, environment, region, app, name }).queue,
    });
  }

  grantSpawnTo(caller: ICaller): void {
    grantSpawnTo(this, caller);
  }
}
