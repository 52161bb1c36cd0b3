/** Days that a layer stays which no tag names any more: a push that was cut short leaves some. */
const UNTAGGED_DAYS = 7;

/** ECR's lifecycle policy for a repository of images by content: whatever has a tag may be what a task runs. */
export function expireUntagged(): string {
  return JSON.stringify({
    rules: [
      {
        rulePriority: 1,
        description: "What no tag names: a push that was cut short",
        selection: {
          tagStatus: "untagged",
          countType: "sinceImagePushed",
          countUnit: "days",
          countNumber: UNTAGGED_DAYS,
        },
        action: { type: "expire" },
      },
    ],
  });
}
