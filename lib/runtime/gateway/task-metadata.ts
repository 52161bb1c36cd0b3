/** Where ECS tells a task about itself. @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-metadata-endpoint-v4.html */
export const METADATA_VARIABLE = "ECS_CONTAINER_METADATA_URI_V4";

const TRIES = 3;
const TIMEOUT_MS = 2000;

/** What a task is. */
export interface TaskMetadata {
  /** The last part of its ARN. */
  readonly id: string;
  /** Of its task definition. */
  readonly revision: number | undefined;
  /** In its network. */
  readonly address: string | undefined;
}

/** Undefined outside ECS, and where its endpoint does not answer. */
export async function readTaskMetadata(environment: NodeJS.ProcessEnv): Promise<TaskMetadata | undefined> {
  const base = environment[METADATA_VARIABLE];
  if (base === undefined) return undefined;
  for (let tries = 0; tries < TRIES; tries++) {
    try {
      const answer = await fetch(`${base}/task`, { signal: AbortSignal.timeout(TIMEOUT_MS) });
      const found = metadataOf(await answer.json());
      if (found) return found;
    } catch {
      // Asked again.
    }
  }
  return undefined;
}

/** Undefined for what is no answer of that endpoint. */
export function metadataOf(answer: unknown): TaskMetadata | undefined {
  const { TaskARN, Revision, Containers } = answer as {
    TaskARN?: string;
    Revision?: string;
    Containers?: { Networks?: { IPv4Addresses?: string[] }[] }[];
  };
  const id = TaskARN?.split("/").at(-1);
  if (!id) return undefined;
  const revision = Number(Revision);
  const addresses = (Containers ?? []).flatMap(({ Networks = [] }) =>
    Networks.flatMap(({ IPv4Addresses = [] }) => IPv4Addresses),
  );
  return { id, revision: Number.isInteger(revision) ? revision : undefined, address: addresses[0] };
}
