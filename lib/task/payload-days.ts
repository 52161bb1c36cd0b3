const DAY = 86_400;

/** The caps of queueTimeout and deadline, in days. */
const LONGEST_QUEUE = 7;
const LONGEST_DEADLINE = 7;

/** S3 counts in whole days from the next midnight on, and DynamoDB removes what has expired within two. */
const SLACK = 2;

/** Days that payloads are kept: never less than the records that refer to them. */
export function payloadDays(retentionS: number): number {
  return Math.ceil(retentionS / DAY) + LONGEST_QUEUE + LONGEST_DEADLINE + SLACK;
}
