/** What a task without internet needs of AWS: gateway endpoints are free, interface endpoints cost by zone and hour. */
export const GATEWAY_ENDPOINTS = ["s3", "dynamodb"] as const;

/** Pulling images, logs, secrets, parameters, and ECS Exec. @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/vpc-endpoints.html */
export const INTERFACE_ENDPOINTS = ["ecr.api", "ecr.dkr", "logs", "secretsmanager", "ssm", "ssmmessages"] as const;

/** What function calls need beside: their queues, and starting a function's containers. */
export const CALLS_ENDPOINTS = ["sqs", "ecs"] as const;
