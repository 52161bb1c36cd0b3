import { hintsFor, hintsForLines } from "../../../lib/deployed/hints";

const PULL = "CannotPullContainerError: pull image manifest has been retried 5 time(s): failed to resolve ref acme:2:";

test.each([
  [`${PULL} not found`, /^Push the image/],
  [`CannotPullContainerError: acme-hello:${"0a".repeat(16)}-x86_64: not found`, /npx slipway images push/],
  ["CannotStartContainerError: exec /usr/local/bin/python: exec format error", /--platform/],
  [
    "CannotPullContainerError: image Manifest does not contain descriptor matching platform 'linux/amd64'",
    /--platform/,
  ],
  [`${PULL} unexpected status from HEAD request: 403 Forbidden`, /registry's policy/],
  [`${PULL} dial tcp 10.0.0.1:443: i/o timeout`, /NAT gateway/],
  [
    "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve secret from asm: AccessDeniedException",
    /prop secrets/,
  ],
  [
    "ResourceInitializationError: unable to pull secrets or registry auth: The task cannot pull registry auth from Amazon ECR: There is a connection issue between the task and Amazon ECR.",
    /NAT gateway/,
  ],
  ["OutOfMemoryError: Container killed due to memory usage", /prop memory/],
  ["Task failed ELB health checks in (target-group arn:tg)", /startupTimeout/],
  ["You've reached the limit on the number of vCPUs you can run concurrently", /Service Quotas/],
  ["was unable to place a task. Reason: Capacity is unavailable at this time.", /spot/],
])("%s", (message, hint) => {
  expect(hintsFor([message])).toEqual([expect.stringMatching(hint)]);
});

test.each([
  ["/usr/bin/python: No module named slipway", /addSlipway/],
  ["exec /gateway: exec format error", /--platform/],
  ["OSError: [Errno 30] Read-only file system: '/app/cache'", /readOnlyRoot: false/],
])("a container's last line %s", (line, hint) => {
  expect(hintsForLines(["Starting", line])).toEqual([expect.stringMatching(hint)]);
});

test("the same advice is given once, and none for what it does not know", () => {
  expect(hintsFor(["OutOfMemoryError: 1", "OutOfMemoryError: 2", "Essential container in task exited"])).toHaveLength(
    1,
  );
});
