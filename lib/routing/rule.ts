/** What a request must meet, in ALB's patterns: `*` is any run of characters, `?` is one. An empty list meets anything. */
export interface RuleConditions {
  readonly hosts: readonly string[];
  readonly paths: readonly string[];
}

/** A listener rule as plain data. */
export interface ListenerRule extends RuleConditions {
  /** 1 to 50000; the lowest that matches wins. */
  readonly priority: number;
  /** `<app>/<name>` of the function that gets the request. */
  readonly target: string;
}
