import { group, leaf, type Refusal, Refused, refuse, text } from "./values";

/** Where the gateways of a platform send spans of the requests that they serve. */
export interface TracingOptions {
  /**
   * Base URL of an OpenTelemetry collector's OTLP/HTTP receiver, such as `"http://collector.acme.internal:4318"`, known at synth.
   * Spans are posted as JSON to `<endpoint>/v1/traces`, which is not part of it. `http://` or `https://`, without credentials, query
   * or fragment.
   *
   * Tasks must reach it from the platform's private subnets. Their own security group lets them out to any IPv4 address and port; the
   * collector's has to let them in, from `gatewaySecurityGroupId` in the platform's attributes. In a network with
   * `egress: "endpoints"` it has to be within the VPC, or behind a VPC endpoint.
   */
  readonly endpoint: string;
  /**
   * Share of requests that are traced, 0 to 1, of those that do not belong to a trace yet: one that comes with a `traceparent` is
   * traced if that says so, and else not.
   * @default 0.1
   */
  readonly sampleRatio?: number;
}

const EXAMPLE = '"http://collector.acme.internal:4318"';
const TRACES_PATH = "/v1/traces";
const LONGEST = 500;

/** Letters that are the same in a URL, in JSON and in Terraform; a host's name, or an IPv6 address in brackets. */
const FORM = /^https?:\/\/([a-z0-9._-]+|\[[0-9a-f:.]+\])(:\d+)?(\/[\w.~/-]*)?$/i;

function readEndpoint(value: string): string | Refused {
  const problem = endpointProblem(value);
  if (problem === undefined) return value.replace(/\/+$/, "");
  // What is written there may be a key.
  return new Refused({ ...problem, hidden: /[@?#]/.test(value) });
}

function endpointProblem(value: string): Refusal | undefined {
  const fix = `Write for example ${EXAMPLE}`;
  if (!/^https?:\/\//i.test(value))
    return { message: "must be the URL of an OTLP/HTTP receiver, from http:// or https:// on", fix };
  if (/^[^/]*\/\/[^/?#]*@/.test(value))
    return {
      message: "holds credentials, which everybody who may see a task definition could read",
      fix: "Leave them out: the collector's security group decides who may send to it",
    };
  if (/[?#]/.test(value))
    return { message: "holds a query or a fragment; it is a base URL, to which a path is added", fix };
  if (value.length > LONGEST || !FORM.test(value) || !URL.canParse(value))
    return { message: "must be a URL with a host, and at most a port and a path of plain letters", fix };
  const base = value.replace(/\/+$/, "");
  if (base.endsWith(TRACES_PATH))
    return {
      message: `ends with ${TRACES_PATH}, which is added to it`,
      fix: `Write "${base.slice(0, -TRACES_PATH.length)}"`,
    };
  return undefined;
}

export const tracing = group({
  endpoint: text({ token: "early", example: EXAMPLE, read: readEndpoint }),
  sampleRatio: leaf<number>(
    (value) =>
      typeof value === "number" && value >= 0 && value <= 1
        ? value
        : refuse("must be a share of requests, 0 to 1", "Write for example 0.1"),
    { token: "early" },
  ).default(0.1),
});
