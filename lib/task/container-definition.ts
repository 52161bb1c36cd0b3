/**
 * One entry of an ECS task definition's `containerDefinitions`, in ECS's own JSON shape, so that what is synthesized,
 * what DescribeTaskDefinition returns and what the local engine runs are one type.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html
 */
export interface ContainerDefinition {
  readonly name: string;
  readonly image: string;
  readonly essential: boolean;
  readonly command?: readonly string[];
  readonly cpu?: number;
  readonly memoryReservation?: number;
  readonly environment: ReadonlyArray<{ readonly name: string; readonly value: string }>;
  readonly secrets?: ReadonlyArray<{ readonly name: string; readonly valueFrom: string }>;
  readonly portMappings?: ReadonlyArray<{
    readonly containerPort: number;
    readonly hostPort: number;
    readonly protocol: "tcp";
  }>;
  readonly dependsOn?: ReadonlyArray<{ readonly containerName: string; readonly condition: "START" }>;
  readonly dockerLabels?: Readonly<Record<string, string>>;
  readonly mountPoints?: ReadonlyArray<{
    readonly sourceVolume: string;
    readonly containerPath: string;
    readonly readOnly: boolean;
  }>;
  readonly healthCheck?: {
    readonly command: readonly string[];
    readonly interval: number;
    readonly timeout: number;
    readonly retries: number;
    readonly startPeriod: number;
  };
  readonly user?: string;
  readonly stopTimeout?: number;
  readonly readonlyRootFilesystem?: boolean;
  readonly linuxParameters?: { readonly initProcessEnabled: boolean };
  readonly logConfiguration?: { readonly logDriver: "awslogs"; readonly options: Readonly<Record<string, string>> };
}

export const APP_CONTAINER = "app";
export const GATEWAY_CONTAINER = "gateway";

/** Names app and function (`<app>/<name>`) on both containers, so a definition read back from AWS finds its source. */
export const FUNCTION_LABEL = "slipway.function";

/** The variable that tells the app which loopback port to listen on. */
export const PORT_VARIABLE = "PORT";

/** The variable that tells the app its path on the load balancer, `/<label>`; only in path mode. */
export const BASE_PATH_VARIABLE = "SLIPWAY_BASE_PATH";

/** The variable that tells code where it can make function calls, where it may. */
export const CALLS_URL_VARIABLE = "SLIPWAY_CALLS_URL";

/** The variables that tell what runs calls where its gateway is, and how long a cancelled call has. */
export const EXECUTOR_SOCKET_VARIABLE = "SLIPWAY_EXECUTOR_SOCKET";
export const GRACE_VARIABLE = "SLIPWAY_GRACE_MS";

/** The variable that tells the Python package which version of the library deployed it. */
export const LIBRARY_VARIABLE = "SLIPWAY_LIBRARY_VERSION";

/** The variable that holds the gateway's configuration. */
export const CONFIG_VARIABLE = "SLIPWAY_CONFIG";
